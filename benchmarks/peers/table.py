"""The peers as a table: how each is run, and what a cold start does without."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).parent
UNIT = HERE / "unit.sh"
ENGINE = '"$BENCH_HOME"/engine/bin/'
UV_ENVS = ("*/*/.venv-uv",)
PROJECT_ENVS = ("*/*/.venv",)


class Scenario(StrEnum):
    """What is measured."""

    COLD = "cold"
    WARM = "warm"
    LIST = "list"
    MEMORY = "memory"
    SERVICES = "services"
    POSTGRES = "postgres"
    CHECK = "check"


BOTH = (Scenario.COLD, Scenario.WARM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One way to do the work.

    `command` is a line for bash, run in the monorepo's root. `made` are globs of what it made there before.
    `is_locked`: it works from `uv.lock` files, which are made beforehand; for all others there are none.
    """

    name: str
    what: str
    command: str
    scenarios: tuple[Scenario, ...] = BOTH
    made: tuple[str, ...] = ()
    is_locked: bool = False


def _containers(xargs: str) -> str:
    """Each unit's tests in an environment that is there, with a plugin that starts what they need."""
    python = ENGINE.replace("engine", "containers") + "python"
    pytest = f"exec {python} -m pytest -p containers_plugin test_integrity.py"
    return f"PYTHONPATH={HERE} TESTCONTAINERS_RYUK_DISABLED=true {xargs} -I{{}} sh -c 'cd {{}} && {pytest}' < .units"


TOOL = "integrity"
FLOOR = "floor"
CONTAINERS = "testcontainers"
PEERS = (
    Peer(
        name=TOOL,
        what="the tool, on two slots",
        command=f"exec {ENGINE}python -m integrity run --jobs 2",
        scenarios=(*BOTH, Scenario.MEMORY),
        made=(".integrity",),
    ),
    Peer(
        name="integrity-nox",
        what="the tool, started by nox",
        command=f"exec {ENGINE}nox -f noxfile_integrity.py -s integrity -- --jobs 2",
        made=(".integrity",),
    ),
    Peer(
        name=FLOOR,
        what="only the pytest processes, on two slots, in environments that are there and not checked",
        command="xargs -P2 -I{} sh -c 'cd {} && exec .venv-uv/bin/python -m pytest test_integrity.py' < .units",
        scenarios=(Scenario.WARM,),
    ),
    Peer(
        name="uv",
        what="a loop with uv, one after the other",
        command=f"xargs -n1 {UNIT} < .units",
        scenarios=(Scenario.COLD,),
        made=UV_ENVS,
    ),
    Peer(name="uv2", what="a loop with uv, on two slots", command=f"xargs -P2 -n1 {UNIT} < .units", made=UV_ENVS),
    Peer(
        name="uv2skip",
        what="the same without a look at the environments",
        command=f"SKIP_INSTALL=1 xargs -P2 -n1 {UNIT} < .units",
        scenarios=(Scenario.WARM,),
        made=UV_ENVS,
    ),
    Peer(name="nox2", what="one nox session a unit, nox -j 2", command="exec nox -j 2", made=(".nox",)),
    Peer(
        name="tox2",
        what="one tox environment a unit, with tox-uv",
        command="exec tox run-parallel -p 2 --parallel-no-spinner",
        made=(".tox",),
    ),
    Peer(
        name="turbo",
        what="turbo starting uv run, its cache passed over",
        command="exec turbo run integrity --force --concurrency=2 --output-logs=errors-only",
        made=(*PROJECT_ENVS, ".turbo", "*/*/.turbo"),
        is_locked=True,
    ),
    Peer(
        name="moon",
        what="moon starting uv run, its cache passed over",
        command="exec moon run :integrity --force --concurrency 2",
        made=(*PROJECT_ENVS, ".moon/cache"),
        is_locked=True,
    ),
    Peer(
        name=CONTAINERS,
        what="testcontainers-python, one container a unit and service, a loop over the units",
        command=_containers("xargs"),
        scenarios=(Scenario.SERVICES,),
    ),
    Peer(
        name=f"{CONTAINERS}2",
        what="the same on two slots",
        command=_containers("xargs -P2"),
        scenarios=(Scenario.SERVICES,),
    ),
    Peer(
        name="integrity-docker",
        what="the tool, in containers",
        command=f"exec {ENGINE}python -m integrity run --jobs 2 --services docker",
        scenarios=(Scenario.SERVICES,),
    ),
    Peer(
        name="integrity-embedded",
        what="the tool, with embedded servers",
        command=f"exec {ENGINE}python -m integrity run --jobs 2 --services embedded",
        scenarios=(Scenario.SERVICES,),
    ),
    Peer(
        name="postgres-ready",
        what="one unit's database, embedded, from the start of the process to its end",
        command=f"exec {ENGINE}python {HERE / 'postgres_ready.py'}",
        scenarios=(Scenario.POSTGRES,),
    ),
    Peer(
        name="integrity-list",
        what="integrity list",
        command=f"exec {ENGINE}python -m integrity list",
        scenarios=(Scenario.LIST,),
    ),
    Peer(
        name="tomllib",
        what="only parsing the manifests, in one process",
        command=f"exec {ENGINE}python {HERE / 'parse_manifests.py'}",
        scenarios=(Scenario.LIST,),
    ),
    Peer(
        name="integrity-check",
        what="integrity check, whatever it finds",
        command=f"{ENGINE}python -m integrity check --root . > /dev/null; [ $? -le 1 ]",
        scenarios=(Scenario.CHECK,),
    ),
    Peer(
        name="ast",
        what="only reading the same Python files and parsing them, in one process",
        command=f'exec {ENGINE}python {HERE / "parse_sources.py"} "$BENCH_HOME"/check-files.txt',
        scenarios=(Scenario.CHECK,),
    ),
)
BY_NAME = {peer.name: peer for peer in PEERS}
