"""The comparison of providers can't be green by accident."""

from __future__ import annotations

import json

import pytest

from tests.docker import agree


@pytest.fixture
def compare(tmp_path, capsys):
    """Compare reports that are given as provider → {test: outcome}; gives the status and what was printed."""

    def compared(runs, *, provider=None):
        folders = []
        for name, tests in runs.items():
            folder = tmp_path / name
            folder.mkdir()
            folder.joinpath("report.json").write_text(json.dumps(report(tests, provider or name)))
            folders.append(folder)
        return agree.main(folders), capsys.readouterr().out

    return compared


def report(tests, provider):
    unit = {
        "name": "billing",
        "outcome": "passed",
        "tests": [{"id": test, "outcome": outcome} for test, outcome in tests.items()],
        "services": [{"name": "postgres", "provider": provider}, {"name": "catalog", "provider": "unit"}],
    }
    return {"units": [unit]}


def test_same_outcomes_agree(compare):
    """The same tests with the same outcomes are agreement; how many were compared is said."""
    tests = {"test_a": "passed", "test_b": "skipped"}

    status, text = compare({"embedded": tests, "docker": tests, "external": tests})

    assert (status, text) == (0, "embedded, docker, external: 2 tests compared, 0 problems\n")


@pytest.mark.parametrize(
    ("other", "line"),
    [
        ({"test_a": "failed"}, "billing test_a: passed with embedded, failed with docker"),
        ({}, "billing test_a: passed with embedded, absent with docker"),
    ],
)
def test_difference_is_named(other, line, compare):
    """A test that ended otherwise, or is missing, is named with all its outcomes."""
    status, text = compare({"embedded": {"test_a": "passed"}, "docker": other})

    assert status == 1
    assert line in text


@pytest.mark.parametrize("runs", [{}, {"embedded": {"test_a": "passed"}}, {"embedded": {}, "docker": {}}])
def test_nothing_to_compare_is_no_agreement(runs, compare):
    """No report, a single one, or reports without tests are no agreement."""
    status, text = compare(runs)

    assert status == 1
    assert "nothing was compared" in text


def test_run_with_another_provider_is_no_agreement(compare):
    """Runs that all used the same provider say nothing about the others."""
    tests = {"test_a": "passed"}

    status, text = compare({"embedded": tests, "docker": tests}, provider="embedded")

    assert status == 1
    assert "docker: the services came from embedded" in text
