"""What is judged of rates, from sources or live alike: their grammar, their amounts, who uses them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Iterator, NamedTuple

from integrity.checks.model import Examined, Finding, Place
from integrity.checks.rates.grammar import Window, reading_of

_EFFECT = {
    "drf": "The first request that meets it fails.",
    "limits": "It is not applied.",
    "celery": "The worker can't apply it.",
    "ratelimit": "The first request that meets it fails.",
}
_MISLEADING = {"drf": "10/month", "ratelimit": "10/month"}
_NONE_ALLOWED = {"drf": "0/day", "limits": "0/day", "celery": "0/m"}  # in django-ratelimit 0 is the way to refuse all


class Rated(NamedTuple):
    """A rate, and what it is for: a scope, a task or a view. `shown` is its text where the unit's sources have it, else ""."""

    name: str
    rate: Any
    dialect: str
    place: Place | None = None
    shown: str = ""


class Use(NamedTuple):
    """A scope that something uses, and what that is."""

    scope: str
    user: str
    place: Place | None = None


class Stack(NamedTuple):
    """Rates that hold together for the same callers of one thing."""

    name: str
    windows: tuple[Window, ...]
    place: Place | None = None


@dataclass(frozen=True)
class Rates:
    """All rates of a unit, the uses of their scopes, and those that hold together."""

    rated: tuple[Rated, ...] = ()
    uses: tuple[Use, ...] = ()
    stacks: tuple[Stack, ...] = ()
    notes: tuple[str, ...] = ()


def unreadable(rates: Rates) -> Examined:
    """Rates that their dialect can't read (LIM101)."""
    findings = []
    for each in rates.rated:
        problem = reading_of(each.rate, each.dialect).problem
        if problem:
            said = f"The rate {_named(each)} can't be read: {problem}. {_EFFECT[each.dialect]}"
            findings.append(_finding("LIM101", each, said, "Write it in the grammar of its library."))
    return Examined(len(rates.rated), tuple(findings), rates.notes)


def misread(rates: Rates) -> Examined:
    """Rates that are read otherwise than they say (LIM102)."""
    examined = [each for each in rates.rated if each.dialect in _MISLEADING]
    findings = []
    for each in examined:
        surprise = reading_of(each.rate, each.dialect).surprise
        if surprise:
            said = f"The rate {_named(each)} doesn't mean what it says: {surprise}."
            findings.append(_finding("LIM102", each, said, "Write the period as second, minute, hour or day."))
    return Examined(len(examined), tuple(findings), rates.notes)


def empty(rates: Rates) -> Examined:
    """Rates of zero or less (LIM103)."""
    examined = [each for each in rates.rated if each.dialect in _NONE_ALLOWED]
    findings = []
    for each in examined:
        if any(window.amount <= 0 for window in reading_of(each.rate, each.dialect).windows):
            effect = "is no limit at all" if each.dialect == "celery" else "refuses every request"
            hint = (
                "Say None for no limit."
                if each.dialect in {"drf", "celery"}
                else "Leave the limit out, or allow something."
            )
            findings.append(_finding("LIM103", each, f"The rate {_named(each)} {effect}.", hint, "warning"))
    return Examined(len(examined), tuple(findings), rates.notes)


def unrated(rates: Rates) -> Examined:
    """Scopes that are used and have no rate (LIM104)."""
    known = {each.name for each in rates.rated}
    findings = [
        Finding(
            "LIM104",
            use.scope,
            f"{use.user} uses the scope {use.scope!r}, which has no rate: its first request fails.",
            "Give it a rate in DEFAULT_THROTTLE_RATES, or mend the scope's name.",
            _places(use.place, *(each.place for each in rates.rated[:1]), role="expected"),
        )
        for use in rates.uses
        if use.scope not in known
    ]
    return Examined(len(rates.uses), tuple(findings), rates.notes)


def unused(rates: Rates) -> Examined:
    """Rates of scopes that nothing uses (LIM105)."""
    if not rates.uses:
        return Examined(0, notes=rates.notes)
    used = {use.scope for use in rates.uses}
    findings = [
        _finding(
            "LIM105",
            each,
            f"The rate of {each.name!r} limits nothing: no view or throttle uses this scope.",
            "Use it, or delete it.",
            "warning",
        )
        for each in rates.rated
        if each.name not in used and each.rate is not None
    ]
    return Examined(len(rates.rated), tuple(findings), rates.notes)


def idle(rates: Rates) -> Examined:
    """Rates for a short time that the one for a longer time never lets through (LIM106)."""
    findings = []
    for stack in rates.stacks:
        pair = _idle_pair(stack.windows)
        if pair is not None:
            short, long = pair
            said = f"{stack.name} allows {_window(short)}, but only {_window(long)}: the first can never be reached."
            hint = "Make the shorter one smaller, or leave it out."
            findings.append(Finding("LIM106", stack.name, said, hint, _places(stack.place), level="warning"))
    return Examined(len(rates.stacks), tuple(findings), rates.notes)


def garbled(rates: Rates) -> Iterator[Rates]:
    """Copies in which a rate is none."""
    return _spoiled(rates, unreadable, lambda _: "often")


def mistaken(rates: Rates) -> Iterator[Rates]:
    """Copies in which a rate has a period that means another."""
    return _spoiled(rates, misread, lambda each: _MISLEADING.get(each.dialect))


def emptied(rates: Rates) -> Iterator[Rates]:
    """Copies in which a rate allows nothing."""
    return _spoiled(rates, empty, lambda each: _NONE_ALLOWED.get(each.dialect))


def unlisted(rates: Rates) -> Iterator[Rates]:
    """Copies that lack the rate of a scope in use."""
    used = {use.scope for use in rates.uses}
    for each in [each for each in rates.rated if each.name in used][:3]:
        yield replace(rates, rated=tuple(other for other in rates.rated if other.name != each.name))


def unasked(rates: Rates) -> Iterator[Rates]:
    """Copies in which what used a scope uses another."""
    used = {use.scope for use in rates.uses}
    for each in [each for each in rates.rated if each.name in used][:3]:
        renamed = (use._replace(scope=f"{use.scope} spoiled") if use.scope == each.name else use for use in rates.uses)
        yield replace(rates, uses=tuple(renamed))


def inverted(rates: Rates) -> Iterator[Rates]:
    """Copies in which the longest time allows less than a shorter one."""
    for index, stack in enumerate(rates.stacks):
        if _idle_pair(stack.windows) is None and stack.windows:
            longest = Window(0, 10 * max(window.seconds for window in stack.windows))
            wrong = stack._replace(windows=(Window(1, 1), longest))
            yield replace(rates, stacks=(*rates.stacks[:index], wrong, *rates.stacks[index + 1 :]))
            return


def _spoiled(rates: Rates, judge: Callable[[Rates], Examined], wrong: Callable[[Rated], str | None]) -> Iterator[Rates]:
    found = {finding.entry for finding in judge(rates).findings}
    fitting = [index for index, each in enumerate(rates.rated) if each.name not in found and wrong(each) is not None]
    for index in sorted({fitting[0], fitting[-1]} if fitting else ()):
        spoiled = rates.rated[index]._replace(rate=wrong(rates.rated[index]))
        yield replace(rates, rated=(*rates.rated[:index], spoiled, *rates.rated[index + 1 :]))


def _idle_pair(windows: tuple[Window, ...]) -> tuple[Window, Window] | None:
    ordered = sorted(windows, key=lambda window: window.seconds)
    pairs = ((short, long) for index, short in enumerate(ordered) for long in ordered[index + 1 :])
    return next(
        ((short, long) for short, long in pairs if short.seconds < long.seconds and short.amount > long.amount), None
    )


def _finding(code: str, rated: Rated, message: str, hint: str, level: str = "error") -> Finding:
    return Finding(code, rated.name, message, hint, _places(rated.place), level=level)


def _named(rated: Rated) -> str:
    return f"{rated.shown!r} of {rated.name}" if rated.shown else f"of {rated.name}"


def _places(first: Place | None, *others: Place | None, role: str = "reference") -> tuple[Place, ...]:
    own = (first,) if first is not None else ()
    return (*own, *(place._replace(role=role) for place in others if place is not None))


def _window(window: Window) -> str:
    names = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day", 2592000: "a month", 31104000: "a year"}
    return f"{window.amount:g} in {names.get(int(window.seconds)) or f'{window.seconds:g} seconds'}"
