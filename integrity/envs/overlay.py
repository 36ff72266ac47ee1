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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.envs.interpreter import Interpreter
    from integrity.envs.layer import Layer
    from integrity.envs.project import Project

FORMAT = 1  # raise it when the same inputs have to give other files
STAMP = "integrity.json"


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


def env_name(unit: str, path: str, python: str | None) -> str:
    """The name of a unit's env folder: readable, and unique for its path and the Python that was asked for."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", unit).strip(".-")[:40] or "unit"
    return f"{safe}-{hashlib.sha256(json.dumps([path, python]).encode()).hexdigest()[:8]}"


async def ensure(overlay: Overlay, *, timeout_s: float) -> bool:
    """Bring the folder up to date; whether it had to be written. Safe against other runs, and a kill at any moment."""
    stamp = _stamp(overlay)
    if _stands(overlay, stamp):
        return False
    overlay.directory.parent.mkdir(parents=True, exist_ok=True)
    async with locked(overlay.directory.with_name(f"{overlay.directory.name}.lock"), timeout_s=timeout_s):
        if not _stands(overlay, stamp):
            _swap_in(overlay, stamp)
    return True


def _stands(overlay: Overlay, stamp: str) -> bool:
    try:
        return (
            (overlay.directory / STAMP).read_text(encoding="utf-8") == stamp
            and overlay.python.readlink() == overlay.interpreter.path
            and overlay.path_file.read_text(encoding="utf-8") == path_lines(overlay)
        )
    except (OSError, ValueError):
        return False


def _stamp(overlay: Overlay) -> str:
    """A digest of all that the files are made from."""
    projects = [(str(p.unit.path), p.version, p.metadata, p.entry_points, str(p.editable)) for p in overlay.projects]
    made_from = [
        FORMAT,
        str(overlay.directory),
        overlay.interpreter.identity,
        overlay.layer.digest,
        path_lines(overlay),
        projects,
    ]
    return (
        json.dumps(
            {"made_from": hashlib.sha256(json.dumps(made_from).encode()).hexdigest(), "layer": overlay.layer.digest}
        )
        + "\n"
    )


def path_lines(overlay: Overlay) -> str:
    """The text of the path file. The order bears load: own source, siblings', the layer, editables, and `inside` last."""
    source = [str(path) for project in overlay.projects for path in project.paths]
    editables = [str(project.editable) for project in overlay.projects if project.editable is not None]
    sites = [f"import site; site.addsitedir({folder!r})" for folder in (str(overlay.layer.site_packages), *editables)]
    return "".join(f"{line}\n" for line in (*dict.fromkeys(source), *sites, str(overlay.inside)))


def _swap_in(overlay: Overlay, stamp: str) -> None:
    with temporary_beside(overlay.directory.parent, overlay.directory.name) as temporary:
        _write(overlay, temporary)
        (temporary / STAMP).write_text(stamp, encoding="utf-8")
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
