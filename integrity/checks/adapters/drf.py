"""Django REST framework: what a routed view answers, and which throttles count its requests."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from integrity.checks.routes.standing import bare, name_of

_SAFE = {"options", "trace"}


class Throttled(NamedTuple):
    """A scope that a view or throttle uses, and the view or class that says so."""

    scope: str
    user: Any


def is_api(view: Any) -> bool:
    """Whether a routed view is made from one of the framework's classes."""
    owner = getattr(bare(view), "cls", None)
    return owner is not None and any(each.__module__.startswith("rest_framework") for each in owner.__mro__)


def answers_of(view: Any) -> tuple[str, ...]:
    """The methods that a class-based view answers, upper-case; none for a function, which may answer any."""
    plain = bare(view)
    actions = getattr(plain, "actions", None)
    if actions:
        methods = {name.upper() for name in actions}
        return tuple(sorted(methods - {"HEAD"} if "GET" in methods else methods))
    owner = getattr(plain, "view_class", None) or getattr(plain, "cls", None)
    names = getattr(owner, "http_method_names", ()) if owner is not None else ()
    return tuple(sorted(name.upper() for name in names if name not in {*_SAFE, "head"} and hasattr(owner, name)))


def endpoint_of(view: Any) -> str:
    """The name of a view, with the actions of a viewset."""
    actions = getattr(bare(view), "actions", None)
    named = ", ".join(dict.fromkeys(actions.values())) if actions else ""
    return f"{name_of(view)}{f' ({named})' if named else ''}"


def default_rates() -> Mapping[str, Any]:
    """The DEFAULT_THROTTLE_RATES that the settings themselves give."""
    from rest_framework.settings import api_settings  # noqa: PLC0415 - only where the unit has it

    return dict(api_settings.user_settings.get("DEFAULT_THROTTLE_RATES") or {})


def throttled_by(views: Iterable[Any], attributes: Iterable[str]) -> list[Throttled]:
    """The scopes that views name in these attributes, and those of their throttle classes."""
    found: list[Throttled] = []
    for owner in dict.fromkeys(getattr(bare(view), "cls", None) for view in views):
        if owner is None:
            continue
        scopes = [getattr(owner, attribute, None) for attribute in attributes]
        found += [Throttled(str(scope), owner) for scope in scopes if isinstance(scope, str)]
        found += [Throttled(str(getattr(each, "scope", "")), each) for each in stack_of(owner) if _has_scope(each)]
    return found


def stacks_of(views: Iterable[Any]) -> list[tuple[str, list[str]]]:
    """For each view, by name, the scopes of the throttles that count the same callers of it; only where there are several."""
    found: list[tuple[str, list[str]]] = []
    for owner in dict.fromkeys(getattr(bare(view), "cls", None) for view in views):
        counted: dict[Any, list[str]] = {}
        for throttle in stack_of(owner):
            if _has_scope(throttle):
                counted.setdefault(getattr(throttle, "get_cache_key", None), []).append(
                    str(getattr(throttle, "scope", ""))
                )
        found += [(name_of(owner), scopes) for scopes in counted.values() if len(scopes) > 1]
    return found


def stack_of(owner: Any) -> list[type]:
    """The throttle classes that count each request of a view's class."""
    classes = getattr(owner, "throttle_classes", ())
    return [each for each in classes if isinstance(each, type)]


def _has_scope(throttle: Any) -> bool:
    """Whether a throttle takes its rate from the settings by a scope of its own."""
    return isinstance(getattr(throttle, "scope", None), str) and getattr(throttle, "rate", None) is None
