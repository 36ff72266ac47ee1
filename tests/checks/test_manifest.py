"""Declarations are found in a manifest by how they are usually written."""

from __future__ import annotations

import pytest

from integrity.checks.manifest import line_of, places_of
from integrity.checks.unit import unit_around
from tests.checks.harness import write


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool.integrity.checks.services.db]\nkind = 'redis'\n", 1),
        ("# db = 1\n[tool.integrity.checks.services]\n\ndb = { kind = 'redis' }\n", 4),
        ("[tool.integrity.checks.services]\ndb.kind = 'redis'\n", 2),
        ("[tool.integrity.checks.services]\n'db' = 'redis'\n", 2),
        ("[tool.integrity.checks]\nservices = { cache = 'redis', db = 'postgres' }\n", 2),
        ("[tool.integrity.checks]\nservices.db = 'redis'\n", 2),
        ("[tool.integrity]\nchecks = { services = { db = 'redis' } }\n", 2),
        ("[ tool . integrity . checks . services ]\ndb = 'redis'\n", 2),
        ("[tool.other]\ndb = 1\n[tool.integrity.checks.services]\ncache = 'db'\n[more]\ndb = 1\n", None),
        ("[tool.integrity.checks.services]\nold-db = 'redis'\ndb2 = 'redis'\n", None),
        ("", None),
    ],
)
def test_line_of_a_declaration(text, line):
    """As a table, a key, a dotted key, in an inline table; else there is none."""
    assert line_of(text, ("checks", "services", "db")) == line


@pytest.mark.parametrize(
    ("subject", "line"), [("registry:plans", 2), ("env", 5), ("routes", 4), ("service:db", 7), ("exceptions", None)]
)
def test_place_of_a_subject(tmp_path, subject, line):
    """Its own table, or that of its family."""
    text = "[tool.integrity.registries]\nplans = 'a:B'\n[tool.integrity.checks]\nroutes = {}\n[tool.integrity.checks.env]\n[tool.integrity.checks.services]\ndb = 'redis'\n"
    unit = unit_around(str(write(tmp_path, {"pyproject.toml": text}) / "pyproject.toml"))

    assert [place.line for place in places_of(unit, subject)] == [line]


def test_unit_without_a_manifest_has_no_place(tmp_path):
    """A bare folder, or one with another manifest."""
    (tmp_path / "setup.cfg").touch()

    assert places_of(unit_around(str(tmp_path / "setup.cfg")), "env") == ()
