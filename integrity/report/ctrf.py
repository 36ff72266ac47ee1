"""`ctrf.json`: the run in the Common Test Report Format (ctrf.io), which wants whole milliseconds and five statuses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integrity.model.outcome import TestOutcome
from integrity.report.sanitise import without_surrogates
from integrity.report.words import has_own_trouble, outcome_of, trouble_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.model.report import Report, ReportedTest, ReportedUnit

SPEC_VERSION = "0.0.0"  # the specification is a draft, and calls itself so
_STATUSES = ("passed", "failed", "skipped", "pending", "other")
_STATUS = {
    TestOutcome.PASSED: "passed",
    TestOutcome.FAILED: "failed",
    TestOutcome.ERROR: "failed",
    TestOutcome.SKIPPED: "skipped",
    TestOutcome.XFAILED: "skipped",
    TestOutcome.XPASSED: "passed",
}


def parts(report: Report) -> Iterator[str]:
    """The document, a test a line."""
    began_ms = _epoch_ms(report.run.started)
    tests = [test for unit in report.units for test in _tests(unit, began_ms)]
    if report.run.problems:
        problems = "\n".join(report.run.problems)
        tests.append({"name": "[run]", "status": "failed", "duration": 0, "suite": ["[run]"], "message": problems})
    head = _json(
        {
            "tool": {"name": "nox-integrity", "version": report.run.versions.get("integrity", "")},
            "summary": _summary(report, tests, began_ms),
            "environment": _environment(report),
        }
    )
    yield f'{{"reportFormat":"CTRF","specVersion":"{SPEC_VERSION}","generatedBy":"nox-integrity","results":{{\n'
    yield head[1:-1] + ',\n"tests":[\n'
    for number, test in enumerate(tests, start=1):
        yield _json(test) + (",\n" if number < len(tests) else "\n")
    yield "]}}\n"


def _summary(report: Report, tests: list[dict[str, Any]], began_ms: int) -> dict[str, int]:
    found = [test["status"] for test in tests]
    return {
        "tests": len(tests),
        **{status: found.count(status) for status in _STATUSES},
        "flaky": sum(test.get("flaky", False) for test in tests),
        "suites": len(report.units),
        "start": began_ms,
        "stop": began_ms + _ms(report.run.duration_s),
        "duration": _ms(report.run.duration_s),
    }


def _environment(report: Report) -> dict[str, Any]:
    run = report.run
    told: dict[str, Any] = {"commit": run.commit} if run.commit else {}
    extra = {"run": run.id, "dirty": run.dirty, "exit_code": run.exit_code, "problems": run.problems}
    return {**told, "extra": extra}


def _tests(unit: ReportedUnit, began_ms: int) -> Iterator[dict[str, Any]]:
    yield from (_test(unit, test, began_ms) for test in unit.tests)
    if has_own_trouble(unit):
        yield _unit_test(unit)


def _test(unit: ReportedUnit, test: ReportedTest, began_ms: int) -> dict[str, Any]:
    file, *names = test.id.partition("[")[0].split("::")
    told: dict[str, Any] = {
        "name": test.id or "[no name]",
        "status": _STATUS[test.outcome],
        "rawStatus": str(test.outcome),
        "duration": _ms(test.duration_s),
        "suite": [unit.id, file, *names[:-1]],
        **_times(test, began_ms),
        **_attempts(unit, test),
    }
    if test.findings:
        told["extra"] = {"findings": [f"{finding.code}: {finding.message}" for finding in test.findings]}
    if test.output:
        told["stdout"] = test.output.splitlines()
    optional = {"filePath": test.path, "line": test.line, "message": test.message, "trace": test.text}
    return told | {name: value for name, value in optional.items() if value not in (None, "")}


def _times(test: ReportedTest, began_ms: int) -> dict[str, int]:
    if test.start_s is None:
        return {}
    start = began_ms + _ms(test.start_s)
    return {"start": start, "stop": start + _ms(test.duration_s)}


def _attempts(unit: ReportedUnit, test: ReportedTest) -> dict[str, Any]:
    """The attempts in which this very test failed before."""
    failed = [earlier.attempt for earlier in unit.earlier if test.id in earlier.failed]
    if not failed:
        return {}
    attempts = [{"attempt": attempt, "status": "failed"} for attempt in failed]
    return {"flaky": test.outcome is TestOutcome.PASSED, "retries": len(failed), "retryAttempts": attempts}


def _unit_test(unit: ReportedUnit) -> dict[str, Any]:
    """What is wrong with the unit itself, as a test of it: readers count nothing else."""
    told: dict[str, Any] = {
        "name": "[unit]",
        "status": "failed",
        "rawStatus": outcome_of(unit),
        "duration": 0,
        "suite": [unit.id],
        "filePath": unit.path,
        "message": trouble_of(unit),
    }
    return told | ({"trace": unit.error.detail} if unit.error and unit.error.detail else {})


def _epoch_ms(started: str) -> int:
    return int(datetime.fromisoformat(started).timestamp()) * 1000 if started else 0


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _json(value: Any) -> str:
    return json.dumps(without_surrogates(value), separators=(",", ":"))
