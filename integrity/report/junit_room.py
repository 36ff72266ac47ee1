"""How much of each unit goes into `junit.xml`. GitLab takes no file of 30 MB or more: what doesn't fit is cut, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.inside.wire import TEXT_LIMIT, cut
from integrity.model.outcome import TestOutcome
from integrity.report.sanitise import for_xml
from integrity.report.words import is_failing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from integrity.model.report import Report, ReportedError, ReportedTest, ReportedUnit

SIZE_LIMIT_BYTES = 28_000_000
MESSAGE_LIMIT = 4000
LEAST_TEXT = 256  # characters that remain of a text before whole tests are left out
_SUITE_BYTES = 1000  # tags, attributes' names, numbers
_CASE_BYTES = 100
_TOLD_BYTES = 320  # an ending, an output, and the marks of what was cut
_ATTEMPT_BYTES = 90
_CHARACTER_BYTES = 6  # the most that one takes: &quot; or a number
_SPECIAL = b'&<>"\x7f' + bytes(range(0x20))
_C1, _SURROGATE, _LAST = b"\xc2", b"\xed", b"\xef"  # how UTF-8 begins characters of which XML has not all


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is written of a unit: of each text at most so many characters, and of its tests these (None is all), by index."""

    text_limit: int = TEXT_LIMIT
    kept: frozenset[int] | None = None

    @property
    def message_limit(self) -> int:
        """Characters of a message."""
        return min(MESSAGE_LIMIT, self.text_limit)

    def text(self, text: str) -> str:
        """A text as it is written, made safe for XML."""
        return for_xml_within(text, self.text_limit)

    def message(self, text: str) -> str:
        """A message as it is written, made safe for XML."""
        return for_xml_within(text, self.message_limit)


def for_xml_within(text: str, limit: int) -> str:
    """`text` made safe for XML, of at most so many characters."""
    return cut(for_xml(cut(text, limit)), limit)


def rooms(report: Report, limit_bytes: int = SIZE_LIMIT_BYTES) -> list[Room]:
    """The room of each unit. Small ones are whole; the large ones share alike what these leave."""
    if sum(map(_most, report.units)) <= limit_bytes:
        return [Room() for _ in report.units]
    sizes = [_size(unit, Room()) for unit in report.units]
    share = _share(sizes, limit_bytes)
    return [Room() if size <= share else _room(unit, share) for unit, size in zip(report.units, sizes, strict=True)]


def _most(unit: ReportedUnit) -> int:
    """An upper bound of a unit's bytes that takes no look at its characters."""
    own = len(unit.rerun) + 2 * len(unit.message) + (_length(unit.error) if unit.error else 0)
    texts = sum(
        len(test.id) + len(test.path or "") + 2 * len(test.message) + len(test.text) + len(test.output)
        for test in unit.tests
    )
    fixed = _SUITE_BYTES + (_CASE_BYTES + _TOLD_BYTES + _ATTEMPT_BYTES * len(unit.earlier)) * len(unit.tests)
    return fixed + _CHARACTER_BYTES * (own + texts + (3 + len(unit.tests)) * (len(unit.id) + len(unit.path)))


def _length(error: ReportedError) -> int:
    return 2 * len(error.message) + len(error.hint) + len(error.detail)


def _share(sizes: Sequence[int], limit: int) -> int:
    """The largest share for each with which all sizes, cut down to it, keep within the limit."""
    left = limit
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return share
        left -= size
    return limit


def _room(unit: ReportedUnit, share: int) -> Room:
    limit = TEXT_LIMIT
    while limit > LEAST_TEXT:
        limit //= 2
        room = Room(text_limit=limit)
        if _size(unit, room) <= share:
            return room
    return Room(text_limit=limit, kept=frozenset(_fitting(unit, Room(text_limit=limit), share)))


def _fitting(unit: ReportedUnit, room: Room, share: int) -> Iterator[int]:
    """Indices of the tests that fit, the first that failed whatever its size, those that failed before the others."""
    used = _suite_size(unit, room)
    red_first = sorted(enumerate(unit.tests), key=lambda pair: not is_failing(pair[1]))
    for rank, (index, test) in enumerate(red_first):
        used += _cases_size(unit, [test], room)
        if used > share and rank:
            return
        yield index


def _size(unit: ReportedUnit, room: Room) -> int:
    return _suite_size(unit, room) + _cases_size(unit, unit.tests, room)


def _suite_size(unit: ReportedUnit, room: Room) -> int:
    texts = [unit.id, unit.id, unit.path, unit.path, unit.rerun, *_told(unit.message, unit.message, room)]
    if unit.error is not None:
        said = f"{unit.error.message}{unit.error.hint}{unit.error.detail}"
        texts += _told(unit.error.message, said, room)
    return _SUITE_BYTES + _bytes("".join(texts))


def _cases_size(unit: ReportedUnit, tests: Sequence[ReportedTest], room: Room) -> int:
    told = [test for test in tests if test.outcome is not TestOutcome.PASSED]
    texts = [text for test in tests for text in (test.id, test.path or "")]
    for test in told:
        texts += [*_told(test.message, test.text or test.message, room), cut(test.output, room.text_limit)]
    each = _CASE_BYTES + _bytes(unit.id) + _ATTEMPT_BYTES * len(unit.earlier)
    return each * len(tests) + _TOLD_BYTES * len(told) + _bytes("".join(texts))


def _told(message: str, text: str, room: Room) -> list[str]:
    return [cut(message, room.message_limit), cut(text, room.text_limit)]


def _bytes(text: str) -> int:
    """How many bytes a text takes at most in an attribute: what is special there or no part of XML takes more than its own."""
    data = text.encode("utf-8", "surrogatepass")
    special = len(data) - len(data.translate(None, _SPECIAL))
    beyond = data.count(_C1) + data.count(_SURROGATE) + data.count(_LAST)
    return len(data) + (_CHARACTER_BYTES - 1) * special + (_CHARACTER_BYTES // 2) * beyond
