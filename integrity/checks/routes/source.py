"""The routes of a unit as its sources have them: a table for each object and each list, and who takes whose paths in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Callable

from integrity.checks.routes.displays import displays_of
from integrity.checks.routes.judges import Tables, with_witnesses
from integrity.checks.routes.registrations import Registered, registries_of

if TYPE_CHECKING:
    from integrity.checks.routes.model import Route, Table
    from integrity.checks.sources import Module, Sources


@dataclass(frozen=True)
class SourceRoutes:
    """`registered` are the routes that stand beside the functions that answer, each with its module."""

    tables: Tables
    registered: tuple[tuple[Module, Registered], ...]


def source_routes(sources: Sources) -> SourceRoutes:
    """The routes of all modules that are no test's."""
    tables: list[Table] = []
    registered: list[tuple[Module, Registered]] = []
    for module in sources.modules:
        if module.is_test:
            continue
        for registry in registries_of(module, sources):
            tables.append(_witnessed(registry.table) if registry.kind == "asgi" else registry.table)
            registered += [(module, each) for each in registry.registered]
        tables += [_witnessed(table) for table in displays_of(module)]
    return SourceRoutes(tuple(tables), tuple(registered))


def _witnessed(table: Table) -> Table:
    return with_witnesses(table, _resolver(table))


def _resolver(table: Table) -> Callable[[int, str, str], int | None]:
    """Who takes a path, by the order and the patterns of the source; what may not be there in every run takes none."""
    wide = [
        index for index, route in enumerate(table.routes) if route.pattern and route.pattern != re.escape(route.path)
    ]

    def resolve(position: int, method: str, path: str) -> int | None:
        own = table.routes[position]
        before = (index for index in wide if index < position)
        return next((index for index in before if _takes(table.routes[index], own, method, path)), position)

    return resolve


def _takes(route: Route, own: Route, method: str, path: str) -> bool:
    if route.methods and method not in route.methods:
        return False
    compiled = _compiled(route.pattern)
    return (
        own.branches[: len(route.branches)] == route.branches
        and compiled is not None
        and bool(compiled.fullmatch(path))
    )


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.DOTALL)
    except (re.error, RecursionError):
        return None
