"""REG003: what is written against what is there when the code has run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, Iterator, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import CannotExamine, Entry, Examined, Finding
from integrity.checks.registries.keys import across_views, named, shown
from integrity.checks.registries.reading import Unread

if TYPE_CHECKING:
    from integrity.checks.registries.declared import Registry
    from integrity.checks.registries.view import View


class BothViews(NamedTuple):
    """The two views of one registry."""

    source: View
    runtime: View


def both_views(registry: Registry) -> Callable[[], BothViews]:
    """How the material is loaded."""

    def load() -> BothViews:
        source = registry.as_written()
        if registry.options.get("target") is None:
            message = f"{registry.name} has no runtime object to compare its sources with."
            raise CannotExamine(Finding("REG003", registry.name, message, "Add its target.", registry=registry.name))
        return BothViews(source, registry.runtime)

    return load


def mismatches(registry: str) -> Check:
    """The check for entries that only one of the views has."""

    def judge(views: BothViews) -> Examined:
        written = {
            across_views(entry.key): entry for entry in views.source.entries if not isinstance(entry.key, Unread)
        }
        made = {across_views(entry.key): entry for entry in views.runtime.entries}
        lost = [_lost(registry, entry, views) for key, entry in written.items() if key not in made]
        added = (
            [_added(registry, entry, views) for key, entry in made.items() if key not in written]
            if views.source.is_whole
            else []
        )
        notes = (
            ()
            if views.source.is_whole
            else (f"the sources of {registry} show {len(written)} of {len(made)} entries", *views.source.gaps)
        )
        return Examined(len(written) + len(made), (*lost, *added), notes)

    def spoiled(views: BothViews) -> Iterator[BothViews]:
        strange = Entry("integrity_renamed", None, views.source.place)
        yield views._replace(source=_with(views.source, strange))
        if views.source.is_whole:
            yield views._replace(runtime=_with(views.runtime, strange._replace(key="integrity_added")))

    return Check("REG003", judge, spoiled)


def _with(view: View, entry: Entry) -> View:
    return replace(view, layers=(*view.layers, (entry,)))


def _lost(registry: str, entry: Entry, views: BothViews) -> Finding:
    message = f"{shown(entry.key)} is written in {registry}, but is not there when the code has run ({_counts(views)})."
    hint = 'Look for what removes or replaces it; or say view = "runtime".'
    return Finding("REG003", named(entry.key), message, hint, _places(entry.place), registry)


def _added(registry: str, entry: Entry, views: BothViews) -> Finding:
    message = (
        f"{registry} has {shown(entry.key)} when the code has run, but its sources don't show it ({_counts(views)})."
    )
    hint = 'Write it where the others stand; or say view = "runtime".'
    return Finding("REG003", named(entry.key), message, hint, _places(views.source.place), registry)


def _counts(views: BothViews) -> str:
    return f"{len(views.source.entries)} written, {len(views.runtime.entries)} there"


def _places(place: Any) -> tuple[Any, ...]:
    return (place,) if place is not None else ()
