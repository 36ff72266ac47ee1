"""The page, as far as it can be judged without a browser."""

import base64
import hashlib
import json
import re

import msgspec
import pytest
from hypothesis import given
from lxml import html as parser

from integrity.model.event import Finding, FindingPlace
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.model.report import EarlierAttempt, ReportedService, ReportedSpan, ReportedTest, ReportedWarning
from integrity.planning.tally import fold
from integrity.report import html
from integrity.report.page.rendering import FOLDER, TEST_SIGNS
from integrity.report.page.rows import ORDER
from tests.report.page_sample import big_report, full_of, report_of, unit
from tests.report.sample import CONTROLS, MARKUP, PROPERTY, Script, hostile_runs, plan_of, zoo_report
from tests.report.sample import unit as planned

BREAKING = (
    *MARKUP,
    *CONTROLS,
    "</script><script>alert(1)</script>",
    "<!--",
    "javascript:alert(1)",
    "{{ 1 }}",
    "{% x %}",
    "' x='",
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ud800-\udfff]")  # fmt: skip


def page_of(report):
    return "".join(html.parts(report))


def parsed(report):
    return parser.document_fromstring(page_of(report))


def said(element):
    return " ".join(element.text_content().split())


def shape(document):
    """Every element with its attributes' names, in order: what markup from outside would change."""
    return [(element.tag, sorted(element.attrib)) for element in document.iter() if isinstance(element.tag, str)]


def test_what_is_not_green_stands_first():
    """The units that are not green come first, each with its outcome, place, message, and command; green ones have no card."""
    document = parsed(zoo_report())
    cards = document.xpath("//article")
    first = said(cards[0])

    assert said(document.find(".//h1")) == "6 of 8 units are not green"
    assert [said(card.find("h3")) for card in cards][:3] == [
        "✗ failed billing",
        "! error: collect contracts",
        "! error: timeout ratelimits",
    ]
    assert len(cards) == 6
    assert "services/billing/test_integrity.py:31" in first
    assert "rate 'pro' stands twice" in first
    assert "counted 2" in first
    assert "nox -s integrity -- billing -- -k test_rates" in first
    assert page_of(zoo_report()).index('id="failures"') < page_of(zoo_report()).index('id="units"')


def test_failures_are_open_without_a_script():
    """A test that failed is shown unfolded, and nothing of it waits for JavaScript."""
    card = parsed(zoo_report()).xpath("//article")[0]

    assert [each.get("open") is not None for each in card.xpath("./details")] == [True]
    assert not card.xpath(".//*[@hidden][not(self::button)]")


def test_unit_tells_what_it_ran_with():
    """A unit has its reason, phases, Python, packages, attempts, and services with versions and links to logs."""
    service = ReportedService(
        name="db",
        kind="postgres",
        provider="docker",
        version="17.2",
        image="postgres@sha256:1",
        note="15 was asked for",
        log="units/a b/services/db.log",
    )
    earlier = EarlierAttempt(
        attempt=1, outcome=Outcome.ERROR, error_kind=ErrorKind.CRASH, message="it died", failed=["t::slow"]
    )
    fields = {"attempts": 2, "flaky": True, "earlier": [earlier], "services": [service], "packages": {"django": "5.2"}}
    item = parsed(report_of(unit("a b", reason="changed: plans.py", **fields))).xpath("//li[@data-unit]")[0]
    text = said(item)

    assert item.get("data-outcome") == "passed flaky"
    for expected in (
        "Why it ran changed: plans.py",
        "env 0.5 s, tests 2.0 s",
        "Python 3.11.7",
        "Attempts 2",
        "! error: crash it died t::slow",
        "db postgres 17.2 15 was asked for docker postgres@sha256:1 log",
        "django 5.2",
    ):
        assert expected in text
    assert item.xpath(".//a/@href") == ["units/a%20b/output.log", "units/a%20b/services/db.log"]


def test_rows_of_tests_are_data():
    """Tests that passed are no elements but JSON, which names each with its time; a skipped one says why."""
    tests = [
        ReportedTest(id="f.py::t[<&>]", outcome=TestOutcome.PASSED, duration_s=0.0123),
        ReportedTest(id="f.py::s", outcome=TestOutcome.SKIPPED, duration_s=0.0, message="no broker"),
        ReportedTest(id="g.py", outcome=TestOutcome.ERROR, duration_s=1.0, message="not here"),
    ]
    item = parsed(report_of(unit("a", tests=tests))).xpath("//li[@data-unit]")[0]

    assert json.loads(item.xpath(".//script")[0].text) == [
        [1, "", ["g.py"], [1000]],
        [3, "f.py", ["t[<&>]"], [12]],
        [4, "f.py", ["s"], [0], ["no broker"]],
    ]


def test_script_knows_the_order_and_the_signs():
    """The script's list of outcomes is the one by which rows are written."""
    script = (FOLDER / "script.js").read_text(encoding="utf-8")
    listed = re.search(r"const OUTCOMES = (\[.*\]);", script)

    assert listed is not None
    assert json.loads(listed[1]) == [[outcome.value, TEST_SIGNS[outcome]] for outcome in ORDER]


def test_policy_allows_only_what_the_page_brings():
    """The policy names the digests of the one style and the one script; there are no other sources and no handlers."""
    document = parsed(zoo_report())
    policy = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style, script = document.xpath("//style")[0].text, document.xpath("//script[not(@type)]")[0].text

    assert len(document.xpath("//style | //script[not(@type)]")) == 2
    for name, text in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not document.xpath("//@style | //@src | //link | //@*[starts-with(name(), 'on')]")
    assert "innerHTML" not in script


@pytest.mark.parametrize("text", BREAKING)
def test_text_in_every_field_stays_text(text):
    """Whatever stands in any field of a report, the page has the same elements and attributes."""
    assert shape(parsed(full_of(f"a{text}b"))) == shape(parsed(full_of("a-b")))


def test_links_lead_only_below_the_results():
    """A path from outside makes a relative link, never an address of its own."""
    links = {str(link) for text in BREAKING for link in parsed(full_of(text)).xpath("//a/@href")}

    assert {link for link in links if not re.match(r"(#[\w-]+|units/|\w+\.(json|jsonl|xml|md))", link)} == set()


@PROPERTY
@given(hostile_runs())
def test_hostile_runs_make_a_page(run):
    """Nothing in a run breaks the page: it parses, its data is JSON, and no character of it is unseen."""
    page = page_of(fold(*run))
    document = parser.document_fromstring(page)

    assert UNSEEN.sub("", page) == page
    for data in document.xpath("//script[@type='application/json']"):
        assert isinstance(json.loads(data.text), list)
    assert document.find(".//footer") is not None


def test_same_report_gives_the_same_bytes():
    """Neither the order of dictionaries nor the clock is in the page; a report that was written and read gives the same."""
    report = report_of(unit("a", packages={"b": "1", "a": "2"}, phases_s={"tests": 1.0, "env": 2.0}))
    other = report_of(unit("a", packages={"a": "2", "b": "1"}, phases_s={"env": 2.0, "tests": 1.0}))
    again = msgspec.json.decode(msgspec.json.encode(report), type=type(report))

    assert page_of(report) == page_of(other) == page_of(again)


def test_timeline_has_a_table_twin():
    """Each phase stands in the picture and in the table, by shard, and a unit that waits for another is in its lane."""
    spans = [
        ReportedSpan(phase="env", attempt=1, start_s=0.0, duration_s=1.0),
        ReportedSpan(phase="tests", attempt=1, start_s=1.0, duration_s=3.0),
    ]
    later = [msgspec.structs.replace(span, start_s=span.start_s + 5) for span in spans]
    times = {"env": 1.0, "tests": 3.0}
    units = [
        unit("a", Outcome.FAILED, spans=spans, shard=1, phases_s=times),
        unit("b", spans=later, shard=1, phases_s=times),
        unit("c", spans=spans, shard=2, phases_s=times),
    ]
    document = parsed(report_of(*units, duration_s=10.0, shards=2))
    chart = document.xpath("//section[@aria-labelledby='timeline']")[0]
    rows = [said(row) for row in chart.xpath(".//tbody/tr")]

    assert [text.text for text in chart.xpath(".//svg/text[@class='shard']")] == ["shard 1", "shard 2"]
    assert [text.text for text in chart.xpath(".//svg/svg/text | .//g/svg/text")] == ["✗ a", "b", "c"]
    assert len(chart.xpath(".//g/rect")) == 6
    assert len(chart.xpath(".//g/rect[contains(@class, 'bad')]")) == 1
    assert "2 lanes over 10.0 s" in said(chart)
    assert rows[0].split() == ["a", "1", "1", "env", "0.0", "1.0", "1.0", "s"]
    assert len(rows) == 6


def test_slowest_and_warnings_name_their_units():
    """Warnings of the same words stand once, with how often and where; the slowest link to their unit."""
    warning = ReportedWarning(category="DeprecationWarning", message="old", path="a.py", line=3, count=2)
    tests = [ReportedTest(id="t::slow", outcome=TestOutcome.PASSED, duration_s=2.5)]
    document = parsed(report_of(unit("a", warnings=[warning], tests=tests), unit("b", warnings=[warning])))

    assert said(document.xpath("//ul[@class='warnings']/li")[0]) == "DeprecationWarning old 4 times in a, b; at a.py:3"
    assert "t::slow in a 2.5 s" in said(document.xpath("//section[@aria-labelledby='slowest']")[0])


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (report_of(unit("a"), unit("b"), exit_code=0), "All 2 units passed"),
        (report_of(unit("a"), unit("b", Outcome.SKIPPED, allowed=True), exit_code=0), "All units are green"),
        (report_of(unit("a"), unit("b", Outcome.LOST), exit_code=3), "1 of 2 units is not green"),
        (report_of(unit("a"), exit_code=3, problems=["shard 2 left nothing"]), "The run is not whole"),
        (report_of(unit("a", Outcome.INTERRUPTED), exit_code=130, interrupted=True), "The run was stopped"),
        (report_of(exit_code=0), "Nothing had to be checked"),
        (report_of(exit_code=5), "No unit was selected"),
    ],
)
def test_verdict_is_the_first_line(report, title):
    """Each way for a run to end has its headline; problems of the run are said whatever the units are."""
    document = parsed(report)

    assert said(document.find(".//h1")) == title
    assert all(problem in document.text_content() for problem in report.run.problems)


@pytest.mark.parametrize("failing", [20, 500])
def test_large_run_stays_below_its_limit(failing):
    """500 units of 200 tests are less than 10 MB, all tests are named, all failures shown or counted; no part is large."""
    parts = [part.encode() for part in html.parts(big_report(500, 200, failing=failing))]
    document = parser.document_fromstring(b"".join(parts).decode(), parser=parser.HTMLParser(huge_tree=True))
    cards = document.xpath("//article")
    left_out = [re.search(r"… and ([\d,]+) failures? more", card.text_content()) for card in cards]

    assert sum(map(len, parts)) < 10_000_000
    assert max(map(len, parts)) < 1_000_000
    assert set(document.xpath("//div[@data-missing]/@data-missing")) == {"0"}
    assert len(cards) == failing
    for card, more in zip(cards, left_out, strict=True):
        shown = len(card.xpath("./details[@open]"))
        assert shown >= 1
        assert shown + int(more[1].replace(",", "") if more else 0) == 200


def test_rows_that_do_not_fit_are_counted():
    """With very long names a part of the rows has no room; the page says how many."""
    tests = [
        ReportedTest(id=f"t::{number}{'ü' * 400}", outcome=TestOutcome.PASSED, duration_s=0.0)
        for number in range(20_000)
    ]
    item = parsed(report_of(unit("a", tests=tests))).xpath("//li[@data-unit]")[0]
    (group,) = json.loads(item.xpath(".//script")[0].text)

    assert 0 < len(group[2]) < 20_000
    assert len(group[2]) + int(item.xpath(".//@data-missing")[0]) == 20_000


def test_unit_without_anything_is_no_trouble():
    """A unit that was lost at once has its card and its row, and no link to a log that isn't there."""
    document = parsed(fold(plan_of(planned("u")), Script().start(1).events))

    assert said(document.find(".//article/h3")) == "? lost u"
    assert not document.xpath("//a[contains(@href, 'output.log')]")


def test_every_table_and_control_has_its_name():
    """Tables have captions and headings with a scope, inputs labels, and every link to a place on the page finds it."""
    document = parsed(full_of("x"))
    ids = document.xpath("//@id")

    assert all(table.find("caption") is not None for table in document.iter("table"))
    assert all(head.get("scope") for head in document.iter("th"))
    assert all(field.getparent().tag == "label" for field in document.iter("input"))
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in document.xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_test_of_many_findings_is_shown():
    """Of thousands of findings, each with many places, the first stand there, and the rest is counted."""
    places = [FindingPlace(path=f"services/a/{number}.py", line=number) for number in range(500)]
    findings = [Finding(code="REG101", message=f"entry {number} " * 200, places=places) for number in range(5000)]
    failed = ReportedTest(id="f.py::t", outcome=TestOutcome.FAILED, duration_s=0.1, findings=findings)
    page = page_of(report_of(unit("a", Outcome.FAILED, tests=[failed])))
    card = parser.document_fromstring(page).xpath("//article")[0]

    assert len(page) < 2 * 1024 * 1024
    assert "entry 0" in said(card)
    assert re.search(r"… and 4,9\d\d findings more", said(card))
    assert re.search(r"… and 4\d\d places more", said(card))


def test_link_stays_in_the_results_folder():
    """A service that an archive calls `../../x` has no link: what it would lead to is no log."""
    services = [
        ReportedService(
            name=name, kind="k", provider="p", version="", image="", note="", log=f"units/a/services/{name}.log"
        )
        for name in ("../../../../x", "..b")
    ]
    item = parsed(report_of(unit("a", services=services))).xpath("//li[@data-unit]")[0]

    assert item.xpath(".//td/a/@href") == ["units/a/services/..b.log"]
