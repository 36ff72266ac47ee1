"""From pytest's report objects to plain values: how a test ended, where, and what there is to say about it. Pure.

Reports hold whatever a unit and its plugins put there, so any of these may raise; the caller is ready for that.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Iterator

from integrity.inside.wire import FINDING, TEXT_LIMIT, cut

if TYPE_CHECKING:
    import pytest

RED = ("failed", "error")
PHASES = ("setup", "call", "teardown")
MESSAGE_LIMIT = 2048
BRIEF_MESSAGE_LIMIT = 200  # when the unit's budget is spent
TEXT_SHARE = 48 * 1024  # what a test's report may take of TEXT_LIMIT; its output gets the rest
BUDGET = 1024 * 1024  # characters of all tests of a unit
SPENT = "[not kept: the texts of this unit's failures are over 1 MiB]"

_OURS = (
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
)  # what checks raise stands in the unit's test

# `path:line: what`, as pytest writes a place, and Python's `File "path", line N`. Compiled when a failure needs them.
_PLACE = (
    r'(?m)^(?:E\s+|\s*)(?:File "(?P<file>[^"\n]+)", line (?P<number>\d+)|(?P<path>[^\s:][^:\n]*):(?P<line>\d+)(?::|$))'
)
_ERROR_LINE = r"(?m)^E\s+(\S.*)$"
_DOCTEST = r"(?m)^(?:UNEXPECTED EXCEPTION: .*|Expected:\n(?: .*\n|\n)*Got:\n(?: .*\n?)*)"


class Trial:
    """What is known of one test that has begun: the reports of its last try, and all that failed."""

    __slots__ = ("duration_s", "failed", "phases", "subtests", "will_run_again")

    def __init__(self) -> None:
        self.duration_s = 0.0
        self.phases: dict[str, pytest.TestReport] = {}
        self.failed: list[pytest.TestReport] = []  # phases
        self.subtests: list[pytest.TestReport] = []  # those that failed
        self.will_run_again = False  # a plugin retries this try

    def add(self, report: pytest.TestReport) -> None:
        """Take a report. What a plugin retries, it reports as `rerun`, which voids the parts of that try."""
        outcome: str = report.outcome
        if type(report).__name__.lower() == "subtestreport":
            if outcome == "failed":
                self.subtests.append(report)
            return
        if report.when == "setup":
            self.phases = {}
            self.will_run_again = False
        self.phases[report.when] = report
        self.duration_s += getattr(report, "duration", 0.0)  # not every plugin's report has one
        if outcome == "rerun":
            self.will_run_again = True
            self.subtests = []
        elif outcome == "failed":
            self.failed.append(report)

    def outcome(self) -> str:
        """How the test ended, in pytest's words. What was not called to its end has not passed."""
        phases = [report.when for report in self.failed]
        if "setup" in phases:
            return "error"
        if self.subtests or (phases and phases != ["teardown"]):
            return "failed"
        if phases:
            return "error"
        return _calm_outcome(self.phases.get("call") or self.phases.get("setup"))

    def red_reports(self) -> list[pytest.TestReport]:
        """The reports that made it fail, the most telling first."""
        telling = [report for report in self.failed if not self._sums_up_subtests(report)]
        return [*telling, *self.subtests]

    def _sums_up_subtests(self, report: pytest.TestReport) -> bool:
        return bool(self.subtests) and isinstance(report.longrepr, str) and report.when == "call"


def _calm_outcome(report: pytest.TestReport | None) -> str:
    if report is None:
        return "skipped"
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.outcome == "passed" else "xfailed"
    return "passed" if report.outcome == "passed" and report.when == "call" else "skipped"


class Describer:
    """Turns reports into the fields of events. Knows the unit's folders, and keeps the budget of text."""

    def __init__(self, folders: list[str]) -> None:
        self._base = folders[0]  # where pytest was started: what relative paths in tracebacks are relative to
        self._root = folders[-1]  # pytest's rootdir: what a report's location is relative to
        self._prefixes = tuple({folder.rstrip(os.sep) + os.sep for folder in folders})
        self._paths: dict[str, str] = {}
        self._budget = BUDGET

    def passed(self, report: pytest.TestReport) -> dict[str, Any]:
        """Where a test stands: all there is to say about one that passed."""
        path, line = self.standing(report)
        return {"path": path, "line": line, "message": "", "text": "", "output": ""}

    def calm(self, report: pytest.TestReport) -> dict[str, Any]:
        """A test that was skipped, or whose failure was expected: where, and why."""
        path, line, message = self.skip(report)
        if hasattr(report, "wasxfail"):
            path, line = self._failing(report.longrepr, "") or self.standing(report)
            message = str(report.wasxfail).removeprefix("reason: ") or crash_message(report.longrepr, "")
        elif report.outcome == "passed":
            message = "the test itself did not run"
        return {"path": path, "line": line, "message": self._message(message), "text": "", "output": ""}

    def red(self, reports: list[pytest.TestReport], sections: list[tuple[str, str]]) -> dict[str, Any]:
        """A failed test: the first report says where and what, the text holds all of them."""
        texts = [_text(report) for report in reports]
        path, line = self.place(reports[0], texts[0])
        text = self._kept(texts[0] if len(texts) == 1 else "\n\n".join(map(_titled, reports, texts)), TEXT_SHARE)
        output = self._kept(
            "\n".join(f"--- {title} ---\n{content}" for title, content in sections), TEXT_LIMIT - len(text)
        )
        return {
            "path": path,
            "line": line,
            "message": self._message(crash_message(reports[0].longrepr, texts[0])),
            "text": text,
            "output": output,
        }

    def collected(self, report: pytest.CollectReport) -> dict[str, Any]:
        """A file that could not be collected."""
        text = _text(report)
        path, line = self.place(report, text)
        message = self._message(crash_message(report.longrepr, text))
        return {"path": path, "line": line, "message": message, "text": self._kept(text, TEXT_SHARE)}

    def skip(self, report: pytest.TestReport | pytest.CollectReport) -> tuple[str | None, int | None, str]:
        """Where a test or module was skipped, and the reason."""
        longrepr = report.longrepr
        if isinstance(longrepr, (tuple, list)) and len(longrepr) == 3:  # noqa: PLR2004 - pytest's (path, line, reason)
            path, line, reason = longrepr
            return self.absolute(str(path)), line, str(reason).removeprefix("Skipped: ")
        return (*self.standing(report), "")

    def exception(self, text: str, default_path: str | None) -> dict[str, Any]:
        """A formatted traceback of what happened before there were reports."""
        path, line = self._failing(None, text) or (default_path, None)
        lines = text.rstrip().splitlines() or [""]
        return {"path": path, "line": line, "message": self._message(lines[-1]), "text": self._kept(text, TEXT_SHARE)}

    def place(self, report: pytest.TestReport | pytest.CollectReport, text: str) -> tuple[str | None, int | None]:
        """The deepest line of the unit's own code in a failure, else where the test stands."""
        return self._failing(report.longrepr, text) or self.standing(report)

    def standing(self, report: pytest.TestReport | pytest.CollectReport) -> tuple[str | None, int | None]:
        """The place of the test's definition."""
        if not report.location:
            return None, None
        name, line, _ = report.location
        path = self._paths.get(name)
        if path is None:
            path = self._paths[name] = os.path.normpath(os.path.join(self._root, name))
        return path, None if line is None else line + 1

    def absolute(self, path: str) -> str:
        """`path` as pytest shows it, made absolute."""
        return os.path.normpath(os.path.join(self._base, path))

    def _failing(self, longrepr: object, text: str) -> tuple[str, int] | None:
        for shown, line in _shown_places(longrepr, text):
            path = self.absolute(shown)
            is_units = path.startswith(self._prefixes) and "site-packages" not in path and not path.startswith(_OURS)
            if is_units and os.path.isfile(path):
                return path, line
        return None

    def _kept(self, text: str, limit: int) -> str:
        if self._budget <= 0 and text:
            return SPENT
        kept = cut(text, min(limit, max(self._budget, 0)))
        self._budget -= len(kept)
        return kept

    def _message(self, message: str) -> str:
        kept = cut(message, MESSAGE_LIMIT if self._budget > 0 else BRIEF_MESSAGE_LIMIT)
        self._budget -= len(kept)
        return kept


def _shown_places(longrepr: object, text: str) -> Iterator[tuple[str, int]]:
    """Places in a failure, the deepest first."""
    crash = getattr(longrepr, "reprcrash", None)
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    shown = [getattr(entry, "reprfileloc", None) for entry in entries]
    for location in [crash, *reversed(shown)]:
        if location is not None:
            yield str(location.path), int(location.lineno)
    for match in reversed(list(re.finditer(_PLACE, cut(text)))):
        yield match["file"] or match["path"], int(match["number"] or match["line"])


def crash_message(longrepr: object, text: str) -> str:
    """What a failure says, without its traceback."""
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message)
    shown = cut(text)
    errors = re.findall(_ERROR_LINE, shown)
    if errors:
        return str(errors[-1])
    doctest = re.search(_DOCTEST, shown)
    return " ".join(doctest[0].split()) if doctest else shown.strip().partition("\n")[0]


def _text(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Like `longreprtext`, but without the line that names xdist's worker."""
    return "" if report.longrepr is None else str(report.longrepr)


def _titled(report: pytest.TestReport, text: str) -> str:
    return f"--- {getattr(report, 'head_line', None) or report.nodeid} ({report.when}) ---\n{text}"


def findings(report: pytest.TestReport) -> list[dict[str, Any]]:
    """The findings that a check left in the report's user properties."""
    return [value for name, value in report.user_properties if name == FINDING and isinstance(value, dict)]


def place_of(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The place to look at first: that of the first finding which has one."""
    places = [place for finding in found for place in finding.get("places") or []]
    return {"path": places[0]["path"], "line": places[0]["line"]} if places else {}


def all_sections(reports: list[pytest.TestReport]) -> list[tuple[str, str]]:
    """What was captured, each section once: the last phase's report repeats those of the phases before."""
    return list(dict.fromkeys((str(title), str(content)) for report in reports for title, content in report.sections))
