"""Runs the tool and its peers in turn over one generated monorepo, and prints medians, ratios and targets.

`python -m benchmarks.run setup`, `… prepare --units 20`, then `… cold|warm|list|memory|services|postgres`, or `… check --tree DIR`; see README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.backed import generate_backed
from benchmarks.compare import Row, judged, text
from benchmarks.generate import DESCRIPTION, generate
from benchmarks.home import CHECK_FILES, LOGS, RESULTS, environment, monorepo
from benchmarks.machine import description
from benchmarks.measure import measured
from benchmarks.peers.configure import arrange_locks, configure
from benchmarks.peers.install import install_containers, install_peers, install_tool
from benchmarks.peers.table import BY_NAME, PEERS, TOOL, Peer, Scenario
from integrity.checks.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

UNITS = {
    Scenario.COLD: 20,
    Scenario.WARM: 20,
    Scenario.LIST: 1000,
    Scenario.MEMORY: 1000,
    Scenario.SERVICES: 8,
    Scenario.POSTGRES: 8,
}
ROUNDS = {
    Scenario.COLD: 3,
    Scenario.WARM: 5,
    Scenario.LIST: 11,
    Scenario.MEMORY: 1,
    Scenario.SERVICES: 3,
    Scenario.POSTGRES: 5,
    Scenario.CHECK: 7,
}
KINDS = {Scenario.MEMORY: "plain", Scenario.SERVICES: "backed", Scenario.POSTGRES: "backed"}
BYTECODE = ("*/*/__pycache__", "*/*/src/*/__pycache__")


def main() -> int:
    """Do what the arguments say; 1 where a run failed or a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["setup", "prepare", *Scenario, "show"])
    parser.add_argument("--units", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--tree", type=Path, help="check: the folder to examine; nothing in it is changed")
    parser.add_argument("--peers", nargs="+", choices=sorted(BY_NAME), help="default: all of the scenario")
    given = parser.parse_args()
    match given.action:
        case "setup":
            install_peers()
            install_tool()
        case "prepare":
            prepare(given.units or UNITS[Scenario.COLD])
        case "show":
            show(_kept_rows())
        case Scenario.CHECK if given.tree is None:
            parser.error("check needs --tree DIR: a large project, or a monorepo")
        case Scenario.CHECK:
            return measure_check(given.tree.resolve(), given.rounds or ROUNDS[Scenario.CHECK])
        case scenario:
            return measure(Scenario(scenario), given.units, given.rounds, given.peers)
    return 0


def prepare(units: int) -> None:
    """Generate the monorepo and make it ready for every peer."""
    install_tool()
    root = monorepo(units)
    generate(root, units=units)
    configure(root)


def measure(scenario: Scenario, units: int | None, rounds: int | None, names: Sequence[str] | None) -> int:
    """Run the rounds, keep their rows, print what they say."""
    units, rounds = units or UNITS[scenario], rounds or ROUNDS[scenario]
    peers = [peer for peer in PEERS if scenario in peer.scenarios and (names is None or peer.name in names)]
    install_tool()
    root = _monorepo(scenario, units)
    return _measured(_rounds(scenario, root, peers, rounds))


def measure_check(tree: Path, rounds: int) -> int:
    """The same for `integrity check` over a folder that is there."""
    install_tool()
    files = [str(path) for path in python_files(tree)]
    CHECK_FILES.write_text("\0".join(files), encoding="utf-8", errors="surrogateescape")
    peers = [peer for peer in PEERS if Scenario.CHECK in peer.scenarios]
    rows = _rounds(Scenario.CHECK, tree, peers, rounds)
    return _measured(replace(row, units=len(files), tree=tree.name) for row in rows)


def python_files(tree: Path) -> list[Path]:
    """The Python files that `integrity check` examines there."""
    return [tree / path for path in Sources(str(tree), str(tree)).files if path.endswith(".py")]


def _measured(measurements: Iterable[Row]) -> int:
    rows = []
    for row in measurements:
        rows.append(row)
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(json.dumps(asdict(row)) + "\n")
        print(f"round {row.round} {row.peer:15} wall {row.wall_s:7.2f} cpu {row.cpu_s:7.2f} {row.problem}", flush=True)
    print()
    show(rows)
    return int(any(row.problem for row in rows) or not all(is_met for _, _, is_met in judged(rows)))


def show(rows: Sequence[Row]) -> None:
    """Print each scenario and size of the rows."""

    def group(row: Row) -> tuple[Scenario, str, int, str]:
        return row.scenario, row.tree, row.units, row.machine

    for _, members in groupby(sorted(rows, key=group), group):
        print(text(list(members)), end="\n\n")


def _monorepo(scenario: Scenario, units: int) -> Path:
    kind = KINDS.get(scenario, "")
    root = monorepo(units, kind=kind)
    if kind == "backed":
        install_containers()
        if not root.exists():
            generate_backed(root, units=units)
    elif scenario in {Scenario.LIST, Scenario.MEMORY} and not root.exists():
        generate(root, units=units, plain=kind == "plain")
    if not root.exists():
        sys.exit(f"First: python -m benchmarks.run prepare --units {units}")
    return root


def _rounds(scenario: Scenario, root: Path, peers: Sequence[Peer], rounds: int) -> Iterator[Row]:
    """The peers in turn, each round beginning with another one, so that drift and neighbours hit all alike."""
    if scenario not in {Scenario.COLD, Scenario.MEMORY}:
        for peer in peers:
            _run(scenario, root, peer, -1)  # environments and bytecode come to be; not counted
    for number in range(rounds):
        first = number % len(peers)
        for peer in (*peers[first:], *peers[:first]):
            yield _run(scenario, root, peer, number)


def _run(scenario: Scenario, root: Path, peer: Peer, number: int) -> Row:
    if scenario is not Scenario.CHECK:  # whose tree is somebody's own
        arrange_locks(root, wanted=peer.is_locked)
    if scenario is Scenario.COLD:
        _make_cold(root, peer)
    load = os.getloadavg()[0]
    result = measured(
        peer.command,
        folder=root,
        environment=environment(offline=scenario in {Scenario.COLD, Scenario.WARM}),
        log=LOGS / f"{scenario}-{root.name}-{peer.name}.log",
        with_memory=scenario is Scenario.MEMORY,
    )
    units = 0 if scenario is Scenario.CHECK else len(json.loads((root / DESCRIPTION).read_text()))
    return Row(
        scenario=scenario,
        units=units,
        peer=peer.name,
        round=number,
        wall_s=result.wall_s,
        cpu_s=result.cpu_s,
        peak_mib=result.peak_mib,
        problem=_problem(root, peer, result.status, units),
        load=round(load, 2),
        machine=description(),
    )


def _make_cold(root: Path, peer: Peer) -> None:
    for pattern in (*peer.made, *BYTECODE):
        for path in root.glob(pattern):
            shutil.rmtree(path)


def _problem(root: Path, peer: Peer, status: int, units: int) -> str:
    """Why a run does not count: a peer that runs fewer units is not faster."""
    if status != 0:
        return f"exit status {status}"
    if peer.name.startswith(TOOL) and not {Scenario.LIST, Scenario.CHECK} & set(peer.scenarios):
        totals = json.loads((root / "integrity-results" / "report.json").read_text())["totals"]
        return "" if totals["passed"] == units else f"{totals['passed']} of {units} units passed"
    return ""


def _kept_rows() -> list[Row]:
    rows = [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return [Row(**{**row, "scenario": Scenario(row["scenario"])}) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
