"""The health paths that a unit declares: in its configuration, by how it is served, in its container files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping

from integrity.checks.model import Place
from integrity.checks.routes.commands import commands_of, paths_asked
from integrity.checks.routes.demands import HealthPath
from integrity.checks.unit import table_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.routes.model import Live, Route


def health_paths(unit: Unit, declared: Mapping[str, Any]) -> dict[str, Place]:
    """Each path with the place where it is declared first."""
    found: dict[str, Place] = {}
    for path in (*declared.get("health", ()), *_served(table_of(unit).get("serve"))):
        found.setdefault(path, _place_in_manifest(unit, path))
    for command in commands_of(unit.sources):
        for path in paths_asked(command) if command.is_own else ():
            found.setdefault(path, command.place)
    return found


def resolved(paths: Mapping[str, Place], lives: Iterable[Live]) -> tuple[HealthPath, ...]:
    """The paths with the routes that a GET resolves to."""
    tables = list(lives)
    return tuple(HealthPath(path, place, _resolved(path, tables)) for path, place in paths.items())


def _resolved(path: str, lives: list[Live]) -> Route | None:
    plain = path.partition("?")[0]
    positions = [(live, live.resolve("GET", "", plain)) for live in lives]
    return next((live.table.routes[position] for live, position in positions if position is not None), None)


def _served(serve: Any) -> Iterator[str]:
    """The paths of `ready = { http = … }` of the processes that the unit is served by."""
    if isinstance(serve, Mapping):
        ready = serve.get("ready")
        if isinstance(ready, Mapping) and isinstance(ready.get("http"), str):
            yield ready["http"]
        for process in serve.values():
            if isinstance(process, Mapping) and "command" in process:
                yield from _served({"ready": process.get("ready")})


def _place_in_manifest(unit: Unit, path: str) -> Place:
    manifest = unit.sources.from_unit("pyproject.toml")
    quoted = (f'"{path}"', f"'{path}'")
    try:
        lines = unit.sources.text(manifest).splitlines()
    except OSError:
        return Place(manifest)
    return Place(
        manifest, next((number for number, line in enumerate(lines, 1) if any(each in line for each in quoted)), None)
    )
