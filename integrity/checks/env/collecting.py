"""Collects all that modules read from the environment, from places that ask, functions that pass a name on, and settings classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterable, Mapping, Sequence

from integrity.checks.adapters.decouple import DECOUPLE, STARLETTE
from integrity.checks.adapters.environ import DJANGO_ENVIRON, ENVIRONS
from integrity.checks.env import classes, direct, libraries, readers
from integrity.checks.env.reads import Asked, Open, Read, Reads, literal_of, text_of

if TYPE_CHECKING:
    from integrity.checks.env.readers import Reader
    from integrity.checks.sources import Module

LIBRARIES = (DJANGO_ENVIRON, ENVIRONS, DECOUPLE, STARLETTE)


def reads_of(modules: Sequence[Module], targets: Iterable[str] = (), siblings: Sequence[Module] = ()) -> Reads:
    """What the modules read. `targets` are readers that are declared; `siblings` are modules of other units, for base classes."""
    collector = _Collector(modules)
    for module in modules:
        collector.take(module.kept(direct.asked))
        collector.opens.extend(module.kept(direct.opened))
    collector.take(libraries.asked(modules, LIBRARIES))
    for target in targets:
        collector.follow(readers.declared_reader(target, collector.by_name))
    fields, opens = classes.fields_of(modules, siblings)
    written = frozenset(name for module in modules for name in module.kept(direct.written))
    return Reads((*collector.reads, *fields), (*collector.opens, *opens), written)


class _Collector:
    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules = modules
        self.by_name: Mapping[str, Module] = {module.name: module for module in modules}
        self.reads: list[Read] = []
        self.opens: list[Open] = []
        self._followed: set[tuple[str, str, str]] = set()
        self._constants: dict[str, dict[str, str]] = {}

    def take(self, places: Iterable[Asked | Open]) -> None:
        for place in places:
            if isinstance(place, Open):
                self.opens.append(place)
            else:
                self._take(place)

    def follow(self, reader: Reader) -> None:
        """Take the calls of a reader, and of the readers that call it, each once."""
        key = (reader.home, reader.name, reader.before)
        if key not in self._followed:
            self._followed.add(key)
            self.take(readers.calls_of(reader, self.modules))

    def _take(self, asked: Asked) -> None:
        name = self._known_name(asked.module, asked.name)
        place = asked.module.place(asked.node)
        if name is not None:
            self.reads.append(
                Read(asked.prefix + name, place, literal_of(asked.default), asked.type, asked.is_required)
            )
        elif (reader := readers.reader_around(asked, asked.module.functions)) is not None:
            self.follow(reader)
            if reader.is_method and reader.name in readers.GENERIC:
                self.opens.append(Open(reader.before, place))
        else:
            self.opens.append(Open(asked.prefix + readers.prefix_of(asked.name), place))

    def _known_name(self, module: Module, node: ast.expr) -> str | None:
        """The name that an expression is: a literal, or a constant of this or another module."""
        if (text := text_of(node)) is not None:
            return text
        dotted = module.dotted(node)
        if not dotted:
            return None
        home, _, constant = dotted.rpartition(".")
        return self._constants_of(self.by_name.get(home, module) if home else module).get(constant)

    def _constants_of(self, module: Module) -> dict[str, str]:
        """The texts that a module gives to names at its outermost level, and only once."""
        if module.path not in self._constants:
            found: dict[str, list[str | None]] = {}
            for assignment in module.assignments:
                if isinstance(assignment, ast.Assign) and assignment.col_offset == 0:
                    for target in assignment.targets:
                        if isinstance(target, ast.Name):
                            found.setdefault(target.id, []).append(text_of(assignment.value))
            self._constants[module.path] = {
                name: texts[0] for name, texts in found.items() if len(texts) == 1 and texts[0] is not None
            }
        return self._constants[module.path]
