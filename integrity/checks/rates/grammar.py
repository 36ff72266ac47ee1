"""How Django REST framework, `limits`, Celery and django-ratelimit read the text of a rate, and where that is not what it says."""

from __future__ import annotations

import math
import re
from typing import Any, Callable, NamedTuple

DIALECTS = ("drf", "limits", "celery", "ratelimit")
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 2592000, "year": 31104000}
_LETTERS = {name[0]: name for name in ("second", "minute", "hour", "day")}
_WORDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "second"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
}
_LIMIT = r"\s*([0-9]+)\s*(?:/|\s*per\s*)\s*([0-9]+)?\s*([a-z]+)\s*"
_LIMITS = re.compile(rf"^{_LIMIT}(?::?[,;|]{_LIMIT})*$", re.IGNORECASE)
_ONE_LIMIT = re.compile(_LIMIT, re.IGNORECASE)
_RATELIMIT = re.compile(r"(\d+)/(\d*)([smhd])?")


class Window(NamedTuple):
    """So many in so many seconds."""

    amount: float
    seconds: float


class Reading(NamedTuple):
    """What a rate means. `problem` says why it can't be read; `surprise` which period is meant, where its text says another."""

    windows: tuple[Window, ...] = ()
    problem: str = ""
    surprise: str = ""


def reading_of(rate: Any, dialect: str) -> Reading:
    """What a rate means in a dialect; no windows where it is no limit, and none either where it can't be read."""
    readers: dict[str, Callable[[Any], Reading]] = {
        "drf": _drf,
        "limits": _limits,
        "celery": _celery,
        "ratelimit": _ratelimit,
    }
    return Reading() if rate is None else readers[dialect](rate)


def _drf(rate: Any) -> Reading:
    """The whole number before the only '/', and the first letter after it, in lower case."""
    parts = rate.split("/") if isinstance(rate, str) else []
    if len(parts) != 2:  # noqa: PLR2004 - an amount and a period
        return Reading(problem="a rate has one '/', such as 10/min")
    amount, period = _whole(parts[0]), parts[1]
    if amount is None:
        return Reading(problem="before the '/' stands a whole number")
    if period[:1] not in _LETTERS:
        return Reading(problem="the period begins with s, m, h or d")
    name = _LETTERS[period[0]]
    surprise = "" if _WORDS.get(period) == name else f"only the period's first letter counts, so this is per {name}"
    return Reading((Window(amount, SECONDS[name]),), surprise=surprise)


def _limits(rate: Any) -> Reading:
    """One or more of `10/minute`, `10 per 2 hours`, with ',', ';' or '|' between them; periods are whole words."""
    if not isinstance(rate, str) or not _LIMITS.match(rate):
        return Reading(problem="a rate is such as 10/minute or 10 per 2 hours")
    windows = []
    for part in re.split("[,;|]", rate):
        match = _ONE_LIMIT.match(part)
        word = match[3].lower() if match is not None else ""
        name = word if word in SECONDS else word[:-1] if word.endswith("s") else ""
        if match is None or name not in SECONDS:
            return Reading(problem=f"{word or part.strip()!r} is no period: it is one of {', '.join(SECONDS)}")
        windows.append(Window(int(match[1]), SECONDS[name] * (int(match[2] or 0) or 1)))
    return Reading(tuple(windows))


def _celery(rate: Any) -> Reading:
    """A number in a second, or a number with /s, /m or /h."""
    if isinstance(rate, (int, float)) and not isinstance(rate, bool):
        return Reading((Window(rate, 1),))
    amount, _, period = rate.partition("/") if isinstance(rate, str) else ("", "", "")
    number = _number(amount)
    if number is None:
        return Reading(problem="a rate begins with a number, such as 10/m")
    if period not in ("", "s", "m", "h"):
        return Reading(problem="the period is s, m or h")
    return Reading((Window(number, SECONDS[_LETTERS[period or "s"]]),))


def _ratelimit(rate: Any) -> Reading:
    """A whole number, '/', and one of s, m, h, d, perhaps with a number before it; what follows is not looked at."""
    if isinstance(rate, (tuple, list)):
        return Reading((Window(*rate),)) if len(rate) == 2 else Reading(problem="a pair is an amount and seconds")  # noqa: PLR2004
    if callable(rate):
        return Reading()
    match = _RATELIMIT.match(rate) if isinstance(rate, str) else None
    if match is None:
        return Reading(problem="a rate is such as 5/m or 5/10m")
    name = _LETTERS[match[3] or "s"]
    word = rate[match.end(2) :]
    surprise = "" if _WORDS.get(word) == name else f"only the period's first letter counts, so this is per {name}"
    return Reading((Window(int(match[1]), SECONDS[name] * int(match[2] or 1)),), surprise=surprise)


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
