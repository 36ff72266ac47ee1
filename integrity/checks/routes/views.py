"""The views that packages define, live, and those that sources define and nothing names."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Sequence

from integrity.checks import targets
from integrity.checks.model import CannotExamine, Entry
from integrity.checks.routes.demands import Views
from integrity.checks.routes.expressions import last_name
from integrity.checks.routes.registrations import registries_of
from integrity.checks.routes.standing import bare, name_of, places_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.routes.model import Live

_VIEW_BASES = ("django.views.generic.base.View", "flask.views.View", "starlette.endpoints.HTTPEndpoint")
_ANSWERS = (
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "list",
    "create",
    "retrieve",
    "update",
    "destroy",
    "dispatch_request",
)
_WRITTEN = re.compile(r"(View|ViewSet|APIView|Endpoint)$")


def live_views(packages: Sequence[str], unit: Unit, lives: Iterable[Live]) -> Views:
    """The views that packages and their modules define, and the names of those that are routed."""
    modules = [module for package in packages for module in _modules(package, unit)]
    defined = {name_of(view): view for module in modules for view in _views(module)}
    routed = [view for live in lives for view in live.views if view is not None]
    owners = [_owner(view) for view in routed]
    bases = {base for view in (*owners, *defined.values()) if inspect.isclass(view) for base in view.__mro__[1:]}
    names = {name_of(view) for view in (*routed, *owners)}
    entries = [
        Entry(name, None, next(iter(places_of(view, unit)), None))
        for name, view in defined.items()
        if not (inspect.isclass(view) and view in bases)
    ]
    known = {entry.key for entry in entries}
    registered = [entry for module in modules for entry in _registered(module.__name__, unit) if entry.key not in known]
    return Views((*entries, *registered), frozenset(names))


def named_views(packages: Sequence[str], unit: Unit) -> Views:
    """The view classes that modules of packages define; those whose name stands anywhere else in the unit count as routed."""
    modules = [
        module
        for module in unit.sources.modules
        if any(f"{module.name}.".startswith(f"{package}.") for package in packages)
    ]
    entries = [
        Entry(f"{module.name}.{node.name}", None, module.place(node))
        for module in modules
        if not module.is_test
        for node in module.classes
        if not node.decorator_list and any(_WRITTEN.search(last_name(base)) for base in node.bases) and _answers(node)
    ]
    words = re.compile(rb"\b[A-Z]\w+")
    counts: dict[bytes, int] = {}
    for module in unit.sources.modules:
        for word in words.findall(module.content) if not module.is_test else ():
            counts[word] = counts.get(word, 0) + 1
    named = {entry.key for entry in entries if counts.get(str(entry.key).rpartition(".")[2].encode(), 0) > 1}
    return Views(tuple(entries), frozenset(named))


def _modules(package: str, unit: Unit) -> Iterator[Any]:
    found = targets.live(package, unit)
    yield found
    for item in pkgutil.walk_packages(getattr(found, "__path__", ()), f"{found.__name__}."):
        try:
            yield importlib.import_module(item.name)
        except targets.RAISED as error:
            said = f"{item.name} can't be imported"
            raise CannotExamine(targets.describe_error(said, error, unit, item.name)) from error


def _views(module: Any) -> Iterator[Any]:
    """The public views that a module itself defines."""
    for name, value in sorted(vars(module).items()):
        if name.startswith("_"):
            continue
        if getattr(value, "__module__", None) == module.__name__ and (
            _is_view_class(value) or _is_view_function(value)
        ):
            yield value


def _registered(name: str, unit: Unit) -> Iterator[Entry]:
    """The functions that a module's decorators put on routers and blueprints."""
    module = unit.sources.module(name)
    for registry in registries_of(module, unit.sources) if module is not None else ():
        for route, function in registry.registered:
            if function is not None:
                yield Entry(f"{name}.{route.endpoint}", None, route.places[0])


def _is_view_class(value: Any) -> bool:
    if not inspect.isclass(value) or inspect.isabstract(value):
        return False
    bases = {f"{each.__module__}.{each.__qualname__}" for each in value.__mro__[1:]}
    return not bases.isdisjoint(_VIEW_BASES) and any(hasattr(value, name) for name in _ANSWERS)


def _is_view_function(value: Any) -> bool:
    """Whether a function is one of Django's or Starlette's views: its first parameter is the request."""
    if getattr(bare(value), "cls", None) is not None:
        return True
    if not inspect.isfunction(value):
        return False
    parameters = list(inspect.signature(value).parameters)
    return bool(parameters) and parameters[0] == "request"


def _owner(view: Any) -> Any:
    plain = bare(view)
    return getattr(plain, "view_class", None) or getattr(plain, "cls", None) or plain


def _answers(node: ast.ClassDef) -> bool:
    is_generic = any(
        last_name(base).startswith(("List", "Create", "Retrieve", "Update", "Detail", "Model", "ReadOnly"))
        for base in node.bases
    )
    return is_generic or any(
        isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and each.name in _ANSWERS for each in node.body
    )
