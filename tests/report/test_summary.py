"""The page of Markdown."""

import pytest
from hypothesis import given

from integrity.model.outcome import Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report import summary
from tests.report.sample import MARKUP, PROPERTY, Script, hostile_runs, plan_of, run_of, unit, zoo_report
from tests.report.test_sanitise import rendered

OURS = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "ul", "li", "details", "summary"}


def test_failures_stand_first():
    """The table and the sections begin with what failed, and green units have no section."""
    page = summary.render(zoo_report())
    headings = [line for line in page.splitlines() if line.startswith("#")]

    assert headings[0] == "## ✗ integrity: 8 units: 2 passed (1 flaky), 1 failed, 3 errors, 1 skipped, 1 lost"
    assert headings[1] == "### ✗ <code>billing</code> failed"
    assert len(headings) == 1 + 6
    assert page.index("✗ failed |") < page.index("! error: collect |") < page.index("✓ passed |")


def test_all_green_page_is_short():
    """A green run is its headline and its table."""
    page = summary.render(fold(plan_of(unit("u")), Script().test("u", "a::t").end("u").events))

    assert page.startswith("## ✓ integrity: 1 unit: 1 passed\n\n1 test in ")
    assert "###" not in page


def test_another_version_than_asked_for_is_said():
    """What must not be overlooked of a service stands once, with the units that had it, also when all is green."""
    script = Script().start(2)
    for name in "ab":
        script.service(name, name="db", note="18.6 runs, 15 was asked for").test(name, "t::t").end(name)

    page = summary.render(fold(plan_of(unit("a"), unit("b")), script.events))

    assert page.count("15 was asked for") == 1
    assert "<code>a&#44; b</code>" in page


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_every_place_stays_text(text):
    """Wherever a piece of markup stands in a run, it makes none of the page's tags."""
    page = rendered(summary.render(fold(*run_of(text))))
    harmless = rendered(summary.render(fold(*run_of("harmless"))))

    assert page.tags == harmless.tags


@PROPERTY
@given(hostile_runs())
def test_hostile_text_makes_no_markup(run):
    """Only our own tags are in the page, and no attribute, link or picture."""
    page = rendered(summary.render(fold(*run)))

    assert set(page.tags) <= OURS


def test_page_stays_below_the_limit():
    """A thousand failing units with long texts fit, and the page says what it leaves out."""
    names = [f"unit-{number}" for number in range(1000)]
    script = Script()
    for name in names:
        for number in range(3):
            script.test(name, f"a::t{number}", TestOutcome.FAILED, message="ü" * 3000, text="<" * 30_000)
        script.end(name, Outcome.FAILED)

    page = summary.render(fold(plan_of(*map(unit, names)), script.events))

    assert len(page.encode()) < 1024 * 1024
    assert "more units that are not green: see report.json" in page
    assert page.count("| ✗ failed |") == 1000


def test_table_is_bounded_too():
    """With very many units the table ends early and says so."""
    page = summary.render(fold(plan_of(*(unit(f"unit-{number}") for number in range(20_000))), []))

    assert len(page.encode()) < 1024 * 1024
    assert "more units: see report.json" in page
