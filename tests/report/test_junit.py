"""junit.xml, as others read it."""

import itertools
from xml.etree import ElementTree as ET

import junitparser
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report import junit, junit_room
from integrity.report.document import SCHEMAS
from integrity.report.sanitise import for_xml
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


DIALECTS = pytest.mark.parametrize(
    ("dialect", "schema"), [(junit.parts, "junit"), (junit.strict_parts, "junit-strict")]
)
ENDINGS = ("failure", "error", "skipped")
TEXT = "system-out"


def by_expat(data):
    """What Python's own parser reads: for each suite its name, sums and cases, each with names, endings and texts."""
    return by_tree(ET.fromstring(data))


def by_lxml(data):
    """What libxml2 reads with the limits that it has by default."""
    return by_tree(etree.fromstring(data, etree.XMLParser(huge_tree=False)))


def by_tree(root):
    """The suites of a parsed document."""
    return [
        (
            suite.get("name"),
            [int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")],
            [
                (
                    case.get("classname"),
                    case.get("name"),
                    [(each.tag, each.get("message"), each.text or "") for each in case if each.tag in ENDINGS],
                    case.findtext(TEXT) or "",
                )
                for case in suite.iter("testcase")
            ],
        )
        for suite in root
    ]


def by_junitparser(data):
    """What a library for this format reads."""
    return [
        (
            suite.name,
            [suite.tests, suite.failures, suite.errors, suite.skipped],
            [
                (
                    case.classname,
                    case.name,
                    [(each._tag, each.message, each.text or "") for each in case.result],
                    case.system_out or "",
                )
                for case in suite
            ],
        )
        for suite in junitparser.JUnitXml.fromstring(data)
    ]


def read(report, parts=junit.parts, schema="junit"):
    """What every reader reads alike, of a document that is valid, with each test's name once."""
    data = "".join(parts(report)).encode("utf-8")
    etree.XMLSchema(etree.parse(SCHEMAS / f"{schema}.xsd")).assertValid(etree.fromstring(data))
    found = by_expat(data)
    assert by_lxml(data) == found
    assert by_junitparser(data) == found
    names = [case[:2] for _, _, cases in found for case in cases]
    assert len(set(names)) == len(names)
    root, sums = ET.fromstring(data), [sums for _, sums, _ in found]
    for place, name in enumerate(("tests", "failures", "errors")):
        assert int(root.get(name)) == sum(each[place] for each in sums)
    return found


@DIALECTS
@PROPERTY
@given(run=hostile_runs())
def test_every_reader_reads_it(dialect, schema, run):
    """Whatever tests say: expat, lxml with its limits, and junitparser read the same, and what was meant."""
    report = fold(*run)

    ((name, _, found),) = read(report, dialect, schema)

    assert name == "u"
    assert all(classname == "u" or classname.startswith("u.") for classname, *_ in found)
    for test, (_, _, endings, output) in zip(report.units[0].tests, found, strict=False):
        told = for_xml(test.text or test.message)
        assert output == for_xml(test.output)
        assert [(tag, text) for tag, _, text in endings if tag != "skipped"] == (
            [("failure" if test.outcome is TestOutcome.FAILED else "error", told)]
            if test.outcome in (TestOutcome.FAILED, TestOutcome.ERROR)
            else []
        )


@DIALECTS
def test_every_reader_reads_the_zoo(dialect, schema):
    """Every kind of ending, in both dialects, with the same suites, sums and texts."""
    found = read(zoo_report(), dialect, schema)

    assert [name for name, _, _ in found] == [unit.id for unit in zoo_report().units]
    assert [sum(column) for column in zip(*(sums for _, sums, _ in found), strict=True)] == [12, 1, 5, 1]
    assert found == read(zoo_report())


def test_strict_dialect_has_only_what_junit_10_has():
    """No place and no attempts of a test, and no sum of skipped tests in the root."""
    root = ET.fromstring("".join(junit.strict_parts(zoo_report())))

    assert set(root.attrib) == {"name", "tests", "failures", "errors", "time"}
    assert {name for case in root.iter("testcase") for name in case.attrib} == {"name", "classname", "time"}
    assert {child.tag for case in root.iter("testcase") for child in case} == {*ENDINGS, TEXT}


def test_schemas_refuse_what_is_not_theirs():
    """A document with places is not of the strict dialect, and one without its root's sums is of neither."""
    strict, full = (etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd")) for name in ("junit-strict", "junit"))

    assert not strict.validate(etree.fromstring(document(zoo_report())))
    assert not full.validate(etree.fromstring("".join(junit.strict_parts(zoo_report())).encode()))


def test_attempts_stand_at_their_own_tests():
    """Flaky is the test that failed and then passed, not its neighbours; one that failed again says that too."""
    script = Script()
    script.test("u", "a", TestOutcome.FAILED).test("u", "b").test("u", "c", TestOutcome.FAILED)
    script.end("u", Outcome.FAILED, final=False)
    script.test("u", "a", attempt=2).test("u", "b", attempt=2).test("u", "c", TestOutcome.FAILED, attempt=2)
    report = one(script.end("u", Outcome.FAILED, attempt=2))

    assert [[child.tag for child in case] for case in cases(report)] == [
        ["flakyFailure"],
        [],
        ["failure", "rerunFailure"],
    ]
    assert read(report)[0][1] == [3, 1, 0, 0]


def test_units_share_no_names():
    """Two units whose ids and files add up to the same class keep their tests apart."""
    script = Script().test("a", "b/c.py::t").end("a").test("a.b", "c.py::t").end("a.b")

    found = read(fold(plan_of(unit("a"), unit("a.b")), script.events))

    assert [case[:2] for _, _, cases in found for case in cases] == [("a.b.c", "t"), ("a.b.c", "t (2)")]


def test_problem_of_the_run_is_an_error():
    """What keeps the whole from being true is red, also where every unit is green."""
    report = fold(plan_of(unit("u")), Script().test("u", "a").end("u").events, ["shard 2 left nothing", "x"])

    assert read(report)[1:] == [
        (
            "[run]",
            [1, 0, 1, 0],
            [("[run]", "[run]", [("error", "shard 2 left nothing", "shard 2 left nothing\nx")], "")],
        )
    ]
    assert read(report, junit.strict_parts, "junit-strict") == read(report)


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


def many(units, tests, **failing):
    """A report of so many units with so many tests, all with the same names in each unit."""
    report = one(Script().test("u", "tests/test_integrity.py::test_a[0]").end("u"))
    (unit,), test = report.units, report.units[0].tests[0]
    if failing:
        test = msgspec.structs.replace(test, outcome=TestOutcome.FAILED, **failing)
    test = msgspec.structs.replace(test, path="services/unit-name/tests/test_integrity.py", line=31)
    replaced = [
        msgspec.structs.replace(test, id=f"tests/test_integrity.py::test_parametrised_name[{number}]")
        for number in range(tests)
    ]
    return msgspec.structs.replace(
        report, units=[msgspec.structs.replace(unit, id=f"unit-{number}", tests=replaced) for number in range(units)]
    )


def size(report):
    """How many bytes the document has, without holding it."""
    return sum(len(part.encode()) for part in junit.parts(report))


def test_largest_run_is_taken_by_gitlab():
    """500 units of 200 tests stay below 30 MB whole."""
    report = many(500, 200)

    assert {room.kept for room in junit_room.rooms(report)} == {None}
    assert size(report) < 30_000_000


@pytest.mark.parametrize("text", ["x", "<", "ü", "\x1b", "\ud800", "\n"])
def test_texts_are_cut_before_tests_are_left_out(text):
    """Where all of 100 tests of 20 units fail with long texts, every test stays, each text with its head and tail."""
    report = many(20, 100, text=text * 8000, message=text * 8000, output=text * 8000)

    assert 3_000_000 < size(report) < 30_000_000
    suites = [ET.fromstring(part) for part in itertools.islice(junit.parts(report), 2, 4)]
    assert {len(list(suite.iter("testcase"))) for suite in suites} == {100}
    assert "characters cut" in suites[0].find(".//failure").text


def test_small_unit_is_whole_beside_a_large_one():
    """What a noisy unit prints is not cut from another's failure."""
    noisy, quiet = many(2, 1, text="x" * 60_000).units
    noisy = msgspec.structs.replace(
        noisy, tests=[msgspec.structs.replace(noisy.tests[0], id=f"t{n}") for n in range(1000)]
    )
    report = msgspec.structs.replace(many(1, 1), units=[noisy, quiet])

    first, second = junit_room.rooms(report)

    assert first.text_limit < 60_000
    assert second == junit_room.Room()
    assert size(report) < 30_000_000


def test_one_failure_stays_however_little_room_there_is():
    """A unit that failed is never without its first failure."""
    (room,) = junit_room.rooms(many(1, 5, text="x" * 10_000), 100)

    assert room == junit_room.Room(text_limit=junit_room.LEAST_TEXT, kept=frozenset({0}))


def test_tests_that_are_left_out_are_counted():
    """Where even names are too many, those that failed stay, sums are of what is there, and the rest is counted."""
    report = many(1, 200_000)
    unit = report.units[0]
    last = msgspec.structs.replace(unit.tests[-1], outcome=TestOutcome.FAILED)
    report = msgspec.structs.replace(report, units=[msgspec.structs.replace(unit, tests=[*unit.tests[:-1], last])])

    data = document(report)

    root = ET.fromstring(data)
    kept = len(list(root.iter("testcase")))
    (told,) = [each.get("value") for each in root.iter("property") if each.get("name") == "left-out"]
    assert len(data) < 30_000_000
    assert root.get("tests") == str(kept)
    assert root.get("failures") == "1"
    assert told.startswith(f"{200_000 - kept:,} tests, ")


@PROPERTY
@given(hostile_runs(), st.integers(2000, 20_000))
def test_room_is_kept_whatever_is_said(run, limit):
    """The document is never larger than its limit where one test of each unit fits."""
    report = fold(*run)
    rooms = junit_room.rooms(report, limit)

    assert all(room.kept is None or room.kept or not unit.tests for room, unit in zip(rooms, report.units, strict=True))
    if sum(len(room.kept or ()) for room in rooms) != 1:
        assert size_with(report, rooms) <= limit


def size_with(report, rooms):
    """How many bytes the suites have that are written with these rooms."""
    suites = [
        junit._suite(report, junit._Written(unit, room), {}) for unit, room in zip(report.units, rooms, strict=True)
    ]
    for suite in suites:
        ET.indent(suite)
    return sum(len(ET.tostring(suite, encoding="unicode").encode()) for suite in suites)


def test_error_is_told_beside_tests_that_failed():
    """A unit that failed a test and then timed out has both: the test tells nothing of the time."""
    script = Script().test("u", f"{FILE}::test_a", TestOutcome.FAILED)
    script.end("u", Outcome.ERROR, error_kind=ErrorKind.TIMEOUT, message="timed out after 60 s")

    assert [case.get("name") for case in cases(one(script))] == ["test_a", "[unit]"]
    assert dict(ET.fromstring(document(one(script))).attrib)["errors"] == "1"


def test_many_of_one_name_are_told_apart():
    """A hundred thousand tests whose names are cut to the same one have names of their own, and at once."""
    taken = {("u", "x (3)"): 1}

    names = [junit._unique("u", "x", taken)[1] for _ in range(100_000)]

    assert names[:4] == ["x", "x (2)", "x (4)", "x (5)"]
    assert len(set(names)) == 100_000
