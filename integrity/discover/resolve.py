"""Tells which dependencies are units of this monorepo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.discover.draft import line_of
from integrity.model.outcome import ErrorKind, UnitError
from integrity.model.unit import Dependency, PassedOver, Place, Unit

if TYPE_CHECKING:
    from integrity.discover.draft import Declared, Draft
    from integrity.discover.tree import Tree


def resolved_units(tree: Tree, drafts: list[Draft], passed_over: list[PassedOver]) -> tuple[Unit, ...]:
    """The units of all drafts, in their order."""
    by_name = {draft.distribution: draft for draft in drafts if draft.distribution}
    return tuple(_unit(draft, tuple(_resolved(draft, item, by_name) for item in draft.declared)) for draft in drafts)


def _resolved(draft: Draft, item: Declared, by_name: dict[str, Draft]) -> Dependency:
    dependency = item.dependency
    target = by_name.get(dependency.name)
    if target is None:
        return dependency
    return Dependency(
        text=dependency.text,
        name=dependency.name,
        via=dependency.via,
        place=Place(path=dependency.place.path, line=line_of(draft.text, dependency.via, item.spelling)),
        extra=dependency.extra,
        group=dependency.group,
        target=target.path,
    )


def _unit(draft: Draft, dependencies: tuple[Dependency, ...]) -> Unit:
    problem = None if draft.problem is None else UnitError(kind=ErrorKind.CONFIG, message=draft.problem)
    return Unit(
        path=draft.path,
        name=draft.name,
        kind=draft.kind,
        manifest=draft.manifest,
        manifest_path=draft.manifest_path,
        distribution=draft.distribution,
        version=draft.version,
        requires_python=draft.requires_python,
        dynamic=draft.dynamic,
        workspace=draft.workspace,
        dependencies=dependencies,
        table=draft.table,
        document=draft.document,
        problem=problem,
    )
