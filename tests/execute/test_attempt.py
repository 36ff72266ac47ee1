"""One try of one unit never takes the others along."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from integrity.execute.attempt import attempt
from integrity.model.outcome import ErrorKind, Outcome
from integrity.settings import UnitSettings


def test_fault_of_our_own_is_that_units_error(tmp_path: Path):
    """An exception that nobody thought of becomes the unit's outcome, with its traceback, and doesn't end the run."""
    bench = SimpleNamespace(root=tmp_path, results=tmp_path / "results")
    subject = SimpleNamespace(
        planned=SimpleNamespace(id="a"),
        live=SimpleNamespace(unit=SimpleNamespace(path="services/a"), settings=SimpleNamespace(test_file=7)),
    )

    verdict, end = asyncio.run(attempt(bench, subject, 1))

    assert (verdict.outcome, verdict.error_kind, end) == (Outcome.ERROR, ErrorKind.CRASH, None)
    assert "integrity itself failed" in verdict.message
    assert "Traceback" in verdict.detail


def verdict_of(folder, files, *, missing, listed):
    """Of a unit in a folder with these files."""
    unit = SimpleNamespace(path="services/a")
    settings = UnitSettings(missing=missing, is_known_missing=listed)
    (folder / unit.path).mkdir(parents=True)
    for name in files:
        (folder / unit.path / name).touch()
    bench = SimpleNamespace(root=folder, results=folder / "results")
    subject = SimpleNamespace(planned=SimpleNamespace(id="a"), live=SimpleNamespace(unit=unit, settings=settings))
    return asyncio.run(attempt(bench, subject, 1))[0]


@pytest.mark.parametrize(
    ("missing", "listed", "outcome"),
    [
        ("error", False, Outcome.ERROR),
        ("warn", False, Outcome.SKIPPED),
        ("baseline", True, Outcome.SKIPPED),
        ("baseline", False, Outcome.ERROR),
    ],
)
def test_unit_without_a_test_file_is_what_its_settings_say(tmp_path: Path, missing, listed, outcome):
    """One that the baseline lists is skipped like one that is only warned of; any other is an error."""
    verdict = verdict_of(tmp_path, [], missing=missing, listed=listed)

    assert verdict.outcome is outcome
    assert verdict.allowed is (outcome is Outcome.SKIPPED)
    assert (verdict.error_kind is ErrorKind.MISSING) is (outcome is Outcome.ERROR)


def test_listed_unit_with_a_test_file_has_to_be_struck_off(tmp_path: Path):
    """An error that says the command; its tests are not run before."""
    verdict = verdict_of(tmp_path, ["test_integrity.py"], missing="baseline", listed=True)

    assert (verdict.outcome, verdict.error_kind) == (Outcome.ERROR, ErrorKind.CONFIG)
    assert verdict.hint == "Strike it off: integrity baseline --prune."
