"""`junit.xml`: one dialect that Jenkins, GitLab, GitHub's actions, Azure and Buildkite all read.

A suite for each unit; class names begin with the unit's id, since GitLab groups by them and drops what has the same
class and name twice. `file` and `line` are the failing line, from the repository's root, counted from 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from integrity.inside.wire import cut
from integrity.model.outcome import TestOutcome
from integrity.report.sanitise import for_xml
from integrity.report.words import is_green

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.model.report import Report, ReportedTest, ReportedUnit

NAME_LIMIT = 1000  # readers index by names and show them; a parametrised id may hold a whole file
MESSAGE_LIMIT = 4000
_FAILURE = {TestOutcome.FAILED: "failure", TestOutcome.ERROR: "error"}
_SKIP = {TestOutcome.SKIPPED: "pytest.skip", TestOutcome.XFAILED: "pytest.xfail"}


def parts(report: Report) -> Iterator[str]:
    """The document, a suite at a time, so that it never stands in memory whole."""
    counts = [_counts(unit) for unit in report.units]
    total = {
        name: str(sum(int(count[name]) for count in counts)) for name in ("tests", "failures", "errors", "skipped")
    }
    root = ET.Element("testsuites", {"name": "integrity", **total, "time": _seconds(report.run.duration_s)})
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield ET.tostring(root, encoding="unicode", short_empty_elements=False).removesuffix("</testsuites>") + "\n"
    for unit, count in zip(report.units, counts, strict=True):
        suite = _suite(report, unit, count)
        ET.indent(suite)
        yield ET.tostring(suite, encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _suite(report: Report, unit: ReportedUnit, counts: dict[str, str]) -> ET.Element:
    suite = _element("testsuite", name=unit.id, **counts, time=_seconds(sum(unit.phases_s.values())))
    if report.run.started:
        suite.set("timestamp", report.run.started.partition("+")[0])
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(unit):
        properties.append(_element("property", name=name, value=value))
    taken: set[tuple[str, str]] = set()
    for test in unit.tests:
        suite.append(_case(unit, test, taken))
    if _needs_a_case_of_its_own(unit):
        suite.append(_unit_case(unit))
    return suite


def _properties(unit: ReportedUnit) -> Iterator[tuple[str, str]]:
    yield "kind", unit.kind
    yield "path", unit.path
    yield "outcome", unit.outcome
    yield "attempts", str(unit.attempts)
    if unit.flaky:
        yield "flaky", "true"
    if unit.python:
        yield "python", unit.python
    yield "rerun", unit.rerun


def _case(unit: ReportedUnit, test: ReportedTest, taken: set[tuple[str, str]]) -> ET.Element:
    classname, name = _unique(*_names(unit, test.id), taken)
    case = _element("testcase", classname=classname, name=name, time=_seconds(test.duration_s))
    if test.path:
        case.set("file", for_xml(test.path))
        if test.line is not None:
            case.set("line", str(test.line))
    if test.outcome in _FAILURE:
        trouble = _element(_FAILURE[test.outcome], message=cut(test.message, MESSAGE_LIMIT), type=str(test.outcome))
        trouble.text = for_xml(test.text or test.message)
        case.append(trouble)
    elif test.outcome in _SKIP:
        case.append(_element("skipped", message=cut(test.message, MESSAGE_LIMIT), type=_SKIP[test.outcome]))
    if test.output:
        ET.SubElement(case, "system-out").text = for_xml(test.output)
    return case


def _unit_case(unit: ReportedUnit) -> ET.Element:
    """What is wrong with the unit itself, as a test of it: readers count nothing else."""
    case = _element("testcase", classname=unit.id, name="[unit]", time="0.000", file=unit.path)
    kind = f"{unit.outcome}: {unit.error.kind}" if unit.error else str(unit.outcome)
    message = unit.error.message if unit.error else unit.message
    trouble = _element("error", message=cut(message, MESSAGE_LIMIT), type=kind)
    said = (message, unit.error.hint, unit.error.detail) if unit.error else (message,)
    trouble.text = for_xml("\n".join(part for part in said if part))
    case.append(trouble)
    return case


def _needs_a_case_of_its_own(unit: ReportedUnit) -> bool:
    return not is_green(unit) and not any(test.outcome in _FAILURE for test in unit.tests)


def _counts(unit: ReportedUnit) -> dict[str, str]:
    own = int(_needs_a_case_of_its_own(unit))
    outcomes = [test.outcome for test in unit.tests]
    return {
        "tests": str(len(outcomes) + own),
        "failures": str(outcomes.count(TestOutcome.FAILED)),
        "errors": str(outcomes.count(TestOutcome.ERROR) + own),
        "skipped": str(sum(outcome in _SKIP for outcome in outcomes)),
    }


def _names(unit: ReportedUnit, test: str) -> tuple[str, str]:
    """Class and name of a node id: `tests/test_a.py::TestB::test_c[x::y]` → `unit.tests.test_a.TestB`, `test_c[x::y]`."""
    head, bracket, parameters = test.partition("[")
    file, *classes = head.split("::")
    function = classes.pop() if classes else file
    module = [file.removesuffix(".py").replace("/", ".")] if function is not file else []
    return ".".join([unit.id, *module, *classes]), function + bracket + parameters


def _unique(classname: str, name: str, taken: set[tuple[str, str]]) -> tuple[str, str]:
    classname, name = for_xml(cut(classname, NAME_LIMIT)), for_xml(cut(name, NAME_LIMIT))
    found, number = (classname, name), 1
    while found in taken:
        number += 1
        found = (classname, f"{name} ({number})")
    taken.add(found)
    return found


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: for_xml(value) for name, value in attributes.items()})


def _seconds(duration_s: float) -> str:
    return f"{duration_s:.3f}"
