"""A declared registry: its options, and its views, each made once and only when it is asked for."""

from __future__ import annotations

import difflib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, NamedTuple

from integrity.checks.idle import Listed
from integrity.checks.manifest import places_of_name
from integrity.checks.model import CannotExamine, Finding, NotHere
from integrity.checks.registries.decorated import decorated_view
from integrity.checks.registries.files import file_view
from integrity.checks.registries.keys import across_views, is_sure
from integrity.checks.registries.naming import Names
from integrity.checks.registries.reading import Reader
from integrity.checks.registries.runtime import runtime_view
from integrity.checks.registries.source import require, source_view
from integrity.checks.registries.view import View, field_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit


class Chosen(NamedTuple):
    """The view that a check examines: how to load it, and whether sources are enough for that."""

    load: Callable[[], View]
    is_static: bool


class Registries:
    """The registries that a unit declares, by name."""

    def __init__(self, unit: Unit, declared: Mapping[str, Mapping[str, Any]]) -> None:
        self.unit = unit
        self.reader = Reader(Names(unit.sources))
        self._declared = declared
        self._registries: dict[str, Registry] = {}

    def __iter__(self) -> Any:
        return (self.named(name) for name in self._declared)

    def named(self, name: str, *, asked_by: str = "") -> Registry:
        """The registry of this name. Raises CannotExamine (REG002) where none was declared."""
        if name not in self._registries:
            if name not in self._declared:
                near = difflib.get_close_matches(name, list(self._declared), n=1)
                hint = (
                    f"Did you mean {near[0]!r}?"
                    if near
                    else "Declare it in [tool.integrity.registries], or write a target with ':'."
                )
                raise CannotExamine(
                    Finding("REG002", name, f"No registry is called {name!r}.", hint, registry=asked_by)
                )
            self._registries[name] = Registry(self, name, self._declared[name])
        return self._registries[name]

    def of_target(self, target: Any, asked_by: str) -> Registry:
        """A registry that is only named by its target."""
        return Registry(self, target if isinstance(target, str) else asked_by, {"target": target})


class Registry:
    """One declared registry."""

    def __init__(self, group: Registries, name: str, options: Mapping[str, Any]) -> None:
        self.group = group
        self.unit = group.unit
        self.name = name
        self.options = options

    @property
    def wanted(self) -> str:
        """`both`, `source` or `runtime`: as declared, and as far as the target allows."""
        target = self.options.get("target")
        if target is None:
            return "source"
        return "runtime" if not isinstance(target, str) else str(self.options.get("view", "both"))

    def ignores(self, key: str, names: Iterable[str]) -> tuple[Listed, ...]:
        """The names of a key that lists what is passed over, as they are told where one of them matches nothing."""
        subject = f"registry:{self.name}"
        lack = "matches nothing any more"
        return tuple(Listed(key, name, lack, places_of_name(self.unit, subject, name)) for name in names)

    @cached_property
    def source(self) -> View | None:
        """The source view; None where sources don't show it. Raises CannotExamine."""
        options = self.options
        key = str(options.get("key", ""))
        if "file" in options and "decorator" in options:
            raise self._contradiction(
                "decorator", "is never looked at, because its file is", "Say only one of the two."
            )
        if "populate" in options and self.wanted == "source":
            raise self._contradiction("populate", 'is never called with view = "source"', "Take one of the two out.")
        if "file" in options:
            return file_view(self.unit, options["file"], options.get("at", ""), key=key, registry=self.name)
        if "decorator" in options:
            require(self.unit, self.group.reader.names, options["decorator"], self.name)
            return decorated_view(self.group.reader, self.unit.sources.modules, options["decorator"])
        target = options.get("target")
        if not isinstance(target, str):
            if target is None:
                message = f"{self.name} doesn't say where it stands."
                raise CannotExamine(
                    Finding(
                        "REG002",
                        self.name,
                        message,
                        'Say target = "pkg.mod:NAME", file or decorator.',
                        registry=self.name,
                    )
                )
            return None
        return source_view(self.unit, self.group.reader, target, key=key, registry=self.name)

    @cached_property
    def runtime(self) -> View:
        """The runtime view. Raises CannotExamine."""
        options = self.options
        view = runtime_view(
            self.unit,
            options["target"],
            key=str(options.get("key", "")),
            populate=options.get("populate"),
            registry=self.name,
        )
        source = self._source_or_none()
        if source is None:
            return view
        places = {across_views(entry.key): entry.place for entry in source.written}
        placed = tuple(
            entry._replace(place=places.get(across_views(entry.key), source.place)) for entry in view.written
        )
        return View(view.kind, (placed,), source.place)

    def chosen(self, *, needs_values: bool = False, takes_names: bool = False) -> Chosen:
        """The view to examine: sources where they tell all that is needed, else the runtime object.

        `takes_names`: keys that are names of classes and functions are enough, their values aren't needed.
        """
        if self.wanted == "runtime":
            return Chosen(self._filled_runtime, is_static=False)
        if self.wanted == "source":
            return Chosen(self._filled_source, is_static=True)
        try:
            source = self.source
        except CannotExamine:
            return Chosen(self._filled_source, is_static=True)
        if source is not None and source.written:
            is_enough = source.has_values if needs_values else not source.gaps if takes_names else source.is_whole
            if is_enough:
                return Chosen(self._filled_source, is_static=True)
        return Chosen(self._filled_runtime, is_static=False)

    @property
    def shows_writing(self) -> bool:
        """Whether sources show at least some of the entries as they were written."""
        if self.wanted == "runtime":
            return False
        try:
            return self.wanted == "source" or (
                self.source is not None and any(is_sure(entry.key) for entry in self.source.written)
            )
        except CannotExamine:
            return True

    @property
    def has_written(self) -> bool:
        """Whether sources show entries, though maybe not their keys."""
        source = self._source_or_none()
        return source is not None and bool(source.written)

    def as_placed(self) -> View:
        """The runtime view, each entry at its place in the sources. Raises CannotExamine."""
        return self._filled_runtime()

    @property
    def has_labels(self) -> bool:
        """Whether sources show choices with labels for people: texts that begin with a capital, or have a space."""
        try:
            view = self.source if self.shows_writing else None
        except CannotExamine:
            return False
        entries = [entry for entry in view.written if entry.origin in {"pair", "enum"}] if view is not None else []
        labels = [label for entry in entries for is_there, label in [field_of(entry, "label")] if is_there]
        return bool(labels) and all(isinstance(each, str) and (each[:1].isupper() or " " in each) for each in labels)

    def as_written(self) -> View:
        """The source view, for what only it can show. Raises CannotExamine."""
        return self._filled_source()

    def as_made(self) -> View:
        """The runtime view, for what stands twice in it. Raises NotHere where it can't show that."""
        view = self._filled_runtime()
        if view.kind in {"mapping", "attributes"}:
            raise NotHere(
                f"{self.name} is a {view.kind} that sources don't show, and at runtime each key is there once: "
                "what was overwritten can't be seen; name its decorator, or where it is written"
            )
        return view

    def _filled_source(self) -> View:
        if self.source is None:
            message = f"{self.name} can't be read in the unit's sources: {self.options.get('target')} is computed, or stands in another package."
            raise CannotExamine(Finding("REG002", self.name, message, 'Say view = "runtime".', registry=self.name))
        return self._filled(self.source, "the sources")

    def _filled_runtime(self) -> View:
        return self._filled(self.runtime, "its object")

    def _filled(self, view: View, where: str) -> View:
        if view.written or self.options.get("allow-empty"):
            return view
        hint = (
            "Name the function that fills it: populate."
            if "populate" not in self.options
            else "Correct its target, or say allow-empty = true."
        )
        message = f"{self.name} has no entries in {where}, so nothing about it can be checked."
        places = (view.place,) if view.place is not None else ()
        raise CannotExamine(Finding("REG001", self.name, message, hint, places, self.name))

    def _contradiction(self, key: str, what: str, hint: str) -> CannotExamine:
        message = f"{key} of {self.name} {what}."
        places = places_of_name(self.unit, f"registry:{self.name}", key)
        return CannotExamine(Finding("REG002", f"{self.name}.{key}", message, hint, places, self.name))

    def _source_or_none(self) -> View | None:
        try:
            return self.source
        except CannotExamine:
            return None
