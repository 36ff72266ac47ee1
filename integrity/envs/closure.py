"""What a unit needs under one interpreter: its siblings, and the third-party requirements of it and of them. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from integrity.envs.faults import env_fault
from integrity.envs.markers import marker_holds
from integrity.model.document import section
from integrity.model.outcome import ErrorKind
from integrity.model.unit import normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from integrity.model.unit import Dependency, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """One unit under one interpreter: `markers` are that interpreter's values for environment markers.

    `joined` are units that third-party packages ask for.
    """

    unit: Unit
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    markers: Mapping[str, str]
    joined: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdParty:
    """A requirement that holds here, without its marker, and the unit that states it."""

    requirement: Requirement
    owner: Unit


@dataclass(slots=True)
class Closure:
    """`siblings` are nearest first, without the unit itself."""

    siblings: list[Unit] = field(default_factory=list)
    third_party: list[ThirdParty] = field(default_factory=list)


def closure(requested: Requested, units: Mapping[str, Unit], stated: Callable[[Unit], Iterable[Dependency]]) -> Closure:
    """Breadth first over the edges that hold; `stated` gives a unit's dependencies.

    Raises UnitFault where a sibling's version is not one that is asked for, and where a requirement can't be read.
    """
    found = Closure()
    own = [(requested.unit, extra) for extra in (None, *map(normalised, requested.extras))]
    todo: deque[tuple[Unit, str | None]] = deque([*own, *((unit, None) for unit in requested.joined)])
    seen = set(_keys(todo))
    while todo:
        unit, extra = todo.popleft()
        if extra is None and unit.path != requested.unit.path:
            found.siblings.append(unit)
        groups = requested.groups if unit.path == requested.unit.path and extra is None else ()
        for dependency in _holding(stated(unit), extra, groups, requested.markers):
            target = units.get(dependency.target) if dependency.target is not None else None
            if target is None:
                found.third_party.append(ThirdParty(requirement=_bare(dependency.text), owner=unit))
                continue
            _check_version(unit, target, dependency)
            reached = [(target, name) for name in (None, *map(normalised, dependency.target_extras))]
            todo.extend(pair for pair in reached if (pair[0].path, pair[1]) not in seen)
            seen.update(_keys(reached))
    return found


def _keys(pairs: Iterable[tuple[Unit, str | None]]) -> Iterator[tuple[str, str | None]]:
    """Units are compared by path: that is their identity, and hashing them would hash their manifests."""
    return ((unit.path, extra) for unit, extra in pairs)


def _holding(
    dependencies: Iterable[Dependency], extra: str | None, groups: Iterable[str], markers: Mapping[str, str]
) -> Iterator[Dependency]:
    wanted_groups = frozenset(map(normalised, groups))
    for dependency in dependencies:
        own_extra = None if dependency.extra is None else normalised(dependency.extra)
        if own_extra != extra or (dependency.group is not None and normalised(dependency.group) not in wanted_groups):
            continue
        requirement = _readable(dependency)
        if requirement is None or marker_holds(requirement, markers, extra=extra or ""):
            yield dependency


def _readable(dependency: Dependency) -> Requirement | None:
    """The parsed requirement; None for what only pip understands (`name @ ../sibling`) and names a unit anyway."""
    try:
        return _parsed(dependency.text)
    except InvalidRequirement as problem:
        if dependency.target is not None:
            return None
        message = f"{dependency.place}: {dependency.text!r} is no requirement: {str(problem).splitlines()[0]}"
        raise env_fault(message, hint="Write it as PEP 508 says, such as `name>=1.2`.", kind=ErrorKind.CONFIG) from None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Requirement:
    return Requirement(text)


@lru_cache(maxsize=4096)
def _bare(text: str) -> Requirement:
    requirement = Requirement(text)
    requirement.marker = None
    return requirement


def _check_version(owner: Unit, target: Unit, dependency: Dependency) -> None:
    """What is in the working tree is what is tested; it is an error where the manifest asks for something else."""
    requirement = _readable(dependency)
    if requirement is None or requirement.url is not None or target.version is None or not requirement.specifier:
        return
    if not _contains(requirement, target.version):
        raise env_fault(
            f"{dependency.place}: {owner.name} asks for {requirement.name}{requirement.specifier}, but {target.path} is {target.version}",
            hint=f"Change the requirement, or the version in {target.manifest_path or target.path}.",
        )


def _contains(requirement: Requirement, version: str) -> bool:
    try:
        return requirement.specifier.contains(version, prereleases=True)
    except ValueError:
        return True  # a version that is none: whoever builds the unit says so


def check_choice(unit: Unit, extras: Iterable[str], groups: Iterable[str]) -> None:
    """Raise UnitFault for an extra or a group that the unit's manifest does not have."""
    for kind, names, known in (("extra", extras, _extras(unit)), ("group", groups, _groups(unit))):
        for name in names:
            if normalised(name) not in known:
                raise env_fault(
                    f"{unit.manifest_path or unit.path} has no {kind} {name!r} ({_listing(known)})",
                    hint=f"Correct {kind}s in its [tool.integrity].",
                    kind=ErrorKind.CONFIG,
                )


def _extras(unit: Unit) -> frozenset[str]:
    named = {
        *section(unit.document, "project", "optional-dependencies"),
        *section(unit.document, "tool", "poetry", "extras"),
    }
    return frozenset(map(normalised, named | {item.extra for item in unit.dependencies if item.extra is not None}))


def _groups(unit: Unit) -> frozenset[str]:
    named = {*section(unit.document, "dependency-groups"), *section(unit.document, "tool", "poetry", "group")}
    return frozenset(map(normalised, named | {item.group for item in unit.dependencies if item.group is not None}))


def _listing(known: frozenset[str]) -> str:
    return f"it has {', '.join(sorted(known))}" if known else "it has none"
