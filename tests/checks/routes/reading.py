"""Reads the routes of an application with the adapters, in an env that has its framework."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.checks.harness import run_tests, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READER = """
import json
import pathlib

from integrity.checks.routes import judges, live
from integrity.checks.unit import unit_around


def test_read():
    target = {target!r}
    found = live.tried(live.routes_of(target, unit_around(__file__)))
    rows = [
        {{
            "route": " ".join([",".join(route.methods) or "*", route.host + route.path]),
            "endpoint": route.endpoint,
            "name": route.name,
            "answers": list(route.answers),
            "documented": route.is_documented,
            "lines": [place.line for place in route.places],
            "witnesses": [[each.method, each.path, each.winner] for each in route.witnesses],
        }}
        for route in found.table.routes
    ]
    shadowed = [finding.entry for finding in judges.shadowed((found.table,)).findings]
    asked = [None if (position := found.resolve("GET", "", path)) is None else rows[position]["route"] for path in {asked!r}]
    result = {{"rows": rows, "notes": list(found.table.notes), "shadowed": shadowed, "asked": asked}}
    pathlib.Path("result.json").write_text(json.dumps(result))
"""


def read(folder: Path, python: Path, target: str, files: Mapping[str, str], asked: tuple[str, ...] = ()) -> dict:
    """What the adapters tell of a target: rows of routes, notes, what is shadowed, and what takes each asked path."""
    write(folder, {**files, "pyproject.toml": "", "test_integrity.py": READER.format(target=target, asked=list(asked))})
    variables = {} if ":" in target else {"DJANGO_SETTINGS_MODULE": "shop.settings"}
    _, output = run_tests(folder, python, **variables)
    assert (folder / "result.json").exists(), output
    result: dict = json.loads((folder / "result.json").read_text())
    return result


def column(result: dict, name: str) -> list:
    """One column of the rows."""
    return [row[name] for row in result["rows"]]
