"""The values of choices, as sources write them."""

from __future__ import annotations

import ast

import pytest

from integrity.checks.models.choices import Scope, choices_of
from integrity.checks.sources.names import Names
from integrity.checks.unit import unit_around
from tests.checks.harness import write


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("class Kind(models.TextChoices):\n    A = 'a', 'An A'\n    B = 'b'\n", ("a", "b")),
        ("class Kind(models.Choices):\n    A = 'a', 'An A'\n", ("a",)),
        ("class Kind(models.TextChoices):\n    A = enum.auto()\n", ("A",)),
        ("class Kind(models.TextChoices):\n    A = make()\n", None),
        ("class Kind(models.TextChoices):\n    A = 'a'\n    _ignore_ = ['x']\n    B.label = 'x'\n", ("a",)),
        ("class Kind(enum.Enum):\n    A = 'a', 'An A'\n", None),
    ],
)
def test_values_of_choices_are_those_of_their_members(tmp_path, written, values):
    """A label is none; a pair of a plain Enum is one value."""
    files = {"pyproject.toml": "", "shop.py": f"import enum\nfrom django.db import models\n\n\n{written}"}
    unit = unit_around(str(write(tmp_path, files) / "pyproject.toml"))
    scope = Scope(unit.sources.module("shop"), None, Names(unit.sources))

    found = choices_of(ast.parse("Kind.choices", mode="eval").body, scope)

    assert (found.values if found is not None else None) == values


def test_values_under_names_of_the_module_are_known(tmp_path):
    """Also where no class is around them."""
    text = "FIRST = 'a'\nKINDS = [(FIRST, 'First'), ('b', 'Second')]\n"
    unit = unit_around(str(write(tmp_path, {"pyproject.toml": "", "shop.py": text}) / "pyproject.toml"))

    found = choices_of(ast.Name("KINDS"), Scope(unit.sources.module("shop"), None, Names(unit.sources)))

    assert found is not None
    assert found.values == ("a", "b")
