"""The rates of a unit as they are at runtime, and the views and throttles that use their scopes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping

from integrity.checks import targets
from integrity.checks.model import CannotExamine, Finding
from integrity.checks.rates.grammar import reading_of
from integrity.checks.rates.judges import Rated, Rates, Stack, Use
from integrity.checks.rates.source import literal_places, scope_places
from integrity.checks.routes.standing import name_of, places_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.model import Place

    _Places = Mapping[str, tuple[Place, str]]


def live_rates(unit: Unit, declared: Mapping[str, Any]) -> Callable[[], Rates]:
    """What loads the declared rates; the settings' throttle rates where none are declared. Once, however often it is called."""

    @lru_cache(maxsize=None)
    def load() -> Rates:
        dialect = declared.get("dialect", "drf")
        rated = [
            _rated(name, rate, dialect, places) for found, places in _found(unit, declared) for name, rate in found
        ]
        uses = [Use(name, str(target), None) for target in declared.get("scopes", ()) for name in _names(target, unit)]
        views = _views(unit, declared) if dialect == "drf" else []
        return Rates(tuple(rated), (*uses, *_uses(views, unit, declared)), tuple(_stacks(rated, views)))

    return load


def _found(unit: Unit, declared: Mapping[str, Any]) -> Iterator[tuple[list[tuple[str, Any]], _Places]]:
    """The rates of each target, by name, and where literals give them."""
    if "targets" not in declared:
        yield _default_rates(unit), scope_places(unit.sources)
    for target in declared.get("targets", ()):
        yield _of_target(target, unit), literal_places(target, unit.sources)


def is_with_scopes(declared: Mapping[str, Any]) -> bool:
    """Whether the declaration says, or Django knows, who uses scopes."""
    return declared.get("dialect", "drf") == "drf" or "scopes" in declared


def pairs_of(found: Any) -> list[tuple[str, Any]]:
    """The rates in an object: a mapping of names to rates, pairs, rates alone, or a Celery app with its tasks."""
    tasks = getattr(found, "tasks", None)
    if isinstance(tasks, Mapping) and hasattr(found, "conf"):
        found.loader.import_default_modules()
        return [
            (name, task.rate_limit)
            for name, task in sorted(tasks.items())
            if getattr(task, "rate_limit", None) is not None
        ]
    if isinstance(found, Mapping):
        return [(str(name), rate) for name, rate in found.items()]
    if isinstance(found, (str, int, float)):
        return [(str(found), found)]
    items = list(found)
    return [(str(item[0]), item[1]) if _is_pair(item) else (str(item), item) for item in items]


def _is_pair(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2  # noqa: PLR2004 - a pair


def _of_target(target: Any, unit: Unit) -> list[tuple[str, Any]]:
    found = targets.live(target, unit)
    try:
        return pairs_of(found)
    except TypeError:
        message = f"{target} holds no rates: it is of type {type(found).__name__}."
        hint = "Name a mapping of scopes to rates, or a list of rates."
        raise CannotExamine(Finding("REG002", str(target), message, hint)) from None


def _default_rates(unit: Unit) -> list[tuple[str, Any]]:
    from integrity.checks.adapters import django, drf  # noqa: PLC0415 - they name parts of routes

    django.set_up(unit)
    return pairs_of(drf.default_rates())


def _rated(name: str, rate: Any, dialect: str, places: _Places) -> Rated:
    """A rate that came from the environment is not shown; one that a literal of the sources says is."""
    place, text = places.get(name, (None, ""))
    return Rated(name, rate, dialect, place, text if text == str(rate) else "")


def _names(target: Any, unit: Unit) -> Iterator[str]:
    found = targets.live(target, unit)
    for each in [found] if isinstance(found, str) else found:
        yield str(getattr(each, "value", each))


def _views(unit: Unit, declared: Mapping[str, Any]) -> list[Any]:
    from integrity.checks.routes.live import has_django  # noqa: PLC0415 - it needs the unit's env

    if "targets" in declared and not has_django():
        return []
    from integrity.checks.adapters import django_urls, drf  # noqa: PLC0415 - they name parts of routes

    return [view for view in django_urls.live_routes(None, unit).views if drf.is_api(view)]


def _uses(views: Iterable[Any], unit: Unit, declared: Mapping[str, Any]) -> Iterator[Use]:
    from integrity.checks.adapters import drf  # noqa: PLC0415 - it names parts of routes

    attributes = ["throttle_scope", *declared.get("scope-attributes", ())]
    for scope, user in drf.throttled_by(views, attributes):
        yield Use(scope, name_of(user), next(iter(places_of(user, unit)), None))


def _stacks(rated: list[Rated], views: list[Any]) -> Iterator[Stack]:
    """Rates in one text, and throttles that count the same callers of one view."""
    from integrity.checks.adapters import drf  # noqa: PLC0415 - it names parts of routes

    known = {each.name: each for each in rated}
    for each in rated:
        windows = reading_of(each.rate, each.dialect).windows
        if len(windows) > 1:
            yield Stack(each.name, windows, each.place)
    for name, scopes in drf.stacks_of(views):
        ours = [known[scope] for scope in scopes if scope in known]
        windows = tuple(window for each in ours for window in reading_of(each.rate, each.dialect).windows)
        if len(windows) > 1:
            yield Stack(name, windows, ours[0].place)
