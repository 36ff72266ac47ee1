"""What a unit's table says about backing services: its needs and what it serves itself, held against each other and the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from integrity.settings.needs import Around, need_problems, needed
from integrity.settings.serve import serve_problems, served
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from integrity.model.need import Need, Serve


def unit_services(table: Mapping[str, Any], around: Around) -> tuple[tuple[Need, ...], tuple[Serve, ...]]:
    """The needs and processes of a unit's table without problems."""
    return needed(table.get("needs", ()), around), served(table.get("serve", {}), around.place)


def service_problems(table: Mapping[str, Any], around: Around, root: Path) -> list[Problem]:
    """What is wrong with them, where each value by itself is right."""
    found = [*need_problems(table.get("needs", ()), around), *serve_problems(table.get("serve", {}))]
    if found:
        return found
    needs, processes = unit_services(table, around)
    return [*_init_problems(needs, root), *_same_variables(needs, processes), *_same_names(needs, processes)]


def outside(path: Path, root: Path) -> str | None:
    """Where the path really leads, when that is not inside of the root; links are followed, also those in a circle."""
    target = os.path.realpath(path)
    return None if target == str(root) or target.startswith(f"{str(root).rstrip(os.sep)}{os.sep}") else target


def _init_problems(needs: tuple[Need, ...], root: Path) -> Iterator[Problem]:
    for need in needs:
        path = ("needs", need.name, "init")
        for index, name in enumerate(need.init):
            if target := outside(root / name, root):
                message = f'"{name}" in needs.{need.name}.init leads out of the repository, to {target}.'
                yield Problem(path=(*path, index), message=message, hint="Keep a copy of it inside the repository.")
            elif not (root / name).exists():
                message = f'"{name}" in needs.{need.name}.init is not there.'
                yield Problem(path=(*path, index), message=message, hint="Name it as seen from the unit's folder.")


def _same_names(needs: tuple[Need, ...], processes: tuple[Serve, ...]) -> Iterator[Problem]:
    """Reports, and the files of logs, know both by their names."""
    known = {need.name for need in needs}
    for process in processes:
        if process.name in known:
            path = ("serve",) if process.name == "serve" else ("serve", process.name)
            message = f"{process.name} is the name of a need and of a process that the unit serves."
            yield Problem(path=path, message=message, hint="Choose another name for one of them.")


def _same_variables(needs: tuple[Need, ...], processes: tuple[Serve, ...]) -> Iterator[Problem]:
    giver = {name: f"needs.{need.name}" for need in needs for name in need.variables}
    for process in processes:
        label = "serve" if process.name == "serve" else f"serve.{process.name}"
        if process.variable in giver:
            message = f"{process.variable} would be given twice, by {giver[process.variable]} and {label}."
            path = (*label.split("."), "env-var")
            yield Problem(path=path, message=message, hint="Choose another name for one of them.")
        elif process.variable is not None:
            giver[process.variable] = label
