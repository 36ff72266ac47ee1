"""The baseline: read, written, compared."""

from __future__ import annotations

import json

import pytest

from integrity.checks.bare import bare_results
from integrity.checks.baseline import (
    NAME,
    Baseline,
    Known,
    WrongBaseline,
    baseline_text,
    known_of,
    lowered,
    read_baseline,
)
from integrity.checks.configuration import WrongDeclaration
from integrity.checks.judging import case_id
from integrity.checks.model import Finding
from integrity.checks.unit import allowances_of, declarations_of, unit_around
from tests.checks.harness import run_tests, write

LINES = (Known("SRC101", "", 'data.json "a\\u00e9"', 1, "b" * 16), Known("REG101", "plans", "team/é\n", 2, "a" * 16))


def test_what_is_written_is_read(tmp_path):
    """Sorted, a line for each finding and each unit; the line is known when it is read."""
    (tmp_path / NAME).write_text(baseline_text(Baseline(LINES, ("services/b", "services/a"))), encoding="utf-8")

    found = read_baseline(str(tmp_path))

    assert [line._replace(line=None) for line in found.findings] == sorted(LINES)
    assert [line.line for line in found.findings] == [8, 9]
    assert found.missing == ("services/a", "services/b")


def test_file_is_readable_in_a_diff():
    """One line for each finding."""
    assert baseline_text(Baseline(LINES[:1])) == (
        '{\n  "schema": "integrity.baseline/1",\n  "findings": [\n'
        '    {"fingerprint": "bbbbbbbbbbbbbbbb", "code": "SRC101", "registry": "", "entry": "data.json \\"a\\\\u00e9\\"", "count": 1}\n'
        "  ]\n}\n"
    )
    assert json.loads(baseline_text(Baseline())) == {"schema": "integrity.baseline/1", "findings": []}


def test_no_file_is_an_empty_baseline(tmp_path):
    """Nothing is known."""
    assert read_baseline(str(tmp_path)) == Baseline()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"schema": "integrity.baseline/2"}',
        b'{"schema": "integrity.baseline/1", "findings": [1]}',
        b'{"schema": "integrity.baseline/1", "findings": [{"code": "REG101"}]}',
        b'{"schema": "integrity.baseline/1", "findings": [{"code": "REG101", "registry": "", "entry": "x", "count": 0}]}',
        b'{"schema": "integrity.baseline/1", "findings": [{"code": "REG101", "registry": "", "entry": "x", "count": true}]}',
        b'{"schema": "integrity.baseline/1", "missing": [1]}',
        b'{"schema": "integrity.baseline/1", "findings": 7}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_wrong_file_is_refused(tmp_path, content):
    """Nothing is allowed by what can't be read; the unit's tests and the check say so."""
    (tmp_path / NAME).write_bytes(content)
    (tmp_path / "pyproject.toml").touch()

    with pytest.raises(WrongBaseline, match=NAME):
        read_baseline(str(tmp_path))
    with pytest.raises(WrongDeclaration, match=NAME):
        allowances_of(unit_around(str(tmp_path / "pyproject.toml")))


def test_findings_are_counted_without_those_that_no_baseline_allows():
    """Those about exceptions and baselines, and units without a test."""
    findings = [
        Finding("REG101", "a", "x"),
        Finding("REG101", "a", "y"),
        Finding("IGN002", "a", "x"),
        Finding("VAC011", "a", "x"),
    ]

    assert [(line.key, line.times) for line in known_of(findings)] == [(("REG101", "", "a"), 2)]


def test_only_what_is_gone_is_struck_off():
    """Fewer stay fewer; nothing new comes in."""
    known = (Known("A", "", "gone"), Known("A", "", "fewer", 3), Known("A", "", "same", 2))
    now = (Known("A", "", "fewer", 1), Known("A", "", "same", 5), Known("A", "", "new"))

    assert [(line.entry, line.times) for line in lowered(known, now)] == [("fewer", 1), ("same", 2)]


PLANS = 'PLANS = {{"free": {{"label": "A"}}, "team": {{"label": "{}"}}}}\n'
MANIFEST = '[tool.integrity.registries]\nplans = { target = "plans:PLANS", unique = ["label"] }\n'


def results_of(folder):
    unit = unit_around(str(folder / "pyproject.toml"))
    return list(bare_results(unit, declarations_of(unit), allowances_of(unit)))


def test_known_findings_are_counted_and_gone_ones_are_told(tmp_path):
    """In the check of sources and in the unit's tests; each as a case of its own."""
    write(tmp_path, {"pyproject.toml": MANIFEST, "plans.py": PLANS.format("A")})
    found = [each for result in results_of(tmp_path) for each in result.findings]
    (tmp_path / NAME).write_text(baseline_text(Baseline(known_of(found))))

    known = results_of(tmp_path)
    (tmp_path / "plans.py").write_text(PLANS.format("B"))
    mended = results_of(tmp_path)

    assert [each.code for each in found] == ["REG102"]
    assert [each for result in known for each in result.findings] == []
    assert sum(len(result.known) for result in known) == 1
    assert [
        (case_id(result.case), each.code, each.places[0].line) for result in mended for each in result.findings
    ] == [("baseline:stale-exception", "IGN002", 4)]


def test_units_tests_know_the_baseline(tmp_path, newest):
    """Also when the tests are run under another folder's name than the one that wrote it."""
    line = Known("REG102", "plans", "", 1, "0" * 16)
    write(tmp_path, {"pyproject.toml": MANIFEST, "plans.py": PLANS.format("A")})
    (found,) = [each for result in results_of(tmp_path) for each in result.findings]
    (tmp_path / NAME).write_text(baseline_text(Baseline((line._replace(entry=found.entry),))))

    known, output = run_tests(tmp_path, newest)
    (tmp_path / "stream.jsonl").unlink()
    (tmp_path / "plans.py").write_text(PLANS.format("B"))
    gone, _ = run_tests(tmp_path, newest)

    assert known == [], output
    assert [(each["code"], each["hint"]) for each in gone] == [("IGN002", "Strike it off: integrity baseline --prune.")]
