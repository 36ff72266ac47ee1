"""EXP103: scripts and entry points of the manifest against the unit's own sources, and names that stand twice in a group."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple

from integrity.checks.case import Check
from integrity.checks.exports.bound import bound_by
from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_OBJECT = re.compile(r"\s*(?P<module>[\w.]+)\s*(?::\s*(?P<attribute>[\w.]+))?\s*(?:\[.*\])?\s*$")
_NAMING = ("scripts", "plugins", "entry-points", "\\")  # tables with entry points; a key can be written with escapes
_LINE = re.compile(r"^\s*(?P<name>[^=#\s][^=]*?)\s*=\s*(?P<target>\S.*)$")


@dataclass(frozen=True)
class EntryPoint:
    """One line of the manifest."""

    group: str
    name: str
    target: str
    place: Place


@dataclass(frozen=True)
class EntryPoints:
    """What the manifest declares, and into what.

    `modules` are those of the unit, with their names (None where only running one tells them); `folders` all dotted
    names that the unit's files can have; `packages` those of its own packages that lie at the top.
    """

    points: tuple[EntryPoint, ...]
    modules: Mapping[str, frozenset[str] | None]
    folders: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()


def entry_points(unit: Unit) -> Callable[[], EntryPoints]:
    """How the material is loaded."""

    def load() -> EntryPoints:
        points = (*_of_pyproject(unit), *_of_setup_cfg(unit))
        modules: dict[str, frozenset[str] | None] = {}
        for point in points:
            found = _OBJECT.match(point.target)
            name = found["module"] if found is not None else ""
            module = unit.sources.module(name)
            if module is not None:
                bound = bound_by(module) if module.tree is not None else None
                modules[name] = None if bound is None or bound.gap else bound.names | _submodules(unit, name)
        tops = {
            parsed["module"].partition(".")[0]
            for point in points
            if (parsed := _OBJECT.match(point.target)) is not None
        }
        own = frozenset(top for top in tops if unit.sources.module(top) is not None)
        return EntryPoints(points, modules, frozenset(_packages(unit)) if points else frozenset(), own)

    return load


def bad_entry_points() -> Check:
    """The check for entry points into the unit's own modules."""

    def judge(found: EntryPoints) -> Examined:
        findings = [
            _finding(point, what, hint) for point in found.points for what, hint in [_problem(found, point)] if what
        ]
        known: dict[tuple[str, str], EntryPoint] = {}
        for point in found.points:
            if (point.group, point.name) in known:
                findings.append(_taken(known[point.group, point.name], point))
            known.setdefault((point.group, point.name), point)
        return Examined(len(found.points), tuple(findings))

    def spoiled(found: EntryPoints) -> Iterator[EntryPoints]:
        for point in found.points:
            parsed = _OBJECT.match(point.target)
            if (
                parsed is not None
                and found.modules.get(parsed["module"])
                and parsed["attribute"]
                and not _problem(found, point)[0]
            ):
                wrong = replace(point, name=f"{point.name}_renamed", target=f"{parsed['module']}:integrity_renamed")
                yield replace(found, points=(*found.points, wrong))
                break
        if found.points:
            yield replace(found, points=(*found.points, found.points[0]))

    return Check("EXP103", judge, spoiled)


class Loads(NamedTuple):
    """The entry points, and what is wrong with where one leads when it is loaded ("" for nothing)."""

    points: tuple[EntryPoint, ...]
    problem: Callable[[EntryPoint], str]


def unloadable() -> Check:
    """The check that every entry point can be loaded."""

    def judge(loads: Loads) -> Examined:
        findings = [
            _finding(point, problem, "Correct it, or what it leads to.")
            for point in loads.points
            if (problem := loads.problem(point))
        ]
        return Examined(len(loads.points), tuple(findings))

    def spoiled(loads: Loads) -> Iterator[Loads]:
        for point in loads.points:
            if not loads.problem(point):
                target = f"{point.target.partition('[')[0].strip()}_renamed"
                yield loads._replace(points=(replace(point, name=f"{point.name}_renamed", target=target),))
                return

    return Check("EXP103", judge, spoiled)


def _of_pyproject(unit: Unit) -> Iterator[EntryPoint]:
    document = _manifest(unit)
    project, poetry = _table(document, "project"), _table(_table(document, "tool"), "poetry")
    groups: dict[str, Mapping[str, Any]] = {
        "console_scripts": {**_table(poetry, "scripts"), **_table(project, "scripts")},
        "gui_scripts": _table(project, "gui-scripts"),
    }
    for group, table in (*_table(poetry, "plugins").items(), *_table(project, "entry-points").items()):
        groups[group] = {**groups.get(group, {}), **(table if isinstance(table, Mapping) else {})}
    path = unit.sources.from_unit("pyproject.toml")
    for group, table in groups.items():
        for name, target in table.items():
            if isinstance(target, str):
                yield EntryPoint(group, name, target, Place(path, _line(unit.sources.text(path), name, target)))


def _manifest(unit: Unit) -> Mapping[str, Any]:
    from integrity.checks.unit import _toml  # noqa: PLC0415 - the parser differs with Python's version

    path = unit.sources.from_unit("pyproject.toml")
    if path not in unit.sources.files:
        return {}
    text = unit.sources.text(path)
    if not any(name in text for name in _NAMING):
        return {}
    try:
        document: Mapping[str, Any] = _toml().loads(text)
    except ValueError:  # what is wrong with a manifest is told where its unit is found
        return {}
    return document


def _of_setup_cfg(unit: Unit) -> Iterator[EntryPoint]:
    path = unit.sources.from_unit("setup.cfg")
    if path not in unit.sources.files:
        return
    import configparser  # noqa: PLC0415 - few units need it

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(unit.sources.text(path))
    except configparser.Error:
        return
    section = parser["options.entry_points"] if parser.has_section("options.entry_points") else {}
    for group, text in section.items():
        for line in str(text).splitlines():
            found = _LINE.match(line)
            if found is not None:
                place = Place(path, _line(unit.sources.text(path), found["name"], found["target"]))
                yield EntryPoint(group, found["name"], found["target"].strip(), place)


def _line(text: str, name: str, target: str) -> int | None:
    for number, line in enumerate(text.splitlines(), start=1):
        if target in line and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
            return number
    return None


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name, {})
    return found if isinstance(found, Mapping) else {}


def _packages(unit: Unit) -> Iterator[str]:
    """Every dotted name that the unit's files can have, whatever their kind: compiled modules too."""
    for path in unit.sources.files:
        parts = unit.sources.in_unit(path).split("/")
        names = [*parts[:-1], parts[-1].partition(".")[0]]
        for start in range(len(names)):
            yield ".".join(names[start:])


def _submodules(unit: Unit, name: str) -> frozenset[str]:
    return frozenset(
        each.name[len(name) + 1 :].partition(".")[0]
        for each in unit.sources.modules
        if each.name.startswith(f"{name}.")
    )


def _problem(found: EntryPoints, point: EntryPoint) -> tuple[str, str]:
    """What is wrong with where an entry point leads, and what to do; "" for nothing, and for what sources don't tell."""
    parsed = _OBJECT.match(point.target)
    if parsed is None:
        return f"{point.target!r} is not of the form module:attribute", "Write it like billing.cli:main."
    module, attribute = parsed["module"], parsed["attribute"]
    if module not in found.modules:
        top = module.partition(".")[0]
        if "." not in module or top not in found.packages or module in found.folders:
            return "", ""
        near = difflib.get_close_matches(module, sorted(found.folders), n=1)
        return (
            f"there is no module {module} in this unit",
            f"Did you mean {near[0]!r}?" if near else "Correct the module's name.",
        )
    names = found.modules[module]
    if names is None or not attribute or attribute.partition(".")[0] in names:
        return "", ""
    near = difflib.get_close_matches(attribute, sorted(names), n=1)
    return (
        f"{module} has no {attribute!r}",
        f"Did you mean {near[0]!r}?" if near else "Correct the name behind the colon.",
    )


def _finding(point: EntryPoint, what: str, hint: str) -> Finding:
    message = f"{point.name} of {point.group} leads nowhere: {what}."
    return Finding("EXP103", f"{point.group}/{point.name}", message, hint, (point.place,))


def _taken(first: EntryPoint, second: EntryPoint) -> Finding:
    message = f"{second.name} stands twice in {second.group}; which one an installer keeps is left to chance."
    places = (first.place, second.place._replace(role="duplicate"))
    return Finding("EXP103", f"{second.group}/{second.name}/twice", message, "Rename or delete one of them.", places)
