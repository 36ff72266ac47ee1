"""Whether a task's name leads to a task, by a unit's sources; where they can't tell, it says so instead of guessing."""

from __future__ import annotations

import ast
import difflib
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.sources.names import Names

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources
    from integrity.checks.tasks.registered import Registered

BUILT_IN = "celery."


class Known(NamedTuple):
    """The names of tasks that exist here or elsewhere: exact ones, and globs of those that other services own."""

    names: frozenset[str]
    external: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether a task has this name."""
        return name in self.names or name.startswith(BUILT_IN) or self.is_external(name)

    def is_external(self, name: str) -> bool:
        """Whether another service owns it."""
        return any(re.match(pattern_of(glob), name) for glob in self.external)

    def hint(self, name: str) -> str:
        """The nearest name, as a question; "" where none is near."""
        near = difflib.get_close_matches(name, self.names, n=1, cutoff=0.7)
        return (
            f"Did you mean {near[0]!r}?"
            if near
            else "Mend the name, or declare it as external where another service owns the task."
        )


class Lookup:
    """Judges names. `is_strict`: every name that isn't known is wrong, not only those of the unit's own modules."""

    def __init__(
        self, sources: Sources, found: Registered, external: tuple[str, ...] = (), *, is_strict: bool = False
    ) -> None:
        self.known = Known(found.names, external)
        self._sources = sources
        self._names = Names(sources)
        self._is_strict = is_strict and not found.unsure
        self._is_unsure = bool(found.unsure)
        self._by_function = {
            (task.place.path, task.place.line): task.name for task in found.tasks if task.place is not None
        }

    def tells(self, name: str) -> bool:
        """Whether sources can tell if this name is wrong."""
        if self._is_unsure or name.startswith(BUILT_IN) or self.known.is_external(name):
            return False
        module = self._sources.module(name.rpartition(".")[0])
        return self._is_strict or (
            module is not None and module.tree is not None and not module.is_test and "*" not in module.imports
        )

    def problem(self, name: str) -> str:
        """Why no task has this name; "" where one has, or may have."""
        if self.known.has(name) or self._is_reached(name) or not self.tells(name):
            return ""
        origin, _, last = name.rpartition(".")
        module = self._sources.module(origin)
        return self._missing(module, last) if module is not None else "the unit registers no task of this name"

    def _missing(self, module: Module, last: str) -> str:
        there = self._names.found(f"{module.name}.{last}")
        if there is None:
            return f"{module.name} has no {last!r}" if last not in module.imports else ""
        statement = there.bound[0]
        if there.rest or len(there.bound) > 1 or not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return ""
        registered = self._by_function.get((there.module.path, statement.lineno))
        if registered is not None:
            return f"this task is registered as {registered!r}"
        return "" if statement.decorator_list else f"{last} in {there.module.path} is a plain function, and no task"

    def _is_reached(self, name: str) -> bool:
        """Whether a known name is the same but for folders in front, which depend on where the unit is imported from."""
        return name in self._endings or any(ending in self.known.names for ending in _endings(name))

    @cached_property
    def _endings(self) -> frozenset[str]:
        return frozenset(ending for name in self.known.names for ending in _endings(name))


def _endings(name: str) -> list[str]:
    """A dotted name without its first part, its first two parts …, as long as it stays dotted."""
    parts = name.split(".")
    return [".".join(parts[start:]) for start in range(1, len(parts) - 1)]


@lru_cache(maxsize=1000)
def pattern_of(glob: str) -> str:
    """Celery's globs as a regular expression; '*' alone is special in its routes."""
    import fnmatch  # noqa: PLC0415 - only where there are globs

    return fnmatch.translate(glob)
