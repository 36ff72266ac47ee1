"""Duplicates in literals, without any declaration: what is sure is told, and nothing else."""

from __future__ import annotations

import pytest

from tests.checks.harness import examined, write

SILENT = {
    "calls": "D = {make(): 1, make(): 2}",
    "names of different things": "D = {a.x: 1, b.x: 2, x: 3}",
    "text and bytes": "D = {'a': 1, b'a': 2}",
    "unpacked between": "D = {'a': 1, **base, 'a': 2}",
    "no choices": "WEIGHTS = [('a', 1), ('a', 2)]",
    "weights of choices": "CHOICES = ['a', 'a', 'b']",
    "a subscript": "D = {x[0]: 1, x[0]: 2}",
}
TOLD = {
    "text": ("D = {'a': 1, 'a': 2}", "error"),
    "the same value": ("D = {'a': 1, 'a': 1}", "warning"),
    "numbers": ("D = {1: 'a', True: 'b'}", "error"),
    "negative": ("D = {-1: 'a', -1: 'b'}", "error"),
    "tuples": ("D = {('a', X): 1, ('a', X): 2}", "error"),
    "in a call": ("run(options={'a': 1, 'a': 2})", "error"),
    "choices": ("COLOR_CHOICES = (('r', 'Red'), ('r', 'Red'))", "error"),
    "choices by name": ("COLOR_CHOICES = ((Color.RED, 'Red'), (Color.RED, 'Rouge'))", "error"),
    "ordered": ("D = OrderedDict([('a', 1), ('a', 2)])", "error"),
}


@pytest.mark.parametrize("kind", SILENT)
def test_what_may_be_meant_is_not_told(tmp_path, kind):
    """Nothing is guessed."""
    assert examined(write(tmp_path, {"pyproject.toml": "", "module.py": SILENT[kind] + "\n"})) == []


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_sure_is_told(tmp_path, kind):
    """As an error where something is lost, as a warning where the value is the same."""
    text, level = TOLD[kind]

    (finding,) = examined(write(tmp_path, {"pyproject.toml": "", "module.py": text + "\n"}))

    assert (finding.code, finding.level) == ("REG101", level)
    assert [place.role for place in finding.places] == ["declared", "duplicate"]
