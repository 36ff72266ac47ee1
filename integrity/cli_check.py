"""The commands `integrity check` and `integrity baseline`."""

from __future__ import annotations

import gc
import os
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from integrity.console import UNITS, settings_of, show
from integrity.errors import ConfigError, ExitCode, UsageError
from integrity.flags import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integrity.report.checkup import Checkup
    from integrity.report.line import Line
    from integrity.settings import RootSettings


@click.command()
@UNITS
@click.option(
    "--select",
    metavar="CODE,…",
    multiple=True,
    help="Look only for these: codes, their slugs, or beginnings of codes, such as REG.",
)
@click.option(
    "--explain",
    metavar="CODE",
    help="Say what a code means, with a wrong and a right example, and end.",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Show findings of level info, notes, and all files that were not examined."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="Write text for people, one JSON document, or annotations for GitHub's runner, to stdout.",
)
@ROOT
def check(units: tuple[str, ...], root: Path | None, format_: str, explain: str | None, **given: Any) -> int:
    """Examine units by their sources alone: no env is made, and nothing of them is imported.

    Without a UNIT all are examined, and what lies in none of them; without units the whole folder. What the units
    declare is looked for, and what needs no declaration.
    """
    if explain is not None:
        return _explain(explain)
    from integrity.commands.check import CheckRequest  # noqa: PLC0415 - `list` and completion don't need it
    from integrity.commands.check import run as examine  # noqa: PLC0415

    gc.disable()  # syntax trees are many and without cycles: the collector would walk them again and again
    wanted = tuple(name for each in given["select"] for name in each.split(",") if name.strip())
    checkup = examine(CheckRequest(selectors=units, select=wanted), _root_settings(root))
    gc.freeze()  # what outlives the command is left to the system
    _print(checkup, format_, verbose=given["verbose"])
    return ExitCode.PASSED if checkup.is_green else ExitCode.FAILED


@click.command()
@UNITS
@click.option("--prune", is_flag=True, help="Only strike off what is not found any more; nothing is added.")
@ROOT
def baseline(units: tuple[str, ...], root: Path | None, *, prune: bool) -> int:
    """Write down what is found already, so that only what is new is an error.

    It takes what sources show, and what the units' tests found in the last run; it lies beside each unit's manifest, in
    integrity-baseline.json. Where the variable CI is set, nothing is ever added.
    """
    from integrity.commands.baseline import BaselineRequest  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.baseline import run as rewrite  # noqa: PLC0415

    in_ci = os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}
    request = BaselineRequest(selectors=units, prune=prune, in_ci=in_ci)
    show(rewrite(request, _root_settings(root)).text())
    return ExitCode.PASSED


def _explain(name: str) -> int:
    from integrity.checks.codes import code_named, nearest_code  # noqa: PLC0415 - only who asks pays for it
    from integrity.report.explained import explained_lines  # noqa: PLC0415

    code = code_named(name)
    if code is None:
        near = nearest_code(name)
        message = f"There is no code {name!r}.{f' Did you mean {near}?' if near else ''}"
        raise UsageError(message, hint="Name a code such as REG101, or its slug, such as duplicate-key.")
    _show(explained_lines(code))
    return ExitCode.PASSED


def _root_settings(root: Path | None) -> RootSettings:
    """The root's settings; a folder that is in no monorepo is one without any configuration."""
    try:
        return settings_of(root, {})
    except ConfigError:
        raise
    except UsageError:
        return settings_of(Path.cwd(), {})


def _print(checkup: Checkup, format_: str, *, verbose: bool) -> None:
    if format_ == "text":
        _show(checkup.lines(verbose=verbose))
        return
    from integrity.report.checkup_document import annotation_lines, document_of  # noqa: PLC0415 - only who asks pays for it
    from integrity.report.document import printed  # noqa: PLC0415

    if format_ == "json":
        click.echo(printed(document_of(checkup)), nl=False)
    else:
        for annotation in annotation_lines(checkup):
            click.echo(annotation)


def _show(lines: Iterable[Line]) -> None:
    from integrity.report.output import Output, is_ci, is_colored  # noqa: PLC0415 - only what is printed pays for it

    stdout = sys.stdout or StringIO()  # None where the caller has closed it
    Output(stdout, color=is_colored(os.environ, stdout), guarded=is_ci(os.environ)).show(lines)
