"""The page of Markdown."""

import re

import cmarkgfm
import msgspec
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given

from integrity.model.event import Finding, FindingPlace
from integrity.model.outcome import Outcome, TestOutcome
from integrity.model.run import Shard
from integrity.planning.tally import fold
from integrity.report import summary
from tests.report.sample import MARKUP, PROPERTY, Script, hostile_runs, plan_of, run_of, unit, zoo, zoo_report
from tests.report.test_sanitise import Tags, rendered

OURS = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "ul", "li", "details", "summary"}


def on_github(page):
    """The page in GitHub's own flavour, with raw HTML as it stands, and with its links of bare addresses."""
    return Tags(cmarkgfm.github_flavored_markdown_to_html(page, options=Options.CMARK_OPT_UNSAFE))


def loose(page):
    """What of a page of HTML stands outside of code, where GitHub looks for people, issues and commits to link to."""
    return re.sub(r"<(code|pre)>.*?</\1>", "", page, flags=re.DOTALL)


def test_failures_stand_first():
    """The table and the sections begin with what failed, and green units have no section."""
    page = summary.render(zoo_report())
    headings = [line for line in page.splitlines() if line.startswith("#")]

    assert headings[0] == "## ✗ integrity: 8 units: 2 passed (1 flaky), 1 failed, 3 errors, 1 skipped, 1 lost"
    assert headings[1] == "### ✗ <code>billing</code> failed"
    assert len(headings) == 1 + 6
    assert page.index("✗ failed |") < page.index("! error: collect |") < page.index("✓ passed |")
    assert page.index("</code> lost") < page.index("| unit |")


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
    """Only our own tags are in the page, and no link, picture, mention or reference, in CommonMark as on GitHub."""
    text = summary.render(fold(*run, ["@user #1 www.x.org"]))
    page = on_github(text)

    assert set(page.tags) <= OURS | {"strong"}
    assert {name for name, _ in page.attributes} <= {"align"}
    assert set(rendered(text).tags) <= OURS | {"strong"}
    outside = loose(cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE))
    assert not re.search(r"@|#\d|GH-\d|www\.|[0-9a-f]{7}", outside)


def test_finding_has_its_places_and_hint():
    """Code, message, both places with what stands there, and what to do."""
    places = [
        FindingPlace(path="src/plans.py", line=14, role="declared"),
        FindingPlace(path="src/old.py", role="duplicate"),
    ]
    finding = Finding(
        code="REG101", slug="duplicate-key", message="'pro' stands twice.", hint="Delete one.", places=places
    )
    script = Script().test("u", "t::t", TestOutcome.FAILED, message="AssertionError", findings=[finding])

    page = on_github(summary.render(fold(plan_of(unit("u")), script.end("u", Outcome.FAILED).events)))

    assert (
        "REG101 duplicate-key: 'pro' stands twice.\n  src/plans.py:14  declared\n  src/old.py  duplicate\n  → Delete one."
        in page.text
    )
    assert "AssertionError" not in page.text


def test_flaky_units_are_named_with_what_failed():
    """A unit that passed only when tried again is green, and said."""
    assert (
        "Flaky: <code>catalog</code> passed on attempt 2 only: before, <code>test&#95;integrity&#46;py&#58;&#58;test&#95;plans</code> failed"
        in summary.render(zoo_report())
    )


def test_problems_of_the_run_come_first():
    """What keeps the whole from being true stands above every unit, and the page is not green."""
    page = summary.render(
        fold(plan_of(unit("u")), Script().test("u", "t").end("u").events, ["shard 2 left nothing"] * 2)
    )

    assert page.startswith("## ✗ integrity: 1 unit: 1 passed\n")
    assert page.count("\n**Not whole:** <code>shard 2 left nothing</code>\n") == 2


def test_nothing_affected_is_said():
    """A plan without units is green where nothing was affected, and not where nothing was chosen."""
    report = fold(plan_of(), [])
    green, red = (
        summary.render(msgspec.structs.replace(report, run=msgspec.structs.replace(report.run, exit_code=code)))
        for code in (0, 5)
    )

    assert green == "## ✓ integrity: nothing is affected\n\nNo unit had to run.\n"
    assert red.startswith("## ✗ integrity: no unit was chosen\n")


def test_shard_has_one_line():
    """Its sums and what is not green in it; the whole page is written where the shards are merged."""
    shard = Shard(index=2, total=5)

    lines = [summary.shard_line(fold(*run), shard) for run in ((plan_of(), []), run_of("|@user\n# x"), zoo())]

    assert all(line.startswith(("✓", "✗")) and line.endswith("\n\n") and line.count("\n") == 2 for line in lines)
    assert "integrity, shard 2 of 5: nothing to run in 0.0 s" in lines[0]
    assert "<code>u</code>" in lines[1]
    assert "8 units: 2 passed (1 flaky), 1 failed, 3 errors" in lines[2]
    assert "<code>billing&#44; contracts" in lines[2]


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


def test_large_unit_leaves_room_for_the_others():
    """A unit that alone would fill the page is told briefly; those after it keep their place."""
    findings = [Finding(code="REG101", message='"' * 3000) for _ in range(20)]
    script = Script()
    for number in range(20):
        script.test("a", f"t::{number}", TestOutcome.FAILED, findings=findings)
    script.end("a", Outcome.FAILED).test("b", "t::small", TestOutcome.FAILED, message="one is missing")

    page = summary.render(fold(plan_of(unit("a"), unit("b")), script.end("b", Outcome.FAILED).events))

    assert "### ✗ <code>a</code> failed" in page
    assert "… and 17 failures more: see report.json." in page
    assert "one is missing" in page
    assert "more units that are not green" not in page
