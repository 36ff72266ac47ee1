"""Which Python a unit asks for: explicitly, by `.python-version`, or by what it and its siblings require."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from integrity.envs.faults import env_fault
from integrity.envs.interpreter import no_interpreter
from integrity.model.outcome import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from integrity.envs.env import Allowance, EnvRequest
    from integrity.envs.interpreter import Interpreter, Interpreters
    from integrity.model.unit import Monorepo, Unit
    from integrity.planning.graph import Graph

_VERSION = re.compile(r"\d+(\.\d+){0,2}")
_FLOOR = SpecifierSet(">=3.9")  # what runs inside every env needs it
_TOO_OLD = "3.8.20"


class PythonChooser:
    """Chooses by the first rule that applies; a `.python-version` above the unit that does not fit it is passed over."""

    def __init__(self, interpreters: Interpreters, monorepo: Monorepo, graph: Graph) -> None:
        self._interpreters = interpreters
        self._root = monorepo.root
        self._units = {unit.path: unit for unit in monorepo.units}
        self._graph = graph
        self._pinned: dict[Path, str | None] = {}

    async def choose(self, request: EnvRequest, allowance: Allowance) -> Interpreter:
        """Raises UnitFault when no interpreter fits, or what is asked for contradicts itself."""
        requiring = self._requiring(request)
        required = _specifiers(requiring)
        if request.python is not None:
            return await self._pinned_one(request.unit, request.python, "its [tool.integrity]", required, allowance)
        for folder in self._upwards(request.unit.path):
            if (pin := self._pin(folder)) is None:
                continue
            if folder == self._root / request.unit.path:
                return await self._pinned_one(request.unit, pin, ".python-version", required, allowance)
            found = await self._interpreters.find(_spec(pin, required), allowance)
            if found is not None and required.contains(found.version, prereleases=True):
                return found
        found = await self._interpreters.find(_text(required), allowance)
        if found is None:
            listing = ", ".join(sorted({f"{unit.path} {unit.requires_python}" for unit in requiring}))
            installed = await self._interpreters.installed(allowance.timeout_s)
            floor = f"; what runs the tests needs {_FLOOR}" if set(_FLOOR) <= set(required) else ""
            raise no_interpreter(request.unit.path, f"{_text(required)} (from {listing}{floor})", installed)
        return found

    async def _pinned_one(
        self, unit: Unit, pin: str, origin: str, required: SpecifierSet, allowance: Allowance
    ) -> Interpreter:
        found = await self._interpreters.find(_spec(pin, required), allowance)
        if found is not None and required.contains(found.version, prereleases=True):
            return found
        plain = found or await self._interpreters.find(pin, allowance)
        if plain is None:
            raise no_interpreter(unit.path, pin, await self._interpreters.installed(allowance.timeout_s))
        raise env_fault(
            f"{unit.path} is to run under Python {pin} ({origin}), but it or a sibling requires {_text(required)}",
            hint="Change the one or the other.",
        )

    def _requiring(self, request: EnvRequest) -> list[Unit]:
        paths = self._graph.closure(request.unit.path, request.extras, request.groups)
        units = [
            request.unit,
            *(self._units[path] for path in paths if path in self._units and path != request.unit.path),
        ]
        return [unit for unit in units if unit.requires_python]

    def _upwards(self, path: str) -> Iterator[Path]:
        folder = self._root / path
        yield folder
        while folder != self._root:
            folder = folder.parent
            yield folder

    def _pin(self, folder: Path) -> str | None:
        """The first request in the folder's `.python-version`."""
        if folder not in self._pinned:
            self._pinned[folder] = _first_line(folder / ".python-version")
        return self._pinned[folder]


def _first_line(path: Path) -> str | None:
    try:
        lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError):
        return None
    return next((line for line in lines if line.isprintable() and line), None)


def _specifiers(units: Iterable[Unit]) -> SpecifierSet:
    required = SpecifierSet()
    for unit in units:
        try:
            required &= SpecifierSet(unit.requires_python or "")
        except InvalidSpecifier:
            message = (
                f"{unit.manifest_path or unit.path}: requires-python {unit.requires_python!r} is no version specifier"
            )
            raise env_fault(
                message, hint="Write it as PEP 440 says, such as '>=3.11'.", kind=ErrorKind.CONFIG
            ) from None
    return required & _FLOOR if required.contains(_TOO_OLD) else required


def _text(required: SpecifierSet) -> str:
    return ",".join(sorted({str(specifier) for specifier in required}))


def _spec(pin: str, required: SpecifierSet) -> str:
    """The pin, narrowed to what is required where it is a plain version."""
    if _VERSION.fullmatch(pin) is None:
        return pin
    exact = f"=={pin}" if pin.count(".") == 2 else f"=={pin}.*"  # noqa: PLR2004 - major.minor.patch
    return ",".join(part for part in (exact, _text(required)) if part)
