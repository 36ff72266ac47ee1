"""What a unit's raw event stream (`inside.wire`) says, folded event by event. Pure; it trusts nothing it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.model.outcome import TestOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS_KEPT = 10
_PROGRESS = frozenset({"planned", "test-start", "test-end", "session-end"})


class StreamSummary:
    """The fold: `add` each event as it comes. `malformed` counts what pytest's plugin cannot have written."""

    def __init__(self) -> None:
        self.started = False
        self.ended = False
        self.exit: int | None = None
        self.decided: int | None = None  # the status that pytest had reached before other plugins had their say
        self.planned: list[str] = []
        self.results: dict[str, TestOutcome] = {}  # a test that ends twice (a rerun) counts by its last result
        self.skip_reasons: dict[str, None] = {}
        self.hidden: list[tuple[str, str]] = []  # tests that raised and were called passed, with what they raised
        self.collect_errors: list[tuple[str, int | None, str]] = []  # node id or path, line, message
        self.usage_error = ""
        self.internal_error = ""
        self.stopped = ""
        self.deselected = 0
        self.malformed = 0
        self._open: dict[str, None] = {}

    @property
    def running(self) -> str | None:
        """The test that began first of those that did not end."""
        return next(iter(self._open), None)

    def add(self, event: Mapping[str, Any]) -> None:
        """Take one event; one that has not the shape of its kind only counts as malformed."""
        kind = event.get("e")
        if self.ended:  # nothing follows the end of the session
            self.malformed += 1
            return
        try:
            if kind in _PROGRESS:
                self._take_progress(kind, event)
            else:
                self._take_trouble(kind, event)
        except (KeyError, TypeError, ValueError, OverflowError):
            self.malformed += 1

    def _take_progress(self, kind: object, event: Mapping[str, Any]) -> None:
        match kind:
            case "planned":
                self.planned.extend(_text(name) for name in event["ids"])
            case "test-start":
                self._open[_text(event["id"])] = None
            case "test-end":
                self._end(_text(event["id"]), TestOutcome(event["outcome"]), event)
            case _:
                self._close(event)

    def _take_trouble(self, kind: object, event: Mapping[str, Any]) -> None:
        match kind:
            case "session-start":
                self.started = True
            case "collect-error":
                place = event.get("id") or event["path"]
                self.collect_errors.append((_text(place), event.get("line"), _text(event["message"])))
            case "hidden":
                self.hidden.append((_text(event["id"]), _text(event["message"])))
            case "collect-skip":
                self._skip(event)
            case "usage-error":
                self.usage_error = _text(event["message"])
            case "internal-error":
                self.internal_error = _text(event["text"]) or "no text"
            case "stopped":
                self.stopped = _text(event["reason"]) or "no reason given"
            case _:
                pass  # warnings, and kinds of a later plugin, decide nothing

    def _end(self, test: str, outcome: TestOutcome, event: Mapping[str, Any]) -> None:
        self._open.pop(test, None)
        self.results[test] = outcome
        if outcome is TestOutcome.SKIPPED:
            self._skip(event)

    def _skip(self, event: Mapping[str, Any]) -> None:
        if len(self.skip_reasons) < REASONS_KEPT:
            self.skip_reasons[_text(event.get("message") or "no reason given")] = None

    def _close(self, event: Mapping[str, Any]) -> None:
        self.exit = int(event["exit"])
        self.decided = None if event.get("decided") is None else int(event["decided"])
        self.deselected = int(event.get("deselected") or 0)
        self.ended = True


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
