"""`integrity doctor`: what this machine and the configuration have and lack, each with what to do about it. It changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.commands.clean import size_text
from integrity.commands.diagnosis import Diagnosis, Item, State
from integrity.commands.needed import looked_at
from integrity.commands.pythons import Installed, installed_pythons, python_requests
from integrity.discover import Globs, discover
from integrity.errors import IntegrityError, UnitFault
from integrity.report.words import plural
from integrity.settings import find_root, load_root, unit_settings
from integrity.system.environment import tool_environment, unit_environment
from integrity.system.process import Completed, answer_of
from integrity.system.uv import find_uv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from integrity.model.unit import Unit
    from integrity.settings import RootSettings, UnitSettings

    Ask = Callable[[Sequence[str], Mapping[str, str]], Completed | None]

OLDEST_PYTHON = (3, 11)
ANSWER_S = 20.0
_SCARCE_BYTES = 2 * 1024**3
_TOO_LITTLE_BYTES = 200 * 1024**2
_CI_SYSTEMS = {
    "GITHUB_ACTIONS": "GitHub Actions",
    "GITLAB_CI": "GitLab CI",
    "BUILDKITE": "Buildkite",
    "JENKINS_URL": "Jenkins",
    "TF_BUILD": "Azure Pipelines",
    "TEAMCITY_VERSION": "TeamCity",
    "CI": "some CI",
}


def ask_program(command: Sequence[str], environment: Mapping[str, str]) -> Completed | None:
    """What a program answers; None when it can't be started or takes too long."""
    return answer_of(command, cwd=Path.cwd(), environment=environment, timeout_s=ANSWER_S)


def run(root: Path | None, environ: Mapping[str, str], *, ask: Ask = ask_program) -> Diagnosis:
    """Look at everything; `root` is found from the working directory when it is not given."""
    uv, uv_item = _uv(environ, ask)
    items = [_python(), uv_item, _git(environ, ask), _nox()]
    try:
        settings = load_root(root or find_root(Path.cwd()), environ=environ, flags={})
        units = discover(settings.root, Globs.of(settings)).units
    except IntegrityError as error:
        items.append(
            Item(
                name="configuration",
                state=State.FAIL,
                message=error.message,
                advice=error.hint,
            )
        )
    else:
        installed = installed_pythons(
            environ, lambda *command: ask([uv, *command], tool_environment(environ)) if uv else None
        )
        items += [*_configuration(settings, units, environ, installed), *_places(settings)]
        items += _services(settings, units, environ)
    return Diagnosis(items=(*items, *_temporary(environ), _ci(environ)))


def _python() -> Item:
    found = f"{'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})"
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Item(name="python", state=State.OK, message=found)
    return Item(
        name="python",
        state=State.FAIL,
        message=f"{found} is too old",
        advice="Run integrity under Python 3.11 or later.",
    )


def _uv(environ: Mapping[str, str], ask: Ask) -> tuple[str | None, Item]:
    try:
        binary = str(find_uv(tool_environment(environ)))
    except (IntegrityError, ImportError) as error:
        return None, Item(name="uv", state=State.FAIL, message=str(error), advice="pip install uv")
    answer = ask([binary, "--version"], tool_environment(environ))
    if answer is None or answer.status != 0:
        advice = "pip install --force-reinstall uv"
        return None, Item(name="uv", state=State.FAIL, message=f"{binary} can't be started", advice=advice)
    return binary, Item(name="uv", state=State.OK, message=f"{answer.stdout.strip()} ({binary})")


def _git(environ: Mapping[str, str], ask: Ask) -> Item:
    advice = "Install git; without it runs work, but don't know their commit."
    binary = shutil.which("git", path=environ.get("PATH", os.defpath))
    answer = ask([binary, "--version"], tool_environment(environ)) if binary is not None else None
    if answer is None or answer.status != 0:
        return Item(name="git", state=State.WARN, message="there is no git on PATH", advice=advice)
    return Item(name="git", state=State.OK, message=f"{answer.stdout.strip()} ({binary})")


def _nox() -> Item:
    try:
        return Item(name="nox", state=State.OK, message=version("nox"))
    except PackageNotFoundError:
        advice = "pip install nox; without it only the command `integrity` works."
        return Item(name="nox", state=State.WARN, message="it is not installed beside integrity", advice=advice)


def _configuration(
    settings: RootSettings, units: Sequence[Unit], environ: Mapping[str, str], installed: Installed
) -> Iterator[Item]:
    source = settings.file.name if settings.file is not None else "the defaults"
    configured: list[tuple[Unit, UnitSettings]] = []
    faults = []
    for unit in units:
        try:
            configured.append((unit, _checked(settings, unit, environ)))
        except UnitFault as fault:
            faults.append(fault)
            yield Item(
                name="configuration", state=State.FAIL, message=f"{unit.path}: {fault.message}", advice=fault.hint
            )
    if not units:
        message = f"{settings.root} ({source}) has no units"
        yield Item(
            name="configuration",
            state=State.FAIL,
            message=message,
            advice="Set services and packages in [tool.integrity].",
        )
    elif not faults:
        yield Item(
            name="configuration", state=State.OK, message=f"{settings.root} ({source}), {plural(len(units), 'unit')}"
        )
    yield from _variables(configured, environ)
    yield from _pythons(configured, environ, installed)


def _checked(settings: RootSettings, unit: Unit, environ: Mapping[str, str]) -> UnitSettings:
    """The unit's settings, once its manifest, its table and its env files could be read."""
    if unit.problem is not None:
        raise UnitFault(unit.problem)
    own = unit_settings(settings, unit)
    unit_environment(environ, own, settings.root / unit.path, settings.root)
    return own


def _variables(configured: Sequence[tuple[Unit, UnitSettings]], environ: Mapping[str, str]) -> Iterator[Item]:
    for unit, settings in configured:
        absent = [name for name in settings.pass_env if not {"*", "?"} & set(name) and name not in environ]
        if absent:
            message = f"{unit.path} passes {', '.join(absent)}, which this environment does not set"
            yield Item(
                name="variables",
                state=State.WARN,
                message=message,
                advice="Set it before a run, or take it out of pass-env.",
            )


def _pythons(
    configured: Sequence[tuple[Unit, UnitSettings]], environ: Mapping[str, str], installed: Installed
) -> Iterator[Item]:
    requests = python_requests(configured)
    lacking = {request: paths for request, paths in requests.items() if not installed.satisfies(request)}
    forbidden = environ.get("UV_PYTHON_DOWNLOADS") in {"never", "manual"}
    for request, paths in lacking.items():
        message = f"no Python {request} is installed; {_few(paths)} asks for it"
        advice = (
            f"uv python install '{request}'"
            if forbidden
            else f"uv downloads it when it can; beforehand: uv python install '{request}'"
        )
        yield Item(name="pythons", state=State.FAIL if forbidden else State.WARN, message=message, advice=advice)
    if requests and not lacking:
        yield Item(name="pythons", state=State.OK, message=f"{', '.join(sorted(requests))}: all installed")


def _few(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:3])
    return shown if len(paths) <= 3 else f"{shown} and {len(paths) - 3} more"  # noqa: PLR2004 - what fits a line


def _services(settings: RootSettings, units: Sequence[Unit], environ: Mapping[str, str]) -> Iterator[Item]:
    """The container engine, and each kind of service that units need with where it would come from."""
    looked = looked_at(settings, units, environ)
    engine = looked.engine
    message = f"one answers: {engine.answers_at}" if engine.answers_at else engine.failure
    yield Item(name="container engine", state=State.OK, message=message)
    for service in looked.services:
        found = f"{service.kind} for {_few(service.paths)}: {service.source or 'nobody has it here'}"
        advice = "" if service.source else f"{engine.advice} Or set {service.variable} to the URL of one that runs."
        state = State.OK if service.source else State.FAIL
        yield Item(name="services", state=state, message=found, advice=advice.strip())


def _places(settings: RootSettings) -> Iterator[Item]:
    yield from _writable("root", settings.root, "Let this user write there: .integrity/ is made in it.")
    yield from _writable(
        "results", settings.results, "Let this user write there, or name another folder with --results."
    )
    yield _disk("disk", settings.root, "Free some space, or run `integrity clean`.")


def _temporary(environ: Mapping[str, str]) -> Iterator[Item]:
    folder = Path(environ.get("TMPDIR") or tempfile.gettempdir())
    advice = "Set TMPDIR to a folder with space that this user may write to."
    yield from _writable("temporary", folder, advice)
    yield _disk("temporary", folder, advice)


def _writable(name: str, folder: Path, advice: str) -> Iterator[Item]:
    """A failing item unless a file can be made in the folder, or in the nearest one above it that exists."""
    existing = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=existing):
            return
    except OSError as error:
        yield Item(
            name=name, state=State.FAIL, message=f"no file can be made in {existing}: {error.strerror}", advice=advice
        )


def _disk(name: str, folder: Path, advice: str) -> Item:
    free = shutil.disk_usage(_existing(folder)).free
    message = f"{size_text(free)} free at {folder}"
    if free >= _SCARCE_BYTES:
        return Item(name=name, state=State.OK, message=message)
    return Item(name=name, state=State.FAIL if free < _TOO_LITTLE_BYTES else State.WARN, message=message, advice=advice)


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.absolute().parents) if path.exists()), Path("/"))


def _ci(environ: Mapping[str, str]) -> Item:
    system = next((system for name, system in _CI_SYSTEMS.items() if environ.get(name)), None)
    summary = environ.get("GITHUB_STEP_SUMMARY")
    if summary and not os.access(_existing(Path(summary)), os.W_OK):
        advice = "Let the job's user write there, or unset GITHUB_STEP_SUMMARY."
        return Item(name="ci", state=State.WARN, message=f"the summary can't be written to {summary}", advice=advice)
    return Item(name="ci", state=State.OK, message=system or "none")
