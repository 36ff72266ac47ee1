"""Routes in one list display: Django's `urlpatterns`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.routes.expressions import constant_text, constants_of, keyword, last_name, positional
from integrity.checks.routes.model import Route, Table
from integrity.checks.routes.samples import samples_of
from integrity.checks.routes.templates import (
    ANGLES,
    joined_paths,
    parameters_of,
    paths_of,
    pattern_of,
    pieces_of,
    regex_shape,
    shape_of,
)

if TYPE_CHECKING:
    from integrity.checks.sources import Module

_FUNCTIONS = {"path": False, "re_path": True, "url": True}  # whether the route is a regular expression
_GROUP = re.compile(r"\(\?P<(\w+)>")


class _Around(NamedTuple):
    """What stands before the routes of a nested list."""

    route: str = ""
    shape: str = ""
    pattern: str | None = ""
    samples: tuple[str, ...] = ("",)
    parameters: tuple[str, ...] = ()
    namespace: str = ""


class _Names(NamedTuple):
    """A module, with what its names stand for."""

    module: Module
    constants: Mapping[str, str]
    lists: set[str]


def displays_of(module: Module) -> list[Table]:
    """One table for each list of Django's patterns that is assigned in the module."""
    if (
        not (b"path(" in module.content or b"url(" in module.content)
        or b"django" not in module.content
        or module.tree is None
    ):
        return []
    names = _Names(module, constants_of(module), _named_lists(module))
    tables = []
    for node in module.assignments:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        elements = list(_elements(node.value)) if node.value is not None else []
        routes = tuple(_routes(elements, _Around(), names)) if elements else ()
        if routes:
            tables.append(Table(f"{module.name}:{last_name(target) or 'patterns'}", routes, has_aliases=True))
    return tables


def _elements(node: ast.expr) -> Iterator[ast.expr]:
    """What a list display holds, and the displays that are added to it."""
    if isinstance(node, (ast.List, ast.Tuple)):
        yield from node.elts
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _elements(node.left)
        yield from _elements(node.right)


def _named_lists(module: Module) -> set[str]:
    """Names of the module that stand for lists or for what a call makes, so that they are hardly views."""
    return {
        target.id
        for node in module.assignments
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.Tuple, ast.Call, ast.BinOp))
        for target in node.targets
        if isinstance(target, ast.Name) and last_name(node.value) != "as_view"
    }


def _routes(elements: Sequence[ast.expr], around: _Around, names: _Names) -> Iterator[Route]:
    for element in elements:
        if not isinstance(element, ast.Call) or names.module.dotted(element.func).partition(".")[0] != "django":
            continue
        is_regex = _FUNCTIONS.get(last_name(element))
        text = constant_text(positional(element, 0) or keyword(element, "route", "regex"), names.constants)
        view = positional(element, 1) or keyword(element, "view")
        if is_regex is None or text is None or view is None:
            continue
        inside = _after_regex(around, text) if is_regex else _after(around, text)
        nested = _nested(view)
        if nested and not is_regex:
            yield from _routes(nested, inside._replace(namespace=_namespace(view, around)), names)
        elif not _includes(view, names):
            yield _route(element, view, inside, names)


def _after(around: _Around, text: str) -> _Around:
    pieces = pieces_of(text, ANGLES)
    pattern = pattern_of(pieces)
    is_known = around.pattern is not None and (pattern or not text)
    return around._replace(
        route=f"{around.route}{text}",
        shape=f"{around.shape}{shape_of(pieces)}",
        pattern=f"{around.pattern}{pattern}" if is_known else None,
        samples=joined_paths((around.samples, paths_of(pieces))),
        parameters=(*around.parameters, *parameters_of(pieces)),
    )


def _after_regex(around: _Around, text: str) -> _Around:
    try:
        names = tuple(re.compile(text).groupindex)
    except re.error:
        names = ()
    start = "" if text.startswith("^") else ".*"
    end = "" if text.endswith("$") else ".*"
    bare = _GROUP.sub("(", text.removeprefix("^"))
    return around._replace(
        route=f"{around.route}{text}",
        shape=f"{around.shape}{regex_shape(text)}",
        pattern=f"{around.pattern}{start}(?:{bare}){end}" if around.pattern is not None else None,
        samples=joined_paths((around.samples, samples_of(bare))),
        parameters=(*around.parameters, *names),
    )


def _route(element: ast.Call, view: ast.expr, inside: _Around, names: _Names) -> Route:
    extra = positional(element, 2) or keyword(element, "kwargs")
    name = constant_text(positional(element, 3) or keyword(element, "name"), names.constants)
    return Route(
        inside.route,
        inside.shape,
        _endpoint(view, names.module),
        view=ast.dump(view) + (ast.dump(extra) if extra is not None else ""),
        parameters=inside.parameters,
        name=f"{inside.namespace}{name}" if name else "",
        places=(names.module.place(element),),
        samples=inside.samples,
        pattern=inside.pattern or "",
    )


def _endpoint(view: ast.expr, module: Module) -> str:
    """The name of a view, without the decorators that are called around it."""
    while isinstance(view, ast.Call) and last_name(view) != "as_view" and view.args:
        view = view.args[0]
    return (
        module.dotted(view.func if isinstance(view, ast.Call) else view).removesuffix(".as_view") or "a computed view"
    )


def _nested(view: ast.expr) -> list[ast.expr]:
    """The elements of a list display that is included in its place."""
    if not isinstance(view, ast.Call) or last_name(view) != "include" or not view.args:
        return []
    given = view.args[0]
    if isinstance(given, ast.Tuple) and given.elts:
        given = given.elts[0]
    return list(_elements(given)) if isinstance(given, (ast.List, ast.BinOp)) else []


def _namespace(view: ast.expr, around: _Around) -> str:
    given = view.args[0] if isinstance(view, ast.Call) and view.args else None
    named = keyword(view, "namespace") if isinstance(view, ast.Call) else None
    if named is None and isinstance(given, ast.Tuple) and len(given.elts) > 1:
        named = given.elts[1]
    return f"{around.namespace}{constant_text(named) or ast.dump(named)}:" if named is not None else around.namespace


def _includes(view: ast.expr, names: _Names) -> bool:
    """Whether what stands in a view's place includes other routes, or may do so."""
    if isinstance(view, ast.Call):
        return last_name(view) == "include"
    if isinstance(view, ast.Name):
        return view.id in names.lists
    return not isinstance(view, (ast.Attribute, ast.Lambda)) or last_name(view) in {"urls", "urlpatterns", "site"}
