"""Reads and writes `*.dist-info`: the files by which a package's name, version and entry points are known."""

from __future__ import annotations

import re
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from typing import TYPE_CHECKING

from integrity.model.unit import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.envs.project import EntryPoints, Project


def folder_name(distribution: str, version: str) -> str:
    """The name of the folder, as the binary distribution format spells it."""
    return f"{re.sub(r'[-_.]+', '_', distribution).lower()}-{version}.dist-info"


def files_of(project: Project, folder: Path) -> dict[str, str]:
    """The files (by their path under site-packages) that make `project` an installed, editable distribution."""
    if project.metadata is None or project.version is None or project.unit.distribution is None:
        return {}
    name = folder_name(project.unit.distribution, project.version)
    files = {
        f"{name}/METADATA": project.metadata,
        f"{name}/INSTALLER": "integrity\n",
        f"{name}/direct_url.json": f'{{"url": "{folder.as_uri()}", "dir_info": {{"editable": true}}}}\n',
    }
    if project.entry_points:
        files[f"{name}/entry_points.txt"] = _entry_points_text(project.entry_points)
    record = f"{name}/RECORD"
    return {**files, record: "".join(f"{path},,\n" for path in (*files, record))}


def _entry_points_text(groups: EntryPoints) -> str:
    sections = (
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in groups.items()
    )
    return "\n".join(sections)


def installed(site_packages: Path) -> dict[str, Path]:
    """The distributions in a folder: normalised name → its dist-info folder."""
    found = {}
    for path in sorted(site_packages.glob("*.dist-info")):
        found[normalised(path.name.removesuffix(".dist-info").rpartition("-")[0])] = path
    return found


def version_of(dist_info: Path) -> str:
    """The version that the folder's name says."""
    return dist_info.name.removesuffix(".dist-info").rpartition("-")[2]


def entry_points_of(dist_info: Path) -> Mapping[str, Mapping[str, str]]:
    """Entry points by group; a file that can't be read has none, as importlib.metadata would find."""
    try:
        text = (dist_info / "entry_points.txt").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    parser = ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment] # names keep their case
    try:
        parser.read_string(text)
    except ConfigParserError:
        return {}
    return {section: dict(parser[section]) for section in parser.sections()}


def requirements_of(dist_info: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What METADATA says in `Requires-Dist` and in `Provides-Extra`."""
    header = (dist_info / "METADATA").read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
    fields = [line.partition(": ") for line in header.splitlines()]
    stated = {
        name: tuple(value.strip() for key, _, value in fields if key.lower() == name)
        for name in ("requires-dist", "provides-extra")
    }
    return stated["requires-dist"], stated["provides-extra"]
