"""Examines examples: a unit in files, by its sources alone or by pytest in an env that has the frameworks."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.checks.bare import bare_results
from integrity.checks.unit import allowances_of, declarations_of, unit_around
from integrity.inside import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.checks.model import Finding

REPOSITORY = Path(__file__).parents[2]
TEST_FILE = '"""The unit\'s registries."""\n\nimport integrity\n\ntest_declared = integrity.declared_tests()\n'
PLAIN_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG")


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a unit's files."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def examined(folder: Path) -> list[Finding]:
    """All findings over the bare sources of a unit."""
    unit = unit_around(str(folder / "pyproject.toml"))
    results = bare_results(unit, declarations_of(unit), allowances_of(unit))
    return [finding for result in results for finding in result.findings]


def run_tests(folder: Path, python: Path, **variables: str) -> tuple[list[dict], str]:
    """Run a unit's test_integrity.py with an interpreter; the findings as the stream has them (paths relative), and the output."""
    if not (folder / "test_integrity.py").exists():
        (folder / "test_integrity.py").write_text(TEST_FILE)
    stream = folder / "stream.jsonl"
    environment = {name: os.environ[name] for name in PLAIN_ENVIRONMENT if name in os.environ}
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, (folder / "src", folder, REPOSITORY))),
        "PYTHONDONTWRITEBYTECODE": "1",
        wire.STREAM_VARIABLE: str(stream),
        **variables,
    }
    command = [
        str(python),
        "-m",
        "pytest",
        "-p",
        "integrity.inside.plugin",
        "-p",
        "no:cacheprovider",
        "-q",
        "test_integrity.py",
    ]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)
    events = [json.loads(line) for line in stream.read_text().splitlines()] if stream.exists() else []
    found = [finding for event in events if event["e"] == "test-end" for finding in event["findings"]]
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    assert any(finding["level"] == "error" for finding in found) == (ended.returncode == 1), ended.stdout
    for finding in found:
        for place in finding["places"]:
            place["path"] = os.path.relpath(place["path"], folder)
    return found, ended.stdout


def places(found: list[Finding] | list[dict]) -> set[tuple[str, str, int]]:
    """`(code, path, line)` of each place of each finding."""
    plain = [
        (each["code"], [(place["path"], place["line"]) for place in each["places"]])
        if isinstance(each, dict)
        else (each.code, [(place.path, place.line) for place in each.places])
        for each in found
    ]
    return {(code, path, line or 0) for code, pairs in plain for path, line in (pairs or [("", 0)])}
