"""A unit's env on disk: a few small files that put a layer and first-party source together. Written whole, swapped in, reused."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.envs.distinfo import entry_points_of, files_of, installed
from integrity.envs.once import locked
from integrity.envs.places import put_in_place, temporary_beside
from integrity.envs.scripts import console_script, rebased_script
from integrity.envs.sealed import Contents, contents_of, is_whole
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.envs.env import EnvRequest
    from integrity.envs.interpreter import Interpreter
    from integrity.envs.layer import Layer
    from integrity.envs.project import Project

FORMAT = 2  # raise it when the same inputs have to give other files
SEAL = "integrity.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What an env is made of. `projects` are the unit itself and its siblings, nearest first; `inside` comes last on the path."""

    directory: Path
    root: Path
    interpreter: Interpreter
    layer: Layer
    projects: tuple[Project, ...]
    inside: Path

    @property
    def python(self) -> Path:
        """The env's interpreter."""
        return self.directory / "bin" / "python"

    @property
    def path_file(self) -> Path:
        """The file from which Python takes the env's path."""
        return self.directory / self.interpreter.site / "_integrity.pth"


class _Seal(Record, frozen=True, kw_only=True, tag="integrity.overlay/1"):
    """What a finished env was made from and holds."""

    made_from: str
    contents: Contents


def env_name(request: EnvRequest) -> str:
    """The name of a unit's env folder: readable, and unique for the unit and for what is asked for.

    Runs that ask for different things at the same time do not change each other's env.
    """
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", request.unit.name).strip(".-")[:40] or "unit"
    asked = [request.unit.path, request.python, sorted(request.extras), sorted(request.groups), request.workers]
    return f"{safe}-{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:8]}"


async def ensure(overlay: Overlay, *, timeout_s: float) -> bool:
    """Bring the folder up to date; whether it had to be written. Safe against other runs, and a kill at any moment."""
    made_from = _made_from(overlay)
    if _stands(overlay, made_from):
        return False
    overlay.directory.parent.mkdir(parents=True, exist_ok=True)
    async with locked(overlay.directory.with_name(f"{overlay.directory.name}.lock"), timeout_s=timeout_s):
        if not _stands(overlay, made_from):
            _swap_in(overlay, made_from)
    return True


def _stands(overlay: Overlay, made_from: str) -> bool:
    seal = read_record(overlay.directory / SEAL, _Seal)
    return (
        seal is not None
        and seal.made_from == made_from
        and is_whole(overlay.directory, seal.contents, "bin", overlay.interpreter.site)
    )


def _made_from(overlay: Overlay) -> str:
    """A digest of all that the files are made from."""
    interpreter = overlay.interpreter
    projects = [(str(p.unit.path), p.version, p.metadata, p.entry_points, str(p.editable)) for p in overlay.projects]
    made_from = [
        FORMAT,
        str(overlay.directory),
        [str(interpreter.path), str(interpreter.path.resolve()), interpreter.identity],
        overlay.layer.digest,
        path_lines(overlay),
        projects,
    ]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def path_lines(overlay: Overlay) -> str:
    """The text of the path file. The order bears load: own source, siblings', the layer, editables, and `inside` last."""
    source = [str(path) for project in overlay.projects for path in project.paths]
    editables = [str(project.editable) for project in overlay.projects if project.editable is not None]
    sites = [f"import site; site.addsitedir({folder!r})" for folder in (str(overlay.layer.site_packages), *editables)]
    return "".join(f"{line}\n" for line in (*dict.fromkeys(source), *sites, str(overlay.inside)))


def _swap_in(overlay: Overlay, made_from: str) -> None:
    with temporary_beside(overlay.directory.parent, overlay.directory.name) as temporary:
        _write(overlay, temporary)
        write_record(temporary / SEAL, _Seal(made_from=made_from, contents=contents_of(temporary)))
        put_in_place(temporary, overlay.directory)


def _write(overlay: Overlay, folder: Path) -> None:
    interpreter = overlay.interpreter
    site_packages = folder / interpreter.site
    programs = folder / "bin"
    site_packages.mkdir(parents=True)
    programs.mkdir()
    for name in ("python", "python3", f"python{'.'.join(interpreter.version.split('.')[:2])}"):
        (programs / name).symlink_to(interpreter.path)
    (folder / "pyvenv.cfg").write_text(
        f"home = {interpreter.path.parent}\ninclude-system-site-packages = false\nversion = {interpreter.version}\n"
        f"executable = {interpreter.path.resolve()}\n",
        encoding="utf-8",
    )
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (site_packages / "_integrity.pth").write_text(path_lines(overlay), encoding="utf-8")
    for project in overlay.projects:
        for path, content in files_of(project, overlay.root / project.unit.path).items():
            (site_packages / path).parent.mkdir(exist_ok=True)
            (site_packages / path).write_text(content, encoding="utf-8")
    for name, program in _programs(overlay).items():
        _write_program(programs / name, program)


def _programs(overlay: Overlay) -> Mapping[str, str | Path]:
    """Name → the script's text, or the file that it links to. First-party scripts win over those of the layer."""
    programs: dict[str, str | Path] = {}
    for name in overlay.layer.programs:
        programs[name] = rebased_script(overlay.layer.folder / "bin" / name, overlay.python)
    for name, target in overlay.layer.scripts.items():
        programs[name] = console_script(overlay.python, target)
    for project in reversed(overlay.projects):
        for name, target in _scripts(project):
            programs[name] = console_script(overlay.python, target)
    return {name: content for name, content in programs.items() if "/" not in name and not name.startswith("python")}


def _scripts(project: Project) -> Iterator[tuple[str, str]]:
    groups = [project.entry_points]
    if project.editable is not None:
        groups = [entry_points_of(path) for path in installed(project.editable).values()]
    for group in groups:
        yield from {**group.get("gui_scripts", {}), **group.get("console_scripts", {})}.items()


def _write_program(path: Path, content: str | Path) -> None:
    if isinstance(content, Path):
        path.symlink_to(content)
        return
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    path.chmod(0o755)
