"""Which Pythons units ask for, and which are installed (for `doctor`; nothing is downloaded)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from integrity.model.unit import Unit
    from integrity.settings import UnitSettings
    from integrity.system.process import Completed

_LIST = ("python", "list", "--only-installed", "--no-config", "--output-format", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The Python versions of this machine; a `t` at the end marks a free-threaded build."""

    versions: frozenset[str]

    def satisfies(self, request: str) -> bool:
        """Whether one of them is what a unit asks for: `3.13`, `3.13.1`, `3.13t` or a specifier."""
        if request[:1].isdigit():
            wanted, is_free_threaded = request.removesuffix("t"), request.endswith("t")
            return any(
                found.endswith("t") is is_free_threaded and f"{found.removesuffix('t')}.".startswith(f"{wanted}.")
                for found in self.versions
            )
        specifiers = SpecifierSet(request)
        return any(specifiers.contains(found, prereleases=True) for found in self.versions if _is_version(found))


def python_requests(configured: Iterable[tuple[Unit, UnitSettings]]) -> Mapping[str, Sequence[str]]:
    """What units ask for → the paths of those units: their `python`, else their `requires-python` where it is legal."""
    requests: dict[str, list[str]] = {}
    for unit, settings in configured:
        own = settings.python or ((unit.requires_python,) if _is_specifier(unit.requires_python) else ())
        for request in own:
            requests.setdefault(str(request), []).append(unit.path)
    return requests


def installed_pythons(environ: Mapping[str, str], uv: Callable[..., Completed | None]) -> Installed:
    """The interpreters that uv finds, and those of pyenv, which uv finds only while they are switched on."""
    answer = uv(*_LIST)
    versions = _listed(answer.stdout) if answer is not None and answer.status == 0 else set()
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv") / "versions"
    if pyenv.is_dir():
        versions |= {
            folder.name
            for folder in pyenv.iterdir()
            if _is_version(folder.name) and (folder / "bin" / "python").exists()
        }
    return Installed(versions=frozenset(versions))


def _listed(text: str) -> set[str]:
    try:
        entries = json.loads(text)
        return {entry["version"] + ("t" if entry.get("variant") == "freethreaded" else "") for entry in entries}
    except (ValueError, TypeError, KeyError, AttributeError):
        return set()


def _is_specifier(text: str | None) -> bool:
    try:
        return bool(SpecifierSet(text or ""))
    except InvalidSpecifier:
        return False


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
