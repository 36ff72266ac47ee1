"""`junit.xml`: one dialect that Jenkins, GitLab, GitHub's actions, Azure and Buildkite all read, and a stricter one.

A suite for each unit; class names begin with the unit's id, since GitLab groups by them and drops what has the same
class and name twice. `file` and `line` are the failing line, from the repository's root, counted from 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from integrity.model.outcome import TestOutcome
from integrity.report.junit_room import Room, for_xml_within, rooms
from integrity.report.sanitise import for_xml
from integrity.report.words import has_own_trouble, outcome_of, plural, trouble_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from integrity.model.report import Report, ReportedTest, ReportedUnit

NAME_LIMIT = 1000  # readers index by names and show them; a parametrised id may hold a whole file
_FAILURE = {TestOutcome.FAILED: "failure", TestOutcome.ERROR: "error"}
_RUN_COUNTS = {"tests": 1, "failures": 0, "errors": 1, "skipped": 0}
_Taken = dict[tuple[str, str], int]  # class and name, and how many there are that would be called so
_SKIP = {TestOutcome.SKIPPED: "pytest.skip", TestOutcome.XFAILED: "pytest.xfail"}


def parts(report: Report) -> Iterator[str]:
    """The document, a suite at a time, so that it never stands in memory whole."""
    return _parts(report, is_strict=False)


def strict_parts(report: Report) -> Iterator[str]:
    """The document in the dialect that Jenkins' xUnit plugin validates: no places, no attempts, fewer sums."""
    return _parts(report, is_strict=True)


def _parts(report: Report, *, is_strict: bool) -> Iterator[str]:
    written = [_Written(unit, room) for unit, room in zip(report.units, rooms(report), strict=True)]
    of_run = [_run_suite(report.run.problems)] if report.run.problems else []
    root = _root(report, [*(unit.counts for unit in written), *([_RUN_COUNTS] if of_run else [])])
    if is_strict:
        del root.attrib["skipped"]
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield ET.tostring(root, encoding="unicode", short_empty_elements=False).removesuffix("</testsuites>") + "\n"
    taken: _Taken = {}
    for unit in written:
        suite = _suite(report, unit, taken)
        if is_strict:
            _make_strict(suite)
        ET.indent(suite)
        yield ET.tostring(suite, encoding="unicode") + "\n"
    yield from (ET.tostring(suite, encoding="unicode") + "\n" for suite in of_run)
    yield "</testsuites>\n"


class _Written:
    """A unit, and what of it there is room for."""

    def __init__(self, unit: ReportedUnit, room: Room) -> None:
        self.unit = unit
        self.room = room
        self.tests = [test for index, test in enumerate(unit.tests) if room.kept is None or index in room.kept]
        self.has_own_case = has_own_trouble(unit)

    @property
    def counts(self) -> dict[str, int]:
        """What readers count."""
        outcomes = [test.outcome for test in self.tests]
        return {
            "tests": len(outcomes) + self.has_own_case,
            "failures": outcomes.count(TestOutcome.FAILED),
            "errors": outcomes.count(TestOutcome.ERROR) + self.has_own_case,
            "skipped": sum(outcome in _SKIP for outcome in outcomes),
        }


def _root(report: Report, counts: list[dict[str, int]]) -> ET.Element:
    sums = {name: str(sum(count[name] for count in counts)) for name in ("tests", "failures", "errors", "skipped")}
    return _element("testsuites", name="integrity", **sums, time=_seconds(report.run.duration_s))


def _suite(report: Report, written: _Written, taken: _Taken) -> ET.Element:
    unit = written.unit
    counts = {name: str(number) for name, number in written.counts.items()}
    suite = _element("testsuite", name=unit.id, **counts, time=_seconds(sum(unit.phases_s.values())))
    if report.run.started:
        suite.set("timestamp", report.run.started.partition("+")[0])
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(written):
        properties.append(_element("property", name=name, value=value))
    for test in written.tests:
        suite.append(_case(written, test, taken))
    if written.has_own_case:
        suite.append(_unit_case(written, taken))
    return suite


def _make_strict(suite: ET.Element) -> None:
    for case in suite.iter("testcase"):
        case.attrib.pop("file", None)
        case.attrib.pop("line", None)
        for attempt in [*case.iterfind("flakyFailure"), *case.iterfind("rerunFailure")]:
            case.remove(attempt)


def _properties(written: _Written) -> Iterator[tuple[str, str]]:
    unit = written.unit
    yield "kind", unit.kind
    yield "path", unit.path
    yield "outcome", unit.outcome
    yield "attempts", str(unit.attempts)
    if unit.flaky:
        yield "flaky", "true"
    if unit.python:
        yield "python", unit.python
    yield "rerun", unit.rerun
    left_out = len(unit.tests) - len(written.tests)
    if left_out:
        yield "left-out", f"{plural(left_out, 'test')}, for which there was no room: see report.json"


def _case(written: _Written, test: ReportedTest, taken: _Taken) -> ET.Element:
    classname, name = _unique(*_names(written.unit, test.id), taken)
    case = _element("testcase", classname=classname, name=name, time=_seconds(test.duration_s))
    if test.path:
        case.set("file", for_xml(test.path))
        if test.line is not None:
            case.set("line", str(test.line))
    message = written.room.message(test.message)
    if test.outcome in _FAILURE:
        trouble = _element(_FAILURE[test.outcome], message=message, type=str(test.outcome))
        trouble.text = written.room.text(test.text or test.message)
        case.append(trouble)
    elif test.outcome in _SKIP:
        case.append(_element("skipped", message=message, type=_SKIP[test.outcome]))
    case.extend(_earlier(written.unit, test))
    if test.output:
        ET.SubElement(case, "system-out").text = written.room.text(test.output)
    return case


def _earlier(unit: ReportedUnit, test: ReportedTest) -> Iterator[ET.Element]:
    """The attempts in which this very test failed before, where it passed or failed in the last one."""
    if test.outcome is not TestOutcome.PASSED and test.outcome not in _FAILURE:
        return
    tag = "flakyFailure" if test.outcome is TestOutcome.PASSED else "rerunFailure"
    for attempt in unit.earlier:
        if test.id in attempt.failed:
            yield _element(tag, message=f"failed in attempt {attempt.attempt}", type="failed")


def _unit_case(written: _Written, taken: _Taken) -> ET.Element:
    """What is wrong with the unit itself, as a test of it: readers count nothing else."""
    unit = written.unit
    classname, name = _unique(unit.id, "[unit]", taken)
    case = _element("testcase", classname=classname, name=name, time="0.000", file=unit.path)
    message = trouble_of(unit)
    trouble = _element("error", message=written.room.message(message), type=outcome_of(unit))
    said = (message, unit.error.hint, unit.error.detail) if unit.error else (message,)
    trouble.text = written.room.text("\n".join(part for part in said if part))
    case.append(trouble)
    return case


def _run_suite(problems: Sequence[str]) -> ET.Element:
    """What is wrong with the run though each unit may be fine, as a suite with one test."""
    counts = {name: str(number) for name, number in _RUN_COUNTS.items()}
    suite = _element("testsuite", name="[run]", **counts, time="0.000")
    ET.SubElement(suite, "properties")
    case = _element("testcase", classname="[run]", name="[run]", time="0.000")
    trouble = _element("error", message=Room().message(problems[0]), type="problem")
    trouble.text = Room().text("\n".join(problems))
    case.append(trouble)
    suite.append(case)
    return suite


def _names(unit: ReportedUnit, test: str) -> tuple[str, str]:
    """Class and name of a node id: `tests/test_a.py::TestB::test_c[x::y]` → `unit.tests.test_a.TestB`, `test_c[x::y]`."""
    head, bracket, parameters = test.partition("[")
    file, *classes = head.split("::")
    function = classes.pop() if classes else file
    module = [file.removesuffix(".py").replace("/", ".")] if function is not file else []
    return ".".join([unit.id, *module, *classes]), function + bracket + parameters


def _unique(classname: str, name: str, taken: _Taken) -> tuple[str, str]:
    classname, name = for_xml_within(classname, NAME_LIMIT), for_xml_within(name, NAME_LIMIT)
    found = wanted = (classname, name)
    number = taken.get(wanted, 1)
    while found in taken:
        number += 1
        found = (classname, f"{name} ({number})")
    taken[wanted], taken[found] = number, 1
    return found


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: for_xml(value) for name, value in attributes.items()})


def _seconds(duration_s: float) -> str:
    return f"{duration_s:.3f}"
