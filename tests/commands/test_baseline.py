"""`integrity baseline`: what it writes, strikes off and refuses."""

from __future__ import annotations

import json
import os

import pytest

from integrity.checks.baseline import NAME
from integrity.commands.baseline import BaselineRequest, run
from integrity.commands.check import CheckRequest
from integrity.commands.check import run as check
from integrity.errors import ConfigError, UsageError
from integrity.model.event import Finding
from integrity.model.outcome import Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report.document import encoded
from integrity.settings import load_root
from tests.monorepo import make_monorepo, pep621
from tests.report import sample

TWICE = '{"a": 1, "b": 2, "a": 3}\n'
ONCE = '{"a": 1, "b": 2}\n'
TEST = "from billing import VALUE\n\n\ndef test_value():\n    assert VALUE\n"


def monorepo(folder, *, missing="error"):
    """A unit with a test, one without, and a file of neither, each with the same defect."""
    return make_monorepo(
        folder,
        {
            "pyproject.toml": f'[tool.integrity]\nmissing = "{missing}"\n',
            "shared.json": TWICE,
            "services/billing/pyproject.toml": pep621("shop-billing"),
            "services/billing/config.json": TWICE,
            "services/billing/test_integrity.py": TEST,
            "packages/plans/pyproject.toml": pep621("plans"),
            "packages/plans/config.json": TWICE,
        },
    )


def rewritten(folder, *selectors, **options):
    return run(BaselineRequest(selectors=selectors, **options), load_root(folder, environ={}, flags={}))


def written(folder, path):
    file = folder / path / NAME
    return json.loads(file.read_text()) if file.exists() else None


def codes(folder, path):
    document = written(folder, path)
    return [(line["code"], line["count"]) for line in document["findings"]] if document else None


def standing(folder):
    checkup = check(CheckRequest(select=("SRC", "IGN")), load_root(folder, environ={}, flags={}))
    return [(unit.path, finding.code) for unit in checkup.units for finding in unit.findings], sum(
        unit.known for unit in checkup.units
    )


def reported(folder, findings, *, test="test_integrity.py::test_declared[registry:plans:duplicate-value]", age_s=0):
    """The report of a run in which a test of billing had these findings."""
    script = sample.Script().start(1).plan("billing", test)
    script.test("billing", test, TestOutcome.FAILED, findings=findings).end("billing", Outcome.FAILED)
    report = fold(sample.plan_of(sample.unit("billing")), script.events)
    path = folder / "integrity-results" / "report.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encoded(report))
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))


def runtime(entry, code="REG003", registry="plans"):
    return Finding(code=code, registry=registry, entry=entry, message="x", fingerprint="f" * 16)


def test_what_is_found_is_written_beside_each_manifest(tmp_path):
    """And is known from then on; what no unit owns lies at the root."""
    monorepo(tmp_path)

    made = rewritten(tmp_path)

    assert [codes(tmp_path, path) for path in (".", "services/billing", "packages/plans")] == [[("SRC101", 1)]] * 3
    assert standing(tmp_path) == ([], 3)
    assert made.text().endswith("3 added, 0 struck off, 3 known")
    assert "services/billing/integrity-baseline.json\n  + SRC101 " in made.text()


def test_second_time_nothing_changes(tmp_path):
    """Not a byte, and not the time of the file."""
    monorepo(tmp_path)
    rewritten(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob(NAME)}

    again = rewritten(tmp_path)

    assert again.files == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob(NAME)} == before


def test_what_is_mended_is_struck_off_and_an_empty_file_goes(tmp_path):
    """A line that is left would be an error."""
    monorepo(tmp_path)
    rewritten(tmp_path)
    (tmp_path / "services/billing/config.json").write_text(ONCE)

    stale, _ = standing(tmp_path)
    pruned = rewritten(tmp_path, prune=True)

    assert stale == [("services/billing", "IGN002")]
    assert written(tmp_path, "services/billing") is None
    assert pruned.text().startswith("services/billing/integrity-baseline.json\n  - SRC101")
    assert standing(tmp_path) == ([], 2)


def test_pruning_adds_nothing(tmp_path):
    """Neither findings nor units without a test."""
    monorepo(tmp_path, missing="baseline")

    assert rewritten(tmp_path, prune=True).files == ()
    assert list(tmp_path.rglob(NAME)) == []


def test_named_units_are_written_alone(tmp_path):
    """The others stay as they are."""
    monorepo(tmp_path, missing="baseline")

    rewritten(tmp_path, "shop-billing")

    assert [path.parent.name for path in tmp_path.rglob(NAME)] == ["billing"]


def test_ci_never_adds(tmp_path):
    """It may strike off; nothing is written where it would add."""
    monorepo(tmp_path)

    with pytest.raises(UsageError, match="only shrinks"):
        rewritten(tmp_path, in_ci=True)

    assert list(tmp_path.rglob(NAME)) == []
    rewritten(tmp_path)
    (tmp_path / "shared.json").write_text(ONCE)
    assert len(rewritten(tmp_path, in_ci=True).files) == 1


def test_units_without_a_test_are_listed_at_the_root(tmp_path):
    """Where `missing` says so; with a test they are struck off."""
    monorepo(tmp_path, missing="baseline")

    rewritten(tmp_path)
    listed = written(tmp_path, ".")["missing"]
    (tmp_path / "packages/plans/test_integrity.py").write_text(TEST)
    pruned = rewritten(tmp_path, prune=True)

    assert listed == ["packages/plans"]
    assert "missing" not in written(tmp_path, ".")
    assert "- packages/plans has no test file" in pruned.text()


def test_unit_that_is_gone_is_struck_off(tmp_path):
    """Nobody can add a test to it."""
    monorepo(tmp_path, missing="baseline")
    rewritten(tmp_path)
    for name in ("pyproject.toml", "config.json", NAME):
        (tmp_path / "packages/plans" / name).unlink()

    rewritten(tmp_path, prune=True)

    assert "missing" not in written(tmp_path, ".")


def test_what_is_meant_is_not_known(tmp_path):
    """An exception comes before the baseline."""
    monorepo(tmp_path)
    (tmp_path / "packages/plans/pyproject.toml").write_text(
        pep621("plans") + '\n[[tool.integrity.exceptions]]\ncode = "SRC101"\nreason = "read by both"\n'
    )

    rewritten(tmp_path)

    assert written(tmp_path, "packages/plans") is None


def test_wrong_baseline_is_told_with_its_file(tmp_path):
    """It isn't written over."""
    monorepo(tmp_path)
    (tmp_path / "packages/plans" / NAME).write_text("{")

    with pytest.raises(ConfigError, match="packages/plans"):
        rewritten(tmp_path)

    assert (tmp_path / "packages/plans" / NAME).read_text() == "{"


# --- what the units' tests found


def test_findings_of_the_last_run_are_taken_over_once(tmp_path):
    """Of declared tests, and of codes that sources alone don't show; the second time they are known already."""
    monorepo(tmp_path)
    reported(
        tmp_path, [runtime("pro"), runtime("pro"), runtime("x", code="SRC101"), runtime("y", code="IGN002")], age_s=-5
    )

    first = rewritten(tmp_path, "shop-billing")
    os.utime(tmp_path / "services/billing" / NAME, (2e9, 2e9))
    again = rewritten(tmp_path, "shop-billing")

    assert codes(tmp_path, "services/billing") == [("REG003", 2), ("SRC101", 1)]
    assert "of the tests, those of the run of" in first.text()
    assert again.files == ()


@pytest.mark.parametrize(
    "test",
    ["test_integrity.py::test_plans", "test_integrity.py::test_plans[pro]", "test_integrity.py::test_plans[a:b]"],
)
def test_findings_of_hand_written_tests_are_left_out(tmp_path, test):
    """An assertion knows no baseline."""
    monorepo(tmp_path)
    reported(tmp_path, [runtime("pro")], test=test)

    rewritten(tmp_path, "shop-billing")

    assert codes(tmp_path, "services/billing") == [("SRC101", 1)]


def test_new_ones_come_to_the_known_and_gone_ones_go(tmp_path):
    """A later run found one more, and missed one that is known."""
    monorepo(tmp_path)
    reported(tmp_path, [runtime("pro"), runtime("old")])
    rewritten(tmp_path, "shop-billing")
    reported(
        tmp_path,
        [runtime("pro"), runtime("new"), runtime("REG003 plans/old", code="IGN002", registry="baseline")],
        age_s=-1000,
    )

    made = rewritten(tmp_path, "shop-billing")

    lines = {
        (line["entry"], line["count"])
        for line in written(tmp_path, "services/billing")["findings"]
        if line["code"] == "REG003"
    }
    assert lines == {("pro", 2), ("new", 1)}
    assert (len(made.files[0].added), len(made.files[0].removed)) == (2, 1)


def test_pruning_strikes_off_what_the_tests_missed(tmp_path):
    """And takes nothing over."""
    monorepo(tmp_path)
    reported(tmp_path, [runtime("pro"), runtime("old")])
    rewritten(tmp_path, "shop-billing")
    reported(tmp_path, [runtime("new"), runtime("REG003 plans/old", code="IGN002", registry="baseline")], age_s=-1000)

    rewritten(tmp_path, "shop-billing", prune=True)

    entries = [line["entry"] for line in written(tmp_path, "services/billing")["findings"]]
    assert "pro" in entries
    assert not {"old", "new"} & set(entries)
