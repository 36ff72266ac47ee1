"""What the tests of discovery share: find units in a mapping of files, and edges as short tuples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.discover import Globs, discover
from integrity.planning.graph import graph_of
from tests.monorepo import make_monorepo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.unit import Monorepo, Unit

REMOTE = '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n'


def found(
    folder: Path, files: Mapping[str, str | bytes], *, services=("services/*",), packages=("packages/*",), exclude=()
) -> Monorepo:
    return discover(make_monorepo(folder, files), Globs(services=services, packages=packages, exclude=exclude))


def only(monorepo: Monorepo, path: str) -> Unit:
    return next(unit for unit in monorepo.units if unit.path == path)


def paths(monorepo: Monorepo) -> list[str]:
    return [unit.path for unit in monorepo.units]


def edges(monorepo: Monorepo) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in graph_of(monorepo.units).edges]


def lines(monorepo: Monorepo) -> list[tuple[str, str, str]]:
    """Edges with the place where each is written."""
    return [(edge.source, edge.target, str(edge.place)) for edge in graph_of(monorepo.units).edges]


def texts(unit: Unit) -> list[str]:
    return [dependency.text for dependency in unit.dependencies]


def reasons(monorepo: Monorepo) -> dict[str, str]:
    return {passed.path: passed.reason for passed in monorepo.passed_over}
