"""Turns what a unit's pytest wrote (`inside.wire`) into events of the journal: masked, with paths relative to the root."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from integrity.model.event import Base, CollectError, Finding, FindingPlace, Planned, TestEnd, TestStart, WarningRaised
from integrity.model.outcome import TestOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from integrity.model.secret import Masker


LAST_LINE = 2**31 - 1
LONGEST_S = 10**9
LATEST = 10**11  # in epoch seconds; no number at all is not between
_TEXTS_OF_FINDINGS = ("code", "slug", "registry", "entry", "message", "hint", "fingerprint")


def masked(value: Any, masker: Masker) -> Any:
    """`value` (of JSON types) with every string in it masked."""
    match value:
        case str():
            return masker.text(value)
        case list():
            return [masked(item, masker) for item in value]
        case dict():
            return {key: masked(item, masker) for key, item in value.items()}
        case _:
            return value


class Shown:
    """The events of one attempt as they may be shown: masked, and each test still with an id that no other one has."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._names: dict[str, str] = {}  # of ids that hold a secret
        self._alike: Counter[str] = Counter()

    def event(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of `raw` without secrets."""
        shown: dict[str, Any] = masked(dict(raw), self._masker)
        if isinstance(raw.get("id"), str):
            shown["id"] = self._id(raw["id"])
        if isinstance(raw.get("ids"), list):
            shown["ids"] = [self._id(name) if isinstance(name, str) else name for name in raw["ids"]]
        return shown

    def _id(self, name: str) -> str:
        text = self._masker.text(name)
        if text == name:
            return name
        if name not in self._names:
            self._alike[text] += 1
            number = self._alike[text]
            self._names[name] = text if number == 1 else f"{text} ({number})"
        return self._names[name]


class Translator:
    """Translates for one root; `translated` returns the kind and fields of an event, or None for what stays inside."""

    def __init__(self, root: Path) -> None:
        self._prefix = f"{root}/"
        self._kinds: dict[str, Callable[[Mapping[str, Any]], tuple[type[Base], dict[str, Any]]]] = {
            "planned": self._planned,
            "test-start": self._test_start,
            "test-end": self._test_end,
            "collect-error": self._collect_error,
            "warning": self._warning,
        }

    def translated(self, raw: Mapping[str, Any]) -> tuple[type[Base], dict[str, Any]] | None:
        """The journal's event for one of the stream. A malformed one of a known kind raises ValueError."""
        translate = self._kinds.get(raw["e"])
        return None if translate is None else translate(raw)

    def _planned(self, raw: Mapping[str, Any]) -> tuple[type[Base], dict[str, Any]]:
        return Planned, {"ids": [str(name) for name in _list(raw.get("ids"))]}

    def _test_start(self, raw: Mapping[str, Any]) -> tuple[type[Base], dict[str, Any]]:
        at = raw.get("t")
        moment = float(at) if isinstance(at, (int, float)) and 0 <= at <= LATEST else None
        return TestStart, {"id": _text(raw, "id"), "at": moment}

    def _test_end(self, raw: Mapping[str, Any]) -> tuple[type[Base], dict[str, Any]]:
        findings = [finding for item in _list(raw.get("findings")) if (finding := self._finding(item)) is not None]
        return TestEnd, {
            "id": _text(raw, "id"),
            "outcome": TestOutcome(_text(raw, "outcome")),
            "duration_s": _seconds(raw.get("duration_s")),
            **self._place(raw),
            "message": _text(raw, "message"),
            "text": _text(raw, "text"),
            "output": _text(raw, "output"),
            "findings": findings,
        }

    def _collect_error(self, raw: Mapping[str, Any]) -> tuple[type[Base], dict[str, Any]]:
        return CollectError, {
            "id": _text(raw, "id"),
            **self._place(raw),
            "message": _text(raw, "message"),
            "text": _text(raw, "text"),
        }

    def _warning(self, raw: Mapping[str, Any]) -> tuple[type[Base], dict[str, Any]]:
        return WarningRaised, {"category": _text(raw, "category"), "message": _text(raw, "message"), **self._place(raw)}

    def _finding(self, raw: Any) -> Finding | None:
        if not isinstance(raw, dict):
            return None
        places = [
            FindingPlace(**self._place(place), column=_count(place.get("column")), role=_text(place, "role"))
            for place in _list(raw.get("places"))
            if isinstance(place, dict) and isinstance(place.get("path"), str)
        ]
        texts = {name: _text(raw, name) for name in _TEXTS_OF_FINDINGS}
        return Finding(**texts, level=_text(raw, "level") or "error", places=places)

    def _place(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        path = raw.get("path")
        return {
            "path": path.removeprefix(self._prefix) if isinstance(path, str) else None,
            "line": _count(raw.get("line")),
        }


def _count(value: object) -> int | None:
    """A line or column, where it is one."""
    return value if type(value) is int and 0 < value <= LAST_LINE else None


def _seconds(value: object) -> float:
    """A duration, also one that a test which moves the clock made absurd."""
    if not isinstance(value, (int, float)):
        raise ValueError("a duration has to be a number")  # noqa: TRY004 - what is malformed is a ValueError
    return float(min(max(value, 0), LONGEST_S))


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
