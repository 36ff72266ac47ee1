"""`integrity explain UNIT`: whether and why it would run, what it is affected by, and where each of its settings came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.cache.timings import read_timings
from integrity.commands.explanation import Explanation, Row
from integrity.commands.planned import find
from integrity.commands.selection import affected_by, inputs_of, want_of
from integrity.errors import UsageError
from integrity.model.change import Unknown
from integrity.model.secret import MASK, Masker, looks_secret, secret_values, without_passwords
from integrity.planning.affected import computes_dependencies, running
from integrity.planning.choose import choose, owner
from integrity.planning.live import Live
from integrity.planning.touched import ROOT_FILES, Want
from integrity.settings import OPTIONS, Scope, Type, origins
from integrity.system.changes import changes
from integrity.system.files import STORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.commands.planned import Found
    from integrity.model.change import Changes
    from integrity.model.need import Need
    from integrity.model.outcome import UnitError
    from integrity.model.unit import Edge, Unit
    from integrity.settings import Option, RootSettings, UnitSettings


def run(selector: str, base: str, host: Mapping[str, str], settings: RootSettings) -> Explanation:
    """Explain one unit. `base` is a commit, or empty for the one that the environment tells.

    Raises UsageError where the selector means no unit or several.
    """
    found = find(settings)
    unit = _unit(found, selector)
    since = changes(settings.root, base, host)
    spread = affected_by(since, found.monorepo, found.graph, found.live_of, settings)
    live = found.live_of(unit)
    timing = read_timings(settings.root / STORE).get(unit.path)
    return Explanation(
        unit=unit,
        problem=None if isinstance(live, Live) else live,
        base=since.base,
        everything=spread.everything,
        reason=spread.reasons.get(unit.path),
        inputs=(*_inputs(found, live, unit, settings), *_linked(found, unit, since)),
        dependents=tuple(_dependents(found, unit)),
        needs=tuple(_need(need, live) for need in live.settings.needs) if isinstance(live, Live) else (),
        settings=tuple(_settings(settings, unit, live)) if isinstance(live, Live) else (),
        expected_s=timing.cost_s if timing else None,
        passes=len(timing.seconds) if timing else 0,
    )


def _unit(found: Found, selector: str) -> Unit:
    units = choose(found.monorepo, found.graph, (selector,))
    if len(units) > 1:
        paths = ", ".join(unit.path for unit in units)
        raise UsageError(f"{selector!r} means {len(units)} units: {paths}.", hint="Explain one of them.")
    return units[0]


def _inputs(found: Found, live: Live | UnitError, unit: Unit, settings: RootSettings) -> Iterator[Row]:
    """What it is affected by of its own: what it owns, what is in its env, what runs beside it, what its configuration names."""
    want = want_of(live) or Want()
    siblings = found.graph.ways(unit.path, extras=want.extras, groups=want.groups)
    yield Row(what="own folder", value=unit.path)
    for sibling, edge in siblings.items():
        yield Row(what="sibling", value=sibling, via=_via(edge, unit.path))
    if any(computes_dependencies(each) for each in found.monorepo.units if each.path in {unit.path, *siblings}):
        yield Row(what="any unit", value="only a build can tell what it depends on")
    for other in running(want, {each.path: want_of(found.live_of(each)) for each in found.monorepo.units}):
        yield Row(what="runs beside it", value=other)
    for glob in want.extra_inputs:
        yield Row(what="extra input", value=glob, via=origins(settings, unit)["extra-inputs"])
    for file in sorted(want.files):
        yield Row(what="named file", value=file)
    yield from _shared_inputs(settings)


def _linked(found: Found, unit: Unit, since: Changes | Unknown) -> Iterator[Row]:
    """What symbolic links in it lead to."""
    for link, ways in () if isinstance(since, Unknown) else since.links.items():
        if ways and owner(found.monorepo, link) == unit:
            yield Row(what="linked", value=ways[-1], via=link)


def _shared_inputs(settings: RootSettings) -> Iterator[Row]:
    """What every unit is affected by."""
    places, inputs = origins(settings), inputs_of(settings)
    for glob in inputs.shared:
        yield Row(what="shared input", value=glob, via=places["shared-inputs"])
    for file in sorted(ROOT_FILES):
        if (settings.root / file).is_file():
            yield Row(what="shared input", value=file, via="the root's own")
    unless = f", but for {', '.join(inputs.ignored)}" if inputs.ignored else ""
    yield Row(what="nobody's files", value=f"any that no unit owns{unless}", via=places["ignored-inputs"])


def _dependents(found: Found, unit: Unit) -> Iterator[Row]:
    """The units whose env has it, or that need it running."""
    for other in found.monorepo.units:
        live = found.live_of(other)
        want = want_of(live) or Want()
        edge = found.graph.ways(other.path, extras=want.extras, groups=want.groups).get(unit.path)
        if other.path != unit.path and edge is not None:
            yield Row(what="depends on it", value=other.path, via=_via(edge, other.path))
        needs = live.others if isinstance(live, Live) else ()
        for need, needed in needs:
            if needed.unit.path == unit.path:
                yield Row(what="needs it running", value=other.path, via=need.place)


def _via(edge: Edge, path: str) -> str:
    """Where the edge is written, with its condition and, where it is another unit's, with that unit."""
    condition = f", extra {edge.extra}" if edge.extra else f", group {edge.group}" if edge.group else ""
    through = "" if edge.source == path else f"through {edge.source}, "
    return f"{through}{edge.place}{condition}"


def _need(need: Need, live: Live) -> Row:
    if need.kind is not None:
        return Row(what=need.name, value=need.image, via=need.place)
    path = next(other.unit.path for each, other in live.others if each is need)
    return Row(what=need.name, value=f"unit {path}", via=need.place)


def _settings(root: RootSettings, unit: Unit, live: Live) -> Iterator[Row]:
    """Each option of a unit, with its value as configuration spells it, and without what is secret."""
    places = origins(root, unit)
    masker = Masker(secret_values(live.settings.env, live.settings.secrets))
    for option in OPTIONS:
        if Scope.UNIT in option.scopes and option.type is not Type.DECLARED:
            value = _shown(option, live.settings, masker)
            yield Row(what=option.name, value=value, via=places[option.name])


def _shown(option: Option, settings: UnitSettings, masker: Masker) -> Any:
    value = getattr(settings, option.attribute)
    if option.type in {Type.NEEDS, Type.SERVE}:
        return [each.name for each in value]
    if option.type is Type.MAPPING:
        return {
            name: MASK if looks_secret(name) or name in settings.secrets else masker.text(without_passwords(text))
            for name, text in value.items()
        }
    return list(value) if isinstance(value, tuple) else value
