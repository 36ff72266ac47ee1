"""junit.xml, as others read it."""

from xml.etree import ElementTree as ET

import junitparser
import pytest
from hypothesis import given
from lxml import etree

from integrity.model.outcome import Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report import junit
from tests.report.sample import FILE, PROPERTY, Script, hostile_runs, plan_of, unit, zoo_report


def document(report):
    """The document as bytes."""
    return "".join(junit.parts(report)).encode("utf-8")


def cases(report):
    """Every test case of the document."""
    return list(ET.fromstring(document(report)).iter("testcase"))


def one(script):
    """The report of a run of one unit."""
    return fold(plan_of(unit("u")), script.events)


@PROPERTY
@given(hostile_runs())
def test_every_reader_reads_it(run):
    """Whatever tests say: expat, lxml with its limits, and junitparser read the same cases, and no two have one name."""
    report = fold(*run)
    data = document(report)

    names = [(case.get("classname"), case.get("name")) for case in ET.fromstring(data).iter("testcase")]

    assert [(case.get("classname"), case.get("name")) for case in etree.fromstring(data).iter("testcase")] == names
    assert [(case.classname, case.name) for suite in junitparser.JUnitXml.fromstring(data) for case in suite] == names
    assert len(set(names)) == len(names)
    assert all(classname == "u" or classname.startswith("u.") for classname, _ in names)


@PROPERTY
@given(hostile_runs())
def test_counts_are_those_of_the_cases(run):
    """The numbers on suites and document are what a reader counts."""
    root = ET.fromstring(document(fold(*run)))

    for counted in (root, *root.iter("testsuite")):
        found = list(counted.iter("testcase"))
        assert int(counted.get("tests")) == len(found)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(counted.get(attribute)) == sum(case.find(tag) is not None for case in found)


def test_red_unit_is_red_in_every_reader():
    """A unit that is not green has a failing case, be it one of its own."""
    report = zoo_report()

    for found, suite in zip(report.units, ET.fromstring(document(report)), strict=True):
        red = suite.find(".//failure") is not None or suite.find(".//error") is not None
        assert red == (found.outcome is not Outcome.PASSED), found.id


def test_allowed_skip_is_green():
    """A unit that may be skipped has no case of its own."""
    script = Script().test("u", f"{FILE}::test_a", TestOutcome.SKIPPED).end("u", Outcome.SKIPPED, allowed=True)

    assert [case.get("name") for case in cases(one(script))] == ["test_a"]


def test_failure_has_its_place_message_and_text():
    """File and line are those of the failure; message and text are both there, since readers differ."""
    (case,) = [case for case in cases(zoo_report()) if case.find("failure") is not None]
    failure = case.find("failure")

    assert dict(case.attrib) == {
        "classname": "billing.test_integrity",
        "name": "test_rates",
        "time": "0.250",
        "file": "services/billing/test_integrity.py",
        "line": "31",
    }
    assert failure.get("message").startswith("AssertionError: rate 'pro' stands twice\n")
    assert "E   AssertionError" in failure.text
    assert case.find("system-out").text == "counted 2\n"


def test_unit_error_says_what_helps():
    """The case of the unit itself holds message, hint and detail."""
    (case,) = [case for case in cases(zoo_report()) if case.get("classname") == "settings-kit"]

    assert (case.get("name"), case.find("error").get("type")) == ("[unit]", "error: env")
    assert "No solution found" in case.find("error").text


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("test_integrity.py::test_a", ("u.test_integrity", "test_a")),
        ("tests/unit/test_x.py::TestA::TestB::test_c[x::y]", ("u.tests.unit.test_x.TestA.TestB", "test_c[x::y]")),
        ("test_integrity.py", ("u", "test_integrity.py")),
        ("", ("u", "")),
    ],
)
def test_class_names_begin_with_the_unit(test, names):
    """Class and name come from the node id; parameters stay whole."""
    (case,) = cases(one(Script().test("u", test).end("u")))

    assert (case.get("classname"), case.get("name")) == names


def test_same_names_are_told_apart():
    """Ids that differ only in what XML can't hold, or beyond the limit, keep one case each."""
    script = Script()
    for test in ("a::t\x00", "a::t#x00", f"a::{'x' * 5000}1{'y' * 5000}", f"a::{'x' * 5000}2{'y' * 5000}"):
        script.test("u", test)

    names = [case.get("name") for case in cases(one(script.end("u")))]

    assert names[:2] == ["t#x00", "t#x00 (2)"]
    assert len(set(names)) == 4
    assert max(map(len, names)) < 1100


def test_large_output_stays_readable():
    """The limits of libxml2 are kept, however much a unit prints."""
    script = Script()
    for number in range(50):
        script.test(
            "u",
            f"a::t{number}",
            TestOutcome.FAILED,
            text="<" * 1_000_000,
            output="&" * 1_000_000,
            message="m" * 1_000_000,
        )

    data = document(one(script.end("u", Outcome.FAILED)))

    assert len(etree.fromstring(data).findall(".//testcase")) == 50
    assert len(data) < 8_000_000
