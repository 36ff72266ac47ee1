"""Reads `[project]`, `[dependency-groups]` and uv's old `dev-dependencies`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.discover.references import declared
from integrity.model.unit import ManifestKind, normalised

if TYPE_CHECKING:
    from integrity.discover.draft import Declared, Draft, Origin, Table


def read_project(draft: Draft, project: Table) -> None:
    """Fill in what `[project]` says."""
    draft.manifest = ManifestKind.PEP621
    draft.dynamic = frozenset(project.strings("dynamic"))
    name = project.string("name")
    if name is None:
        raise project.fault("name", "is missing, but it is required")
    draft.name = name
    draft.version = project.string("version")
    draft.requires_python = project.string("requires-python")


def project_dependencies(project: Table, origin: Origin) -> list[Declared]:
    """`project.dependencies` and `project.optional-dependencies`."""
    found = [declared(text, origin, via="project.dependencies") for text in project.strings("dependencies")]
    if "optional-dependencies" not in project.values:
        return found
    optional = project.table("optional-dependencies")
    for extra in optional.values:
        via = f"project.optional-dependencies.{extra}"
        found += [declared(text, origin, via=via, extra=extra) for text in optional.strings(extra)]
    return found


def group_dependencies(document: Table, origin: Origin) -> list[Declared]:
    """`[dependency-groups]` (PEP 735), with included groups spelled out."""
    if "dependency-groups" not in document.values:
        return []
    groups = document.table("dependency-groups")
    names = {normalised(name): name for name in groups.values}
    found: list[Declared] = []
    for name in groups.values:
        found += _group(groups, names, name, (name,), origin)
    return found


def legacy_dev_dependencies(uv: Table, origin: Origin) -> list[Declared]:
    """`tool.uv.dev-dependencies`, which is the group `dev`."""
    return [
        declared(text, origin, via="tool.uv.dev-dependencies", group="dev") for text in uv.strings("dev-dependencies")
    ]


def _group(groups: Table, names: dict[str, str], name: str, chain: tuple[str, ...], origin: Origin) -> list[Declared]:
    items = groups.values[name]
    if not isinstance(items, list):
        raise groups.fault(name, "should be a list")
    found: list[Declared] = []
    for item in items:
        if isinstance(item, str):
            found.append(declared(item, origin, via=f"dependency-groups.{name}", group=chain[0]))
        elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
            included = names.get(normalised(item["include-group"]))
            if included is None:
                raise groups.fault(name, f"includes the group {item['include-group']!r}, which does not exist")
            if included in chain:
                raise groups.fault(name, f"includes itself: {' → '.join((*chain, included))}")
            found += _group(groups, names, included, (*chain, included), origin)
        else:
            raise groups.fault(name, 'should hold strings and { include-group = "…" } only')
    return found
