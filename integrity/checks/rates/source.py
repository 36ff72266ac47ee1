"""The rates that a unit's sources write out: throttle rates of DRF, limits of Flask-Limiter and slowapi, of Celery, of django-ratelimit."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.rates.grammar import reading_of
from integrity.checks.rates.judges import Rated, Rates, Stack, Use
from integrity.checks.routes.expressions import keyword, last_name, written_name

if TYPE_CHECKING:
    from integrity.checks.model import Place
    from integrity.checks.sources import Module, Sources

THROTTLE_RATES = "DEFAULT_THROTTLE_RATES"
_THROTTLES = ("AnonRateThrottle", "UserRateThrottle", "ScopedRateThrottle", "SimpleRateThrottle")
_OWN_RATE = {"rate", "THROTTLE_RATES", "get_rate", "parse_rate", "__init__"}


def source_rates(sources: Sources) -> Rates:
    """All rates that are literals, with the scopes in use where the one place that rates them is a literal too."""
    modules = [module for module in sources.modules if not module.is_test]
    rated: list[Rated] = []
    stacks: list[Stack] = []
    for module in modules:
        rated += [*_celery(module), *_ratelimit(module)]
        limits = list(_limits(module))
        rated += limits
        stacks += [*_strings(limits), *_stacked(module)]
    scoped, uses = _throttles(modules)
    return Rates((*scoped, *rated), tuple(uses), tuple(stacks))


def scope_places(sources: Sources) -> dict[str, tuple[Place, str]]:
    """Where literals give scopes their rates, and the rates' texts."""
    found: dict[str, tuple[Place, str]] = {}
    for module in sources.modules:
        for node in _rate_dicts(module) if not module.is_test else ():
            found = {**_constant_places(module, node), **found}
    return found


def literal_places(target: Any, sources: Sources) -> dict[str, tuple[Place, str]]:
    """Where the literal of a target such as `shop.limits:RATES` gives its rates, by name, and their texts."""
    name, _, path = target.partition(":") if isinstance(target, str) else ("", "", "")
    module = sources.module(name)
    first, *keys = re.findall(r"[^.\[\]'\"]+", path) or [""]
    values = [
        node.value
        for node in (module.assignments if module is not None else ())
        for each in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(each, ast.Name) and each.id == first
    ]
    found: ast.expr | None = values[0] if len(values) == 1 else None
    for key in keys:
        pairs = zip(found.keys, found.values) if isinstance(found, ast.Dict) else ()  # noqa: B905 - Python 3.9
        found = next((value for each, value in pairs if isinstance(each, ast.Constant) and each.value == key), None)
    return _constant_places(module, found) if module is not None and found is not None else {}


def _constant_places(module: Module, node: ast.expr) -> dict[str, tuple[Place, str]]:
    pairs = list(zip(node.keys, node.values)) if isinstance(node, ast.Dict) else []  # noqa: B905 - Python 3.9
    pairs += [(each, each) for each in node.elts] if isinstance(node, (ast.List, ast.Tuple)) else []
    return {
        str(key.value): (module.place(key), str(value.value) if isinstance(value, ast.Constant) else "")
        for key, value in pairs
        if isinstance(key, ast.Constant)
    }


def _throttles(modules: list[Module]) -> tuple[list[Rated], list[Use]]:
    rated: list[Rated] = []
    dicts: list[ast.Dict] = []
    for module in modules:
        for node in _rate_dicts(module):
            dicts.append(node)
            for key, value in zip(node.keys, node.values):  # noqa: B905 - Python 3.9
                if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                    rated.append(_rated(module, str(key.value), value, "drf"))
    mentions = sum(module.content.count(THROTTLE_RATES.encode()) for module in modules)
    is_whole = len(dicts) == mentions == 1 and all(isinstance(key, ast.Constant) for key in dicts[0].keys)
    named = {each.name for each in rated}
    values = [] if not is_whole else [str(key.value) for key in dicts[0].keys if isinstance(key, ast.Constant)]
    rated += [Rated(name, None, "drf") for name in values if name not in named]
    rated += [each for module in modules for each in _own_rates(module)]
    return rated, [use for module in modules for use in _uses(module)] if is_whole else []


def _rate_dicts(module: Module) -> Iterator[ast.Dict]:
    """The dict displays that stand for DEFAULT_THROTTLE_RATES in a settings module."""
    if THROTTLE_RATES.encode() not in module.content:
        return
    for node in module.dicts:
        for key, value in zip(node.keys, node.values):  # noqa: B905 - Python 3.9
            if isinstance(key, ast.Constant) and key.value == THROTTLE_RATES and isinstance(value, ast.Dict):
                yield value


def _uses(module: Module) -> Iterator[Use]:
    if b"throttle_scope" in module.content or (b"scope" in module.content and b"RateThrottle" in module.content):
        for owner in module.classes:
            scope = _attribute(owner, "throttle_scope")
            if scope is None and _is_throttle(owner, module) and _OWN_RATE.isdisjoint(_names(owner)):
                scope = _attribute(owner, "scope")
            if scope is not None:
                yield Use(str(scope.value), f"{module.name}.{owner.name}", module.place(scope))


def _own_rates(module: Module) -> Iterator[Rated]:
    """The rates that throttle classes have of their own."""
    if b"RateThrottle" in module.content:
        for owner in module.classes:
            rate = _attribute(owner, "rate") if _is_throttle(owner, module) else None
            if rate is not None and "parse_rate" not in _names(owner):
                yield _rated(module, f"{module.name}.{owner.name}", rate, "drf")


def _is_throttle(owner: ast.ClassDef, module: Module) -> bool:
    return any(
        last_name(base) in _THROTTLES and module.dotted(base).startswith("rest_framework.") for base in owner.bases
    )


def _attribute(owner: ast.ClassDef, name: str) -> ast.Constant | None:
    """The text that a class's own body assigns to an attribute, once."""
    values = [
        node.value
        for node in owner.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == name
    ]
    only = values[0] if len(values) == 1 else None
    return only if isinstance(only, ast.Constant) and isinstance(only.value, str) else None


def _names(owner: ast.ClassDef) -> set[str]:
    named = {node.name for node in owner.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    targets = [target for node in owner.body if isinstance(node, ast.Assign) for target in node.targets]
    return named | {target.id for target in targets if isinstance(target, ast.Name)}


def _celery(module: Module) -> Iterator[Rated]:
    if b"rate_limit" not in module.content or b"elery" not in module.content:
        return
    for function in module.functions:
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and last_name(decorator) in {"task", "shared_task"}:
                rate = keyword(decorator, "rate_limit")
                if isinstance(rate, ast.Constant) and rate.value is not None:
                    yield _rated(module, f"{module.name}.{function.name}", rate, "celery")
    for owner in module.classes:
        rate = (
            _attribute(owner, "rate_limit") if any(last_name(base).endswith("Task") for base in owner.bases) else None
        )
        if rate is not None:
            yield _rated(module, f"{module.name}.{owner.name}", rate, "celery")


def _ratelimit(module: Module) -> Iterator[Rated]:
    if b"ratelimit" not in module.content:
        return
    for function in module.functions:
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and module.dotted(decorator.func).partition(".")[0] in {
                "ratelimit",
                "django_ratelimit",
            }:
                rate = keyword(decorator, "rate")
                if isinstance(rate, ast.Constant) and isinstance(rate.value, str) and "." not in rate.value:
                    yield _rated(module, f"{module.name}.{function.name}", rate, "ratelimit")


def _limits(module: Module) -> Iterator[Rated]:
    """The limits of Flask-Limiter and slowapi: arguments of `limiter.limit` and `shared_limit`, and a Limiter's defaults."""
    if b"imiter" not in module.content:
        return
    calls = [call for name in ("limit", "shared_limit") for call in module.calls.get(name, ()) if _is_limiter(call)]
    given = [call.args[0] for call in calls if call.args]
    for call in module.calls.get("Limiter", ()):
        if module.dotted(call.func).partition(".")[0] in {"flask_limiter", "slowapi"}:
            lists = [keyword(call, "default_limits"), keyword(call, "application_limits")]
            given += [item for each in lists if isinstance(each, (ast.List, ast.Tuple)) for item in each.elts]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield _rated(module, f"{module.name}: {value.value}", value, "limits")


def _is_limiter(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and written_name(call.func.value).rpartition(".")[2].lower().endswith(
        "limiter"
    )


def _strings(limits: list[Rated]) -> Iterator[Stack]:
    for each in limits:
        windows = reading_of(each.rate, "limits").windows
        if len(windows) > 1:
            yield Stack(each.name, windows, each.place)


def _stacked(module: Module) -> Iterator[Stack]:
    """Limits that stand above one function, without anything that tells whom or when they concern."""
    for function in module.functions if b"imiter" in module.content else ():
        calls = [
            each
            for each in function.decorator_list
            if isinstance(each, ast.Call) and last_name(each) == "limit" and _is_limiter(each)
        ]
        texts = [
            each.args[0].value
            for each in calls
            if len(each.args) == 1 and not each.keywords and isinstance(each.args[0], ast.Constant)
        ]
        windows = tuple(window for text in texts for window in reading_of(text, "limits").windows)
        if len(texts) == len(calls) > 1:
            yield Stack(f"{module.name}.{function.name}", windows, module.place(calls[0]))


def _rated(module: Module, name: str, value: ast.Constant, dialect: str) -> Rated:
    return Rated(name, value.value, dialect, module.place(value), str(value.value))
