"""Annotations, as GitHub's runner reads them."""

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from integrity.model.event import Finding, FindingPlace
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report.annotations import annotation_lines
from integrity.report.sanitise import for_terminal
from integrity.report.workflow_command import MESSAGE_LIMIT_BYTES, workflow_command
from tests.report import github
from tests.report.sample import HOSTILE, PROPERTY, Script, hostile_runs, plan_of, run_of, unit, zoo_report

PLACES = [
    FindingPlace(path="src/plans.py", line=14, column=5, role="declared"),
    FindingPlace(path="src/old.py", line=9, role="duplicate"),
]
FINDING = Finding(code="REG101", slug="duplicate-key", message="'pro' stands twice.", hint="Delete one.", places=PLACES)


def read(report):
    """What the runner takes from the lines: kind, properties and text of each."""
    return [github.read(line) for line in annotation_lines(report)]


def report_of(script, *names):
    """The report of a run of these units."""
    return fold(plan_of(*map(unit, names or "u")), script.events)


@PROPERTY
@given(st.dictionaries(st.sampled_from(["file", "line", "title"]), HOSTILE), HOSTILE)
@example({"file": "100%3A%2C.py", "title": "a=b"}, "100%0A%25")
def test_runner_reads_what_was_meant(properties, text):
    """A command comes back as it was given: its one name, its properties and its whole text, in one line."""
    line = workflow_command("error", properties, text)

    shown = "\n".join(map(for_terminal, text.split("\n")))
    meant = {name: for_terminal(value) for name, value in properties.items()}
    if meant:
        last = list(meant)[-1]
        meant[last] = meant[last].rstrip()  # the runner trims all of them together
    assert github.lines(line) == [line]
    assert github.command(line) == "error"
    assert github.read(line) == ("error", meant, shown)


@PROPERTY
@given(hostile_runs())
def test_no_other_command_is_given(run):
    """Whatever tests and findings say, each line is an annotation and nothing else, and the runner cuts none."""
    lines = list(annotation_lines(fold(*run)))

    assert [github.lines(line) for line in lines] == [[line] for line in lines]
    assert {github.command(line) for line in lines} <= {"error", "warning", "notice"}
    assert {name for line in lines for name in github.read(line)[1]} <= {"file", "line", "col", "title"}
    assert all(0 < len(github.read(line)[2]) < 4096 for line in lines)


def test_failing_test_stands_at_its_failing_line():
    """File, line, unit, test, message, and the command to run it again."""
    (found,) = [each for each in read(zoo_report()) if each[1]["title"].startswith("billing: ")]

    assert found == (
        "error",
        {"file": "services/billing/test_integrity.py", "line": "31", "title": "billing: test_integrity.py::test_rates"},
        "AssertionError: rate 'pro' stands twice\nassert 2 == 1\nAgain: nox -s integrity -- billing -- -k test_rates",
    )


def test_each_unit_that_is_not_green_is_there():
    """What is wrong with a unit stands at its folder; a collection error at its line; a flaky unit is a warning."""
    titles = [(kind, told["title"], told["file"]) for kind, told, _ in read(zoo_report())]

    assert ("error", "settings-kit: error: env", "packages/settings-kit") in titles
    assert ("error", "contracts: test_integrity.py", "packages/contracts/test_integrity.py") in titles
    assert ("error", "search: lost", "services/search") in titles
    assert ("warning", "catalog: flaky", "services/catalog") in titles
    assert len(titles) == 7


def test_finding_stands_at_its_place():
    """A finding takes the place of the failure it caused, and names its other places and what to do."""
    script = Script().test("u", "t::t", TestOutcome.FAILED, message="x", path="t.py", line=3, findings=[FINDING])

    assert read(report_of(script.end("u", Outcome.FAILED))) == [
        (
            "error",
            {"file": "src/plans.py", "line": "14", "col": "5", "title": "u: REG101 duplicate-key"},
            "'pro' stands twice.\nduplicate: src/old.py:9\nDelete one.",
        )
    ]


def test_warning_does_not_hide_a_failure():
    """A failing test with findings that are no errors is an annotation itself; findings of tests that passed are there too."""
    weak = msgspec.structs.replace(FINDING, level="warning")
    script = Script().test("u", "t::a", TestOutcome.FAILED, message="x", findings=[weak])
    script.test("u", "t::b", findings=[msgspec.structs.replace(FINDING, level="info", places=[])])

    assert [kind for kind, _, _ in read(report_of(script.end("u", Outcome.FAILED)))] == ["error", "warning", "notice"]


def test_unit_that_died_says_so_beside_its_failures():
    """A timeout after a failure is not hidden by it."""
    script = Script().test("u", "t::a", TestOutcome.FAILED, message="x")
    script.end("u", Outcome.ERROR, error_kind=ErrorKind.TIMEOUT, message="timed out")

    assert [told["title"] for _, told, _ in read(report_of(script))] == ["u: error: timeout", "u: t::a"]


def test_rest_is_counted():
    """Ten of a type at most: from the eleventh on, the tenth says how many more there are."""
    for number, last in ((10, "u: t::9"), (11, "integrity"), (250, "integrity")):
        script = Script()
        for each in range(number):
            script.test("u", f"t::{each}", TestOutcome.FAILED, message="x")

        found = read(report_of(script.end("u", Outcome.FAILED)))

        assert (len(found), found[-1][1]["title"]) == (10, last)
    assert found[-1][2] == "… and 241 more errors: see the summary, or report.json"


def test_no_unit_hides_another():
    """The first failure of each unit comes before the second of any."""
    script = Script()
    for name in "abc":
        for number in range(30):
            script.test(name, f"t::{number}", TestOutcome.FAILED, message="x")
        script.end(name, Outcome.FAILED)

    titles = [told["title"] for _, told, _ in read(report_of(script, *"abc"))]

    assert titles[:4] == ["a: t::0", "b: t::0", "c: t::0", "a: t::1"]


def test_long_text_is_cut_with_a_mark():
    """Bytes count, and a character is never cut in two."""
    found = read(fold(*run_of("ü" * 5000)))

    for _, told, text in found:
        assert len(text.encode()) <= MESSAGE_LIMIT_BYTES
        assert "file" not in told or told["file"] == "services/u"  # a part of a path would be another path
    assert found[0][2].endswith(" […]")


def test_problem_of_the_run_comes_first():
    """What keeps the whole from being true is an error, also where every unit is green."""
    report = fold(plan_of(unit("u")), Script().test("u", "a").end("u").events, ["shard 2 left nothing"])

    assert read(report) == [("error", {"title": "integrity"}, "shard 2 left nothing")]
