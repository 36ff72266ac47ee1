"""Judgements that hold for every family: fingerprints, checks that looked at nothing, exceptions beside a baseline."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from integrity.checks.allowances import Allowance, Allowances
from integrity.checks.baseline import NAME, Baseline, Known, WrongBaseline, baseline_text, read_baseline
from integrity.checks.case import Case, Check
from integrity.checks.exceptions import Judged, exception_cases
from integrity.checks.judging import result_of
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.unit import unit_around
from tests.checks.harness import write

HERE = Place("plans.py", 3)
FINDING = Finding("REG101", "team", "Wrong.", places=(HERE,), registry="plans")


def unit_in(folder, **files):
    return unit_around(str(write(folder, {"pyproject.toml": "", **files}) / "pyproject.toml"))


def test_fingerprint_never_changes():
    """Baselines in repositories hold it; line, message and level are no part of it."""
    moved = replace(FINDING, message="Other.", places=(Place("other.py", 9),), level="info", hint="Mend it.")

    assert FINDING.fingerprint == moved.fingerprint == "11305d1af4cb3b95"
    assert (
        len(
            {
                FINDING.fingerprint,
                *(replace(FINDING, **{name: "x"}).fingerprint for name in ("code", "home", "registry", "entry")),
            }
        )
        == 5
    )


def test_finding_of_a_check_that_counted_nothing_is_kept(tmp_path):
    """That nothing was examined is told beside it."""
    case = Case("registry:plans", Check("REG101", lambda _: Examined(0, (FINDING,)), None), lambda: None)

    result = result_of(case, unit_in(tmp_path), Allowances(), is_declared=True)

    assert [finding.code for finding in result.findings] == ["REG101", "VAC005"]


def test_line_of_the_baseline_is_gone_where_an_exception_means_its_finding(tmp_path):
    """What is meant is not known too; the line is named by registry and entry."""
    known = (Known("REG101", "plans", "team"), Known("REG101", "", "data.json"))
    rule = Allowance("REG101", HERE, "meant", registry="plans")
    judged = Judged((FINDING,), frozenset({"REG101"}))

    cases = exception_cases(unit_in(tmp_path), Allowances((rule,), known=known), lambda _: judged)
    found = {case.subject: case.check.judge(case.load()).findings for case in cases if case.check.code == "IGN002"}

    assert found["exceptions"] == ()
    assert [finding.entry for finding in found["baseline"]] == ["REG101 plans/team", "REG101 data.json"]


def test_checks_of_exceptions_have_teeth(tmp_path):
    """Each finds something in each of its spoiled copies, and makes at least one."""
    allowances = Allowances(
        (Allowance("REG101", HERE, "meant", entry="team"),), known=(Known("REG101", "plans", "free"),)
    )
    judged = Judged((FINDING, replace(FINDING, entry="free")), frozenset({"REG101"}))

    cases = list(exception_cases(unit_in(tmp_path), allowances, lambda _: judged))

    assert len(cases) == 4
    for case in cases:
        material = case.load()
        copies = [case.check.judge(copy).findings for copy in case.check.spoiled(material)]
        assert case.check.judge(material).findings == ()
        assert copies
        assert all(copies), case.check.code


def test_comment_is_spoiled_as_an_exception_of_its_own(tmp_path):
    """Its copy stands beside it, not in its place."""
    rule = Allowance("REG101", HERE, "meant", lines=frozenset({3}))
    cases = exception_cases(unit_in(tmp_path), Allowances((rule,)), lambda _: Judged())

    for case in [case for case in cases if case.check.code in {"IGN001", "IGN003"}]:
        (copy,) = case.check.spoiled(case.load())
        assert copy.rules[0] == rule
        assert [finding.entry for finding in case.check.judge(copy).findings] != ["REG101 in plans.py"]


@pytest.mark.parametrize("key", ["code", "registry", "entry", "fingerprint"])
def test_line_of_a_baseline_has_texts(tmp_path, key):
    """Anything else could match nothing, silently."""
    line = {"code": "REG101", "registry": "plans", "entry": "team", "fingerprint": "ab", key: 5}
    document = {"schema": "integrity.baseline/1", "findings": [line]}
    (tmp_path / NAME).write_text(json.dumps(document), encoding="utf-8")

    with pytest.raises(WrongBaseline, match="no finding"):
        read_baseline(str(tmp_path))


def test_paths_in_a_baseline_are_readable():
    """As their folders are called."""
    assert "services/b\u00fccher" in baseline_text(Baseline(missing=("services/b\u00fccher",)))


def test_exceptions_that_nobody_can_judge_here_are_no_error(tmp_path):
    """What they name was skipped, or is looked for elsewhere: that says nothing about them."""
    unit = unit_in(tmp_path)
    allowances = Allowances((Allowance("REG101", HERE, "meant"),), known=(Known("REG101", "plans", "free"),))

    cases = [case for case in exception_cases(unit, allowances, lambda _: Judged()) if case.check.code == "IGN002"]
    results = [result_of(case, unit, Allowances(), is_declared=True) for case in cases]

    assert [(result.case.subject, result.count, result.findings) for result in results] == [
        ("exceptions", 0, ()),
        ("baseline", 0, ()),
    ]


def test_units_of_one_name_have_findings_of_their_own(tmp_path):
    """services/shop and packages/shop differ by their folder; what the checkout is called doesn't matter."""
    case = Case("registry:plans", Check("REG101", lambda _: Examined(1, (FINDING,)), None), lambda: None)

    def fingerprint(top, path, mark=".git"):
        (top / mark).mkdir(parents=True)
        return _fingerprint(case, unit_in(top / path))

    first = fingerprint(tmp_path / "a", "services/shop")
    assert first == fingerprint(tmp_path / "b", "services/shop")
    assert first != fingerprint(tmp_path / "c", "packages/shop")
    assert fingerprint(tmp_path / "d", ".") == fingerprint(tmp_path / "e", ".")


def test_unit_without_a_repository_goes_by_its_name(tmp_path):
    """As where it was copied alone into an image."""
    case = Case("registry:plans", Check("REG101", lambda _: Examined(1, (FINDING,)), None), lambda: None)

    assert _fingerprint(case, unit_in(tmp_path / "shop")) != _fingerprint(case, unit_in(tmp_path / "billing"))


def _fingerprint(case, unit):
    (finding,) = result_of(case, unit, Allowances(), is_declared=True).findings
    return finding.fingerprint
