"""Django: the patterns of a URLconf, included ones too, and what a path resolves to."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterator, Mapping, Tuple

from integrity.checks import targets
from integrity.checks.adapters import django, drf
from integrity.checks.model import CannotExamine, Finding, Place
from integrity.checks.routes.expressions import constant_text, keyword, last_name, positional
from integrity.checks.routes.model import Live, Route, Table
from integrity.checks.routes.samples import samples_of
from integrity.checks.routes.standing import bare, places_of
from integrity.checks.routes.templates import (
    ANGLES,
    joined_paths,
    parameters_of,
    paths_of,
    pieces_of,
    regex_shape,
    shape_of,
)

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_NAMED = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
_Places = Dict[Tuple[str, str], Iterator[Place]]


@dataclass(frozen=True)
class _Around:
    """What stands before a pattern; `module` is the dotted name of the URLconf that it stands in."""

    module: str
    route: str = ""
    path: str = ""
    shape: str = ""
    namespace: str = ""
    parameters: tuple[str, ...] = ()
    samples: tuple[str, ...] = ("/",)


def live_routes(urlconf: str | None, unit: Unit) -> Live:
    """The routes of a URLconf, in the order in which they are tried. Raises CannotExamine where it can't be loaded."""
    django.set_up(unit)
    from django.conf import settings  # noqa: PLC0415 - only where the unit has it
    from django.urls import Resolver404, get_resolver  # noqa: PLC0415 - only where the unit has it

    name = urlconf or getattr(settings, "ROOT_URLCONF", None)
    if not name:
        raise CannotExamine(
            Finding(
                "VAC005", "routes", "There is no ROOT_URLCONF, so no route can be examined.", 'Say urlconf = "….urls".'
            )
        )
    try:
        importlib.import_module(name)
        resolver = get_resolver(name)
        _load(resolver)
    except targets.RAISED as error:
        raise CannotExamine(targets.describe_error(f"{name} can't be loaded", error, unit, name)) from error
    reader = _Reader(unit)
    reader.read(resolver, _Around(name), _written(unit, name))

    def resolve(_method: str, _host: str, path: str) -> int | None:
        try:
            match = resolver.resolve(path)
        except (Resolver404, ValueError, TypeError):
            return None
        return reader.positions.get((id(match.func), match.route))

    return Live(Table(name, tuple(reader.routes), has_aliases=True), resolve, tuple(reader.views))


def document_of(unit: Unit) -> dict[str, Any] | None:
    """The OpenAPI document that drf-spectacular makes; None without it."""
    django.set_up(unit)
    try:
        from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415 - only where the unit has it
    except ImportError:
        return None
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def _load(resolver: Any) -> None:
    """Import every module that a resolver includes."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            _load(pattern)


class _Reader:
    def __init__(self, unit: Unit) -> None:
        self.routes: list[Route] = []
        self.views: list[Any] = []
        self.positions: dict[tuple[int, str], int] = {}
        self._unit = unit

    def read(self, resolver: Any, around: _Around, written: _Places) -> None:
        """Read the patterns of a resolver, and of those that it includes."""
        for pattern in resolver.url_patterns:
            inside = _within(pattern, around)
            if hasattr(pattern, "url_patterns"):
                is_list = inside.module == around.module
                self.read(pattern, inside, written if is_list else _written(self._unit, inside.module))
            else:
                self._take(pattern, inside, written)

    def _take(self, pattern: Any, inside: _Around, written: _Places) -> None:
        view = pattern.callback
        standing = next(written.get((str(pattern.pattern), _plain_name(view)), iter(())), None)
        self.positions.setdefault((id(view), inside.route), len(self.routes))
        self.views.append(view)
        self.routes.append(
            Route(
                inside.path,
                inside.shape,
                drf.endpoint_of(view),
                view=_arguments(view, pattern.default_args),
                answers=drf.answers_of(view),
                parameters=inside.parameters,
                name=f"{inside.namespace}{pattern.name}" if pattern.name else "",
                is_documented=drf.is_api(view),
                places=(standing,) if standing is not None else places_of(view, self._unit),
                samples=inside.samples,
            )
        )


def _arguments(view: Any, extra: Mapping[str, Any]) -> str:
    """What tells apart two routes to one view: what it was made with, and what it is called with."""
    plain = bare(view)
    made_with = getattr(plain, "view_initkwargs", None) or getattr(plain, "initkwargs", None) or {}
    return repr(sorted({**made_with, **extra}.items(), key=str))


def _within(pattern: Any, around: _Around) -> _Around:
    text = str(pattern.pattern)
    converters = {name: converter.regex for name, converter in getattr(pattern.pattern, "converters", {}).items()}
    module = getattr(pattern, "urlconf_name", None)
    namespace = getattr(pattern, "namespace", None)
    if hasattr(pattern.pattern, "_regex") and not hasattr(pattern.pattern, "_route"):
        bare_regex = text[text.startswith("^") :]
        shape, samples = regex_shape(text), samples_of(bare_regex)
        parameters = tuple(pattern.pattern.regex.groupindex)
        path = _NAMED.sub(r"<\1>", bare_regex.removesuffix("$"))
    else:
        pieces = pieces_of(text, ANGLES)
        shape, samples, parameters, path = shape_of(pieces), paths_of(pieces, converters), parameters_of(pieces), text
    return _Around(
        _module_name(module, around.module),
        f"{around.route}{text.removeprefix('^') if around.route else text}",
        f"{around.path or '/'}{path}",
        f"{around.shape}{shape}",
        f"{around.namespace}{namespace}:" if namespace else around.namespace,
        (*around.parameters, *parameters),
        joined_paths((around.samples, samples)),
    )


def _module_name(urlconf: Any, otherwise: str) -> str:
    if isinstance(urlconf, str):
        return urlconf
    return str(getattr(urlconf, "__name__", otherwise)) if urlconf is not None else otherwise


def _written(unit: Unit, name: str) -> _Places:
    """The places at which a module calls `path` and its like, by route and by the view's name, in the order of the file."""
    module = unit.sources.module(name)
    calls = (
        [call for called in ("path", "re_path", "url") for call in module.calls.get(called, ())]
        if module is not None
        else []
    )
    found: dict[tuple[str, str], list[Place]] = {}
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        text = constant_text(positional(call, 0) or keyword(call, "route", "regex"))
        if text is not None and module is not None:
            name_of_view = _written_name(positional(call, 1) or keyword(call, "view"))
            found.setdefault((text, name_of_view), []).append(module.place(call))
    return {key: iter(places) for key, places in found.items()}


def _written_name(view: ast.expr | None) -> str:
    """The last part of a view's name, without what is called around it or on it."""
    while isinstance(view, ast.Call) and view.args and last_name(view) != "as_view":
        view = view.args[0]
    called = view.func if isinstance(view, ast.Call) else view
    return last_name(called.value if isinstance(called, ast.Attribute) and called.attr == "as_view" else called)


def _plain_name(view: Any) -> str:
    owner = getattr(bare(view), "view_class", None) or getattr(bare(view), "cls", None) or bare(view)
    return str(getattr(owner, "__name__", ""))
