"""Reports for the tests of the page: one in which every text is the same, and one of a very large run."""

import msgspec

from integrity.model.event import Finding, FindingPlace
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.model.report import (
    Counts,
    CrossUnit,
    EarlierAttempt,
    Report,
    ReportedError,
    ReportedService,
    ReportedSpan,
    ReportedTest,
    ReportedUnit,
    ReportedWarning,
    RunSummary,
    Totals,
)
from integrity.model.unit import Kind

RUN = RunSummary(
    id="r1",
    commit="0123456789abcdef",
    dirty=False,
    started="2027-01-15T08:00:00+00:00",
    duration_s=600.0,
    exit_code=1,
    interrupted=False,
    versions={"integrity": "0.1", "python": "3.11.7"},
)


def unit(name, outcome=Outcome.PASSED, **fields):
    """A unit that ended."""
    described = {
        "kind": Kind.SERVICE,
        "path": f"services/{name}",
        "message": "",
        "error": None,
        "cached": False,
        "allowed": False,
        "flaky": False,
        "attempts": 1,
        "reason": "all units",
        "phases_s": {"env": 0.5, "tests": 2.0},
        "python": "3.11.7",
        "packages": {"pytest": "9.0.2"},
        "services": [],
        "counts": Counts(),
        "tests": [],
        "warnings": [],
        "rerun": f"nox -s integrity -- {name}",
    }
    return ReportedUnit(id=name, name=name, outcome=outcome, **{**described, **fields})


def report_of(*units, **fields):
    """The report of a run of these units; `fields` are the run's."""
    totals = {outcome.value: sum(each.outcome is outcome for each in units) for outcome in Outcome}
    return Report(
        run=msgspec.structs.replace(RUN, **fields),
        totals=Totals(
            units=len(units),
            **totals,
            cached=0,
            flaky=sum(each.flaky for each in units),
            tests=sum(len(each.tests) for each in units),
        ),
        units=list(units),
    )


def full_of(text):
    """A report in which this text stands in every field that holds text."""
    finding = Finding(
        code=text,
        slug=text,
        registry=text,
        entry=text,
        message=text,
        hint=text,
        places=[FindingPlace(path=text, line=3, role=text)],
        fingerprint=text,
    )
    failed = ReportedTest(
        id=text, outcome=TestOutcome.FAILED, duration_s=0.2, start_s=1.0, path=text, line=4, message=text, text=f"{text}\n2", output=text
    )  # fmt: skip
    with_finding = msgspec.structs.replace(failed, id=f"{text}f", findings=[finding])
    skipped = msgspec.structs.replace(failed, id=f"{text}::{text}", outcome=TestOutcome.SKIPPED)
    passed = ReportedTest(id=f"{text}::p", outcome=TestOutcome.PASSED, duration_s=0.1)
    fields = {
        "path": text,
        "reason": text,
        "python": text,
        "packages": {text: text},
        "services": [
            ReportedService(
                name=text, kind=text, provider=text, version=text, image=text, note=text, log=f"units/{text}/a.log"
            )
        ],
        "spans": [ReportedSpan(phase="env", attempt=1, start_s=0.0, duration_s=1.0), ReportedSpan(phase="tests", attempt=2, start_s=1.0, duration_s=2.0)],
        "attempts": 2,
        "earlier": [
            EarlierAttempt(attempt=1, outcome=Outcome.ERROR, error_kind=ErrorKind.CRASH, message=text, failed=[text])
        ],
        "warnings": [ReportedWarning(category=text, message=text, path=text, line=3)],
        "rerun": text,
    }  # fmt: skip
    error = ReportedError(kind=ErrorKind.CRASH, message=text, hint=text, detail=text)
    units = (
        unit(text, Outcome.FAILED, message=text, tests=[failed, with_finding, skipped, passed], **fields),
        unit(f"{text}2", Outcome.ERROR, error=error, **fields),
    )
    run = {"id": text, "commit": text, "started": text, "versions": {text: text}, "problems": [text]}
    return msgspec.structs.replace(report_of(*units, **run), cross_unit=CrossUnit(findings=[finding], checks=[text]))


def big_report(units, tests, *, failing=20):
    """A run of many units with many tests each, on eight lanes; `failing` of the units failed with long texts."""
    return report_of(*(_big_unit(number, tests, is_failing=number < failing) for number in range(units)))


def _big_unit(number, tests, *, is_failing):
    name = f"service-{number:03}"
    start_s = (number // 8) * 9.0
    spans = (("env", 0.0, 2.0), ("services", 0.0, 3.0), ("tests", 3.0, 5.5))
    return unit(
        name,
        Outcome.FAILED if is_failing else Outcome.PASSED,
        message=f"{tests} of {tests} tests failed" if is_failing else "",
        packages={f"some-package-{each}": f"1.{each}.0" for each in range(40)},
        services=[
            ReportedService(
                name="db",
                kind="postgres",
                provider="docker",
                version="17.2",
                image=f"docker.io/library/postgres@sha256:{'0' * 64}",
                note="",
                log=f"units/{name}/services/db.log",
            )
        ],
        spans=[ReportedSpan(phase=phase, attempt=1, start_s=start_s + after, duration_s=lasted) for phase, after, lasted in spans],
        phases_s={"env": 2.0, "services": 3.0, "tests": 5.5},
        tests=[_big_test(each, is_failing=is_failing) for each in range(tests)],
        warnings=[ReportedWarning(category="DeprecationWarning", message="old", path=f"services/{name}/a.py", line=4)],
    )  # fmt: skip


def _big_test(number, *, is_failing):
    name = f"test_integrity.py::test_declared[registry:prices:missing-entry-{number:03}]"
    if not is_failing:
        return ReportedTest(id=name, outcome=TestOutcome.PASSED, duration_s=0.012)
    return ReportedTest(
        id=name,
        outcome=TestOutcome.FAILED,
        duration_s=0.012,
        path="services/x/test_integrity.py",
        line=number,
        message=f"AssertionError: entry {number} is missing",
        text="E   <assert>\n" * 500,
        output="said & done\n" * 500,
    )
