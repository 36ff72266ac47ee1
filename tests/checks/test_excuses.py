"""What may not be excused: an exception or a baseline never turns "nothing was examined" into green."""

from __future__ import annotations

import pytest

from integrity.commands.check import CheckRequest, run
from integrity.settings import load_root
from tests.checks.harness import examined, write

GONE = '[tool.integrity.registries]\nplans = "plans:PLNAS"\n'
EXCEPTION = '\n[[tool.integrity.exceptions]]\ncode = "{code}"\nreason = "because"\n'
STALE = '[[tool.integrity.exceptions]]\ncode = "REG101"\nentry = "gone"\nreason = "once"\n'


def codes_in(folder):
    return {finding.code for finding in examined(folder)}


def test_exception_for_what_is_not_there_names_it(tmp_path):
    """Without a registry or an entry it would let every declaration go unexamined."""
    whole = write(
        tmp_path / "a", {"pyproject.toml": GONE + EXCEPTION.format(code="REG002"), "plans.py": "PLANS = [1]\n"}
    )
    named = EXCEPTION.format(code="REG002") + 'registry = "plans"\n'
    narrow = write(tmp_path / "b", {"pyproject.toml": GONE + named, "plans.py": "PLANS = [1]\n"})

    assert "REG002" in codes_in(whole)
    assert "REG002" not in codes_in(narrow)


def test_baseline_does_not_know_what_is_not_there(tmp_path):
    """Also where somebody wrote it in by hand."""
    known = '{"schema": "integrity.baseline/1", "findings": [{"fingerprint": "", "code": "REG002", "registry": "plans", "entry": "plans:PLNAS", "count": 9}]}'
    files = {"pyproject.toml": GONE, "plans.py": "PLANS = [1]\n", "integrity-baseline.json": known}

    assert "REG002" in codes_in(write(tmp_path, files))


def test_stale_exception_is_not_excused_by_another(tmp_path):
    """It has to go."""
    manifest = STALE + EXCEPTION.format(code="IGN002")

    assert "IGN002" in codes_in(write(tmp_path, {"pyproject.toml": manifest, "a.py": "A = {'b': 1}\n"}))


@pytest.mark.parametrize("until", ["until=2020-01-01", "until = 2020-01-01", "until: 2020-01-01", "until 2020-01-01"])
def test_last_day_is_read_however_it_is_written(tmp_path, until):
    """What is past its date stands again."""
    code = f'A = {{\n    "b": 1,\n    "b": 2,  # integrity: ignore[REG101] both are meant {until}\n}}\n'

    assert codes_in(write(tmp_path, {"a.py": code, "pyproject.toml": ""})) == {"REG101", "IGN003"}


def test_variable_is_ignored_only_with_a_reason(tmp_path):
    """An empty one excuses nothing."""
    files = {"app.py": 'import os\n\nKEY = os.environ["APP_KEY"]\n', ".env.example": "# nothing\n"}
    manifest = '[tool.integrity.checks.env]\nignore = {{ APP_KEY = "{}" }}\n'

    assert codes_in(write(tmp_path / "a", {**files, "pyproject.toml": manifest.format("")})) == {"ENV105"}
    assert "ENV105" not in codes_in(
        write(tmp_path / "b", {**files, "pyproject.toml": manifest.format("read by a library")})
    )


def test_selected_stale_exception_is_found(tmp_path):
    """Whether it is stale only the checks that were not selected can tell."""
    write(tmp_path, {"pyproject.toml": STALE, "a.py": "A = {'b': 1}\n"})

    (unit,) = run(CheckRequest(select=("IGN002",)), load_root(tmp_path, environ={}, flags={})).units

    assert [finding.code for finding in unit.findings] == ["IGN002"]


def test_misspelt_table_is_not_passed_over(tmp_path):
    """Beside another declaration it would be, in plain pytest."""
    from integrity.checks.configuration import WrongDeclaration

    manifest = '[tool.integrity.registries]\nplans = "plans:PLANS"\n[tool.integrity.check.env]\n'
    with pytest.raises(WrongDeclaration, match="Did you mean 'checks'"):
        examined(write(tmp_path, {"pyproject.toml": manifest, "plans.py": "PLANS = [1]\n"}))
