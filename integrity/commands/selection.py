"""Which units are meant: those that the selectors name, and of these, where it is asked for, those that a change can affect."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrity.model.document import section
from integrity.planning.affected import affected
from integrity.planning.choose import choose
from integrity.planning.live import Live
from integrity.planning.touched import Inputs, Want
from integrity.system.changes import changes
from integrity.system.files import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from integrity.commands.planned import Ask
    from integrity.model.change import Changes, Unknown
    from integrity.model.outcome import UnitError
    from integrity.model.unit import Monorepo, Unit
    from integrity.planning.affected import Affected
    from integrity.planning.graph import Graph
    from integrity.settings import RootSettings

_BACKENDS = (("hatch", "build"), ("setuptools",), ("uv", "build-backend"), ("pdm", "build"), ("polylith",))
_WILD_PART = re.compile(r"/[^/]*[*?\[].*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Units sorted by path, each with the reason why it runs.

    `base` is the commit since which something has to have changed, `everything` why that could not be told.
    """

    units: tuple[Unit, ...]
    reasons: Mapping[str, str]
    base: str | None = None
    everything: str | None = None


def selected(
    monorepo: Monorepo,
    graph: Graph,
    live_of: Callable[[Unit], Live | UnitError],
    ask: Ask,
    settings: RootSettings,
) -> Selection:
    """The units that `ask` means. Raises UsageError for a selector or a base that means nothing."""
    if ask.reasons is not None:
        chosen = tuple(unit for unit in monorepo.units if unit.path in ask.reasons)
        return Selection(units=chosen, reasons=ask.reasons)
    units = choose(monorepo, graph, ask.selectors)
    if ask.changed is None:
        reason = "chosen: " + " ".join(ask.selectors) if ask.selectors else "all units"
        return Selection(units=units, reasons=dict.fromkeys((unit.path for unit in units), reason))
    found = changes(settings.root, ask.changed, ask.host)
    spread = affected_by(found, monorepo, graph, live_of, settings)
    return Selection(
        units=tuple(unit for unit in units if unit.path in spread.reasons),
        reasons=spread.reasons,
        base=found.base,
        everything=spread.everything,
    )


def affected_by(
    found: Changes | Unknown,
    monorepo: Monorepo,
    graph: Graph,
    live_of: Callable[[Unit], Live | UnitError],
    settings: RootSettings,
) -> Affected:
    """The units that these changes affect, whoever saw them: git, or a watch of the files."""
    wants = {unit.path: want_of(live_of(unit)) for unit in monorepo.units}
    return affected(monorepo, graph, wants, inputs_of(settings), found)


def want_of(found: Live | UnitError) -> Want | None:
    """What a unit's settings say of what it depends on; None where they can't be used."""
    if not isinstance(found, Live):
        return None
    outside = frozenset(_outside(found))
    return Want(
        extras=found.settings.extras,
        groups=found.settings.groups,
        needs=tuple(other.unit.path for _, other in found.others),
        extra_inputs=(*found.settings.extra_inputs, *(outside & {"."})),
        files=outside - {"."},
    )


def inputs_of(settings: RootSettings) -> Inputs:
    """What the root's settings say of files that no unit owns."""
    written = [settings.root / STORE, settings.results, *([settings.history] if settings.history else [])]
    return Inputs(
        shared=settings.shared_inputs,
        ignored=settings.ignored_inputs,
        written=tuple(
            path.relative_to(settings.root).as_posix() for path in written if path.is_relative_to(settings.root)
        ),
    )


def _outside(found: Live) -> Iterator[str]:
    """Files and folders outside of the unit's own that its manifest, its settings and its declared checks name."""
    folder = found.unit.path
    if folder == ".":
        return
    named = [dependency.place.path for dependency in found.unit.dependencies]
    named += [path for need in found.needs for path in need.init]
    texts = (*found.settings.env_file, *_texts(found.unit.table), *_built_from(found.unit.document))
    named += [posixpath.normpath(posixpath.join(folder, _plain(text))) for text in texts if ".." in text.split("/")]
    for path in named:
        if path != folder and not path.startswith((f"{folder}/", "..")):
            yield path


def _built_from(document: Mapping[str, Any]) -> Iterator[str]:
    """What build backends may take the unit's code from, below whatever key they have for it; dependencies stand elsewhere."""
    packages = section(document, "tool", "poetry").get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict):
            yield posixpath.join(str(package.get("from", "")), str(package.get("include", "")))
    for backend in _BACKENDS:
        yield from _texts(section(document, "tool", *backend))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _plain(text: str) -> str:
    """The path in a text such as `../../limits/plans.yaml:LIMITS`; of a glob the folder in which it looks."""
    return _WILD_PART.sub("", text.partition(":")[0])
