"""The commands with which one starts: `integrity init` and `integrity new`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from integrity.console import root_of, settings_of, show
from integrity.errors import ExitCode
from integrity.flags import ROOT


@click.command()
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "buildkite"]),
    help="Write what this CI system runs; without it a workflow for GitHub, where there are others.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, as a diff, and write nothing.")
@ROOT
def init(root: Path | None, ci: str | None, *, dry_run: bool) -> int:
    """Adopt the tool in this repository: configuration, noxfile, and a first test for each unit.

    Nothing that is there is changed, but for tables that are added at the end of a pyproject.toml.
    """
    from integrity.commands.init import InitRequest  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.init import run as adopt  # noqa: PLC0415

    request = InitRequest(root=root_of(root), host=os.environ, ci=ci, dry_run=dry_run)
    show(adopt(request).text())
    return ExitCode.PASSED


@click.command()
@click.argument("kind", type=click.Choice(["service", "package"]))
@click.argument("name")
@click.option(
    "--kind",
    "framework",
    type=click.Choice(["django", "fastapi", "flask", "celery", "plain"]),
    default="plain",
    show_default=True,
    help="What it is made with.",
)
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    help="The unit's folder; default: where the root's globs find a unit of this name.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, as a diff, and write nothing.")
@ROOT
def new(root: Path | None, kind: str, **given: Any) -> int:
    """Make a new unit, a service or a package, whose integrity tests pass at once."""
    from integrity.commands.new import NewRequest  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.new import run as make  # noqa: PLC0415
    from integrity.model.unit import Kind  # noqa: PLC0415

    show(make(NewRequest(kind=Kind(kind), **given), settings_of(root, {})).text())
    return ExitCode.PASSED
