"""Puts the sources in order: default → root → unit → variable → flag. A later one takes the place of an earlier one."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from integrity.errors import ConfigError, UnitFault
from integrity.model.outcome import ErrorKind, UnitError
from integrity.settings.change_options import IGNORED_INPUTS
from integrity.settings.kinds import KINDS
from integrity.settings.needs import Around
from integrity.settings.option import Option, Scope, Type
from integrity.settings.options import OPTIONS
from integrity.settings.own_kinds import own_kind_problems, own_kinds
from integrity.settings.services import outside, service_problems, unit_services
from integrity.settings.sources import ConfigFile, flag_values, option_named, read_config, root_file, variables
from integrity.settings.values import converted
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.model.need import Kind, Need, Serve
    from integrity.model.unit import Unit

Missing = Literal["error", "warn", "baseline"]
ProviderChoice = Literal["auto", "docker", "embedded", "external"]
BASELINE = "integrity-baseline.json"
_RESERVED_FOLDERS = (".git", ".integrity")


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSettings:
    """What holds for the whole run. `root` and `results` are absolute; `jobs` is at least 1.

    `file`, `shared`, `variables` and `flags` are what units inherit, by option name: the root's file and its values,
    and the values that variables and flags give. `kinds` are those that ship and the root's own, by name.
    `known_missing` are the paths of units that the baseline knows to have no test file.
    """

    root: Path
    results: Path
    services: tuple[str, ...] = ("services/*",)
    packages: tuple[str, ...] = ("packages/*",)
    exclude: tuple[str, ...] = ()
    shared_inputs: tuple[str, ...] = ()
    ignored_inputs: tuple[str, ...] = IGNORED_INPUTS
    missing: Missing = "error"
    known_missing: frozenset[str] = frozenset()
    jobs: int = 1
    retries: int = 0
    fail_fast: bool = False
    junit_strict: bool = False
    refresh: bool = False
    history: Path | None = None
    provider: ProviderChoice = "auto"
    keep: bool = False
    allow_remote: bool = False
    image_prefix: str = ""
    kinds: Mapping[str, Kind] = field(default_factory=lambda: KINDS, repr=False)
    file: ConfigFile | None = field(default=None, repr=False)
    shared: Mapping[str, Any] = field(default_factory=dict, repr=False)
    variables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    flags: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSettings:
    """What holds for one unit. Paths are relative to the unit's folder, and may lead to another folder of the repository.

    `is_known_missing`: `missing` is `baseline`, and the baseline lists the unit.
    """

    test_file: tuple[str, ...] = ("test_integrity.py",)
    env: Mapping[str, str] = field(default_factory=dict)
    env_file: tuple[str, ...] = ()
    pass_env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    timeout_s: float = 300.0
    env_timeout_s: float = 600.0
    service_timeout_s: float = 120.0
    workers: int | Literal["auto"] = 0
    python: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    allow_skipped: bool = False
    missing: Missing = "error"
    is_known_missing: bool = False
    exclusive: bool = False
    keep_together: str = ""
    extra_inputs: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    serve: tuple[Serve, ...] = ()


def load_root(root: Path, *, environ: Mapping[str, str], flags: Mapping[str, Any]) -> RootSettings:
    """The settings of the root, from its file, the INTEGRITY_… variables and the flags (by option name; None: not given).

    Raises ConfigError with every problem of the file, each with file:line, and UsageError for a variable or flag.
    """
    root = root.resolve()
    file = root_file(root)
    shared, from_variables, from_flags = _root_table(root, file), variables(environ), flag_values(flags)
    layers = (shared, from_variables, from_flags)
    values = {option.attribute: _resolved(option, layers) for option in OPTIONS if _is_root_field(option)}
    values["jobs"] = values["jobs"] or usable_cpus()
    values["results"] = root / values["results"]
    values["history"] = root / values["history"] if values["history"] else None
    values["kinds"] = {**KINDS, **own_kinds(values["kinds"])}
    values["known_missing"] = _known_missing(root)
    settings = RootSettings(root=root, file=file, shared=shared, variables=from_variables, flags=from_flags, **values)
    _refuse_results(settings)
    return settings


def unit_settings(root: RootSettings, unit: Unit) -> UnitSettings:
    """The settings of one unit. Raises UnitFault with every problem of its table, each with file:line."""
    table = _unit_table(root, unit)
    layers = (_inherited(root, unit), table, root.variables, root.flags)
    values = {option.name: _resolved(option, layers) for option in OPTIONS if _is_unit_field(option)}
    stray = next(_files_outside(values, root.root / unit.path, root.root), None)
    if stray is not None:
        file = _unit_file(root, unit) if stray.path[0] in table else root.file
        raise _fault(file, unit, [stray])
    values["needs"], values["serve"] = _services(root, unit, values)
    attributes = {option_named(name).attribute: value for name, value in values.items()}
    is_known_missing = attributes["missing"] == "baseline" and unit.path in root.known_missing
    return UnitSettings(**attributes, is_known_missing=is_known_missing)


def origins(root: RootSettings, unit: Unit | None = None) -> Mapping[str, str]:
    """Where each value of the unit (without one: of the root) comes from, by option name.

    `default`, `pyproject.toml:12`, `INTEGRITY_TIMEOUT` or `--timeout`; several, joined by a comma, for options that add up.
    """
    if unit is None:
        return {option.name: _origin(option, root, None) for option in OPTIONS if _is_root_field(option)}
    file = _unit_file(root, unit)
    return {option.name: _origin(option, root, file) for option in OPTIONS if _is_unit_field(option)}


def usable_cpus() -> int:
    """How many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _known_missing(root: Path) -> frozenset[str]:
    """The units that the root's baseline knows to have no test file."""
    if not (root / BASELINE).exists():
        return frozenset()
    from integrity.checks.baseline import WrongBaseline, read_baseline  # noqa: PLC0415 - only who has one pays for it

    try:
        return frozenset(read_baseline(str(root)).missing)
    except WrongBaseline as problem:
        raise ConfigError(str(problem), hint="Mend it, or write it anew with `integrity baseline`.") from None


def _is_root_field(option: Option) -> bool:
    return Scope.UNIT not in option.scopes or option.name == "missing"


def _is_unit_field(option: Option) -> bool:
    return Scope.UNIT in option.scopes and option.type is not Type.DECLARED  # these the check library reads itself


def _resolved(option: Option, layers: tuple[Mapping[str, Any], ...]) -> Any:
    given = [layer[option.name] for layer in layers if option.name in layer]
    if not option.adds_up:
        return given[-1] if given else option.default
    if option.type is Type.MAPPING:
        return {name: content for layer in given for name, content in layer.items()}
    return tuple(dict.fromkeys(item for layer in given for item in layer))


def _root_table(root: Path, file: ConfigFile | None) -> Mapping[str, Any]:
    if file is None:
        return {}
    found = file.problems(Scope.ROOT)
    table = {} if found else _converted_table(file.table)
    found = found or [
        *_files_outside({"env-file": table.get("env-file", ())}, root, root),
        *own_kind_problems(table.get("kinds", {})),
    ]
    if found:
        message, hint = file.report(found)
        raise ConfigError(message, hint=hint)
    return table


def _unit_table(root: RootSettings, unit: Unit) -> Mapping[str, Any]:
    if unit.path == ".":
        return {}  # the root's own table has been read as the root's
    table = unit.table or _stated(unit)
    found = ConfigFile(name=unit.path, text="", table=table).problems(Scope.UNIT)
    if found:
        raise _fault(_unit_file(root, unit), unit, found)
    return _converted_table(table)


def _services(root: RootSettings, unit: Unit, values: Mapping[str, Any]) -> tuple[tuple[Need, ...], tuple[Serve, ...]]:
    if not values["needs"] and not values["serve"]:
        return (), ()
    file = _unit_file(root, unit) or ConfigFile(name=f"{unit.path}/pyproject.toml", text="")
    around = Around(kinds=root.kinds, folder=unit.path, timeout_s=values["service-timeout"], place=file.place)
    found = service_problems(values, around, root.root)
    if found:
        raise _fault(file, unit, found)
    return unit_services(values, around)


def _stated(unit: Unit) -> Any:
    """What the manifest has in the place of the table, which may be something else than a table."""
    tool = unit.document.get("tool")
    return tool.get("integrity", {}) if isinstance(tool, dict) else {}


def _fault(file: ConfigFile | None, unit: Unit, found: list[Problem]) -> UnitFault:
    message, hint = (file or ConfigFile(name=unit.path, text="")).report(found)
    return UnitFault(UnitError(kind=ErrorKind.CONFIG, message=message, hint=hint))


def _unit_file(root: RootSettings, unit: Unit) -> ConfigFile | None:
    """The file in which the unit's table stands, read again for the lines of its keys."""
    if unit.path == ".":
        return None
    name = f"{unit.path}/pyproject.toml"
    try:
        return read_config(root.root / name, name=name, prefix=("tool", "integrity"))
    except ConfigError:
        return None


def _converted_table(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: converted(option_named(key), value) for key, value in table.items()}


def _inherited(root: RootSettings, unit: Unit) -> Mapping[str, Any]:
    """The root's values for this unit: files as seen from its folder, and of extras and groups those that it has."""
    has = {
        "extras": {_normalised(dependency.extra) for dependency in unit.dependencies if dependency.extra},
        "groups": {_normalised(dependency.group) for dependency in unit.dependencies if dependency.group},
    }
    values = dict(root.shared)
    for key, names in has.items():
        if key in values:
            values[key] = tuple(name for name in values[key] if _normalised(name) in names)
    if "env-file" in values:
        values["env-file"] = tuple(posixpath.relpath(name, unit.path) for name in values["env-file"])
    return values


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _files_outside(values: Mapping[str, Any], directory: Path, root: Path) -> Iterator[Problem]:
    """Files that lie outside the repository, also where only a symbolic link leads out."""
    for key in sorted({"env-file", "test-file"} & values.keys()):
        for index, name in enumerate(values[key]):
            if target := outside(directory / name, root):
                message = f'"{name}" in {key} leads out of the repository, to {target}.'
                yield Problem(path=(key, index), message=message, hint="Keep a copy of the file inside the repository.")


def _refuse_results(settings: RootSettings) -> None:
    """Only a flag or variable may name a folder outside the repository, and nobody one that holds anything else."""
    source = _origin(option_named("results"), settings, None)
    target = settings.results.resolve()
    given = settings.flags.get("results", settings.variables.get("results"))
    if not target.is_relative_to(settings.root) and not (given and Path(given).is_absolute()):
        hint = "Name a folder below the root, or give an absolute path with --results."
        raise ConfigError(f"{source}: the results would be written outside the repository, to {target}.", hint=hint)
    if settings.root.is_relative_to(target) or any(
        target.is_relative_to(settings.root / name) for name in _RESERVED_FOLDERS
    ):
        message = f"{source}: {target} can't hold the results, which are written anew by each run."
        raise ConfigError(message, hint="Name a folder of its own, such as integrity-results.")


def _origin(option: Option, root: RootSettings, unit_file: ConfigFile | None) -> str:
    places = []
    if option.name in root.shared and root.file is not None:
        places.append(root.file.place((option.name,)))
    if unit_file is not None and isinstance(unit_file.table, dict) and option.name in unit_file.table:
        places.append(unit_file.place((option.name,)))
    if option.name in root.variables:
        places.append(str(option.variable))
    if option.name in root.flags:
        places.append(str(option.flag))
    if not places:
        return "default"
    return ", ".join(places) if option.adds_up else places[-1]
