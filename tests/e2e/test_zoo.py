"""One run of the real command over every misbehaving unit: it ends, and each unit has its own, right outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.zoo import HOST_VARIABLE, SECRET, UNMARKED_SLEEP, ZOO, Animal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

RUN_LIMIT_S = 400
MEMORY_LIMIT_KIB = 200 * 1024


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What one run of the command over the zoo left behind."""

    root: Path
    status: int
    stdout: str
    stderr: str
    peak_kib: int
    report: dict[str, Any]

    @property
    def results(self) -> Path:
        return self.root / "integrity-results"

    def unit(self, name: str) -> dict[str, Any]:
        return next(unit for unit in self.report["units"] if unit["name"] == name)


@pytest.fixture(scope="module")
def visit(tmp_path_factory) -> Visit:
    root = tmp_path_factory.mktemp("zoo")
    files = {"pyproject.toml": "[tool.integrity]\n"}
    for animal in ZOO:
        files |= animal.tree()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    command = [sys.executable, "-m", "integrity", "run", "--jobs", "4", "--root", str(root)]
    environment = {**os.environ, HOST_VARIABLE: "visible", "CI": "true", "GITHUB_ACTIONS": "true"}
    environment.pop("GITHUB_STEP_SUMMARY", None)
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, timeout=RUN_LIMIT_S, stdin=subprocess.DEVNULL
    )
    return Visit(
        root=root,
        status=done.returncode,
        stdout=done.stdout.decode(),
        stderr=done.stderr.decode(),
        peak_kib=_peak_kib(root),
        report=json.loads((root / "integrity-results/report.json").read_text()),
    )


def _peak_kib(root: Path) -> int:
    return json.loads((root / "integrity-results/run.json").read_text())["peak_memory_kib"]


@pytest.mark.parametrize("animal", ZOO, ids=lambda animal: animal.name)
def test_unit_gets_its_own_outcome(visit: Visit, animal: Animal):
    """Each misbehaving unit ends as what it is, whatever the others do."""
    unit = visit.unit(animal.name)
    told = f"{unit['error']}\n{[(test['id'], test['outcome'], test['message'][:200]) for test in unit['tests'][:5]]}"

    assert unit["outcome"] == animal.outcome, told
    assert (unit["error"] or {}).get("kind") == animal.kind, told
    assert {name: unit["counts"][name] for name in animal.counts} == animal.counts, told


@pytest.mark.parametrize(
    "animal", [animal for animal in ZOO if animal.message or animal.line], ids=lambda animal: animal.name
)
def test_message_names_the_trouble(visit: Visit, animal: Animal):
    """The report says what is wrong, and on which line, without a look into logs."""
    unit = visit.unit(animal.name)
    failing = [test for test in unit["tests"] if test["outcome"] in {"failed", "error", "skipped"}]
    error = unit["error"] or {}

    assert animal.message in "\n".join([error.get("message", ""), *(test["message"] for test in failing)])
    if animal.line is not None:
        assert failing[0]["line"] == animal.line


def test_every_unit_is_in_the_report(visit: Visit):
    """Nothing is lost: as many units as there are folders, and none without an end."""
    assert len(visit.report["units"]) == len(ZOO)
    assert visit.report["totals"]["lost"] == visit.report["totals"]["interrupted"] == 0
    assert visit.status == 3


def test_no_process_is_left(visit: Visit):
    """Not even what a test started in a session of its own."""
    run_id = visit.report["run"]["id"].encode()

    deadline = time.monotonic() + 5
    while (left := _marked(run_id)) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert left == []
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if UNMARKED_SLEEP in _text(path)]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _marked(run_id: bytes) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"INTEGRITY_ATTEMPT=" + run_id in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


def test_no_half_built_env_is_left(visit: Visit):
    """Every layer carries its stamp, and no temporary folder is left in the store."""
    layers = [layer for layer in (visit.root / ".integrity/layers").glob("*/*") if layer.is_dir()]

    assert layers
    assert [layer for layer in layers if not (layer / "layer.json").exists()] == []
    assert list((visit.root / ".integrity/scratch").iterdir()) == []


def test_memory_of_the_runner_stays_small(visit: Visit):
    """Floods of output pass through; they don't pile up."""
    assert 10_000 < visit.peak_kib < MEMORY_LIMIT_KIB


def test_output_log_is_bounded_and_says_so(visit: Visit):
    """100 MB of output become a log of at most 10 MiB with its head, its tail, and a line between."""
    log = (visit.results / "units/floods/output.log").read_bytes()

    assert 5_000_000 < len(log) <= 10 * 1024 * 1024 + 200
    assert b"bytes cut" in log
    assert visit.unit("floods")["counts"]["passed"] == 1


def test_no_secret_in_any_output(visit: Visit):
    """Neither stdout, stderr, nor any file of the results holds a secret's value."""
    places = [visit.stdout, visit.stderr]
    places += [path.read_bytes().decode("utf-8", "replace") for path in visit.results.rglob("*") if path.is_file()]

    assert [place[:100] for place in places if SECRET in place] == []
    assert "•••" in (visit.results / "units/prints-secrets/output.log").read_text()


def test_terminal_gets_no_escape_and_no_command(visit: Visit):
    """Nothing of hostile output reaches the CI runner or the terminal as anything but text."""
    text = visit.stdout + visit.stderr

    assert not any(character in text for character in "\x1b\x07\x00\x9b\u202e\r")
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::") and "owned" in line]
    # The one that is told of the failure is ours: it names the file, and what the test said is its message.
    assert len(commands) == 1
    assert commands[0].startswith("::error file=services/hostile-output/test_integrity.py,line=8,")
    assert "##[error]" not in text.replace(commands[0], "")  # a line is one command, and that one is read already


def test_good_neighbours_are_not_touched(visit: Visit):
    """What the tool writes stays in its own two folders."""
    folder = visit.root / "services/good"

    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == {"pyproject.toml", "test_integrity.py"}
