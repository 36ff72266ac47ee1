"""The commands that take up runs that were left behind: `integrity merge`, `report`, `rerun` and `history`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from integrity.console import say, settings_of, show
from integrity.errors import ExitCode, NothingSelectedError
from integrity.flags import FORMAT, QUIET, ROOT, VERBOSE, flags, flags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from integrity.commands.planned import Ask
    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.model.run import Shard
    from integrity.report.reporter import Reporter
    from integrity.report.screen import Screen
    from integrity.settings import RootSettings

TEXT = "text"
REPORTS = (
    TEXT,
    "json",
    "junit",
    "junit-strict",
    "markdown",
    "html",
    "trace",
    "ctrf",
    "github",
)  # text and all of FORMATS
COMMANDS = "github"  # the format whose lines are meant as commands to a runner


_ONE = click.argument("place", metavar="FROM", type=click.Path(path_type=Path))


@click.command()
@click.argument("places", metavar="FROM...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The plan.json that the shards had; default: the one in what they left, where that is the same in all.",
)
@flags_of("results", "junit-strict", "history")
@FORMAT
@ROOT
def merge(places: tuple[Path, ...], plan: Path | None, root: Path | None, format_: str, **given: Any) -> int:
    """Make one result of what the shards of a run left.

    FROM is a shard's archive, a results folder, or a folder that holds such. Green means that every shard of the plan is
    there, whole, and green.
    """
    from integrity.commands.merge import MergeRequest  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.merge import run as merge_runs  # noqa: PLC0415

    settings = settings_of(root, given)
    done = merge_runs(MergeRequest(places=places, plan=plan, host=os.environ), settings)
    if not done.report.units and not done.report.run.problems:
        say("nothing was planned: no unit is affected")
    _show(done.report, settings.results, format_, _screen())
    say(*(f"warning: {problem}" for problem in done.problems))
    return _exit_code(done.report, done.problems)


@click.command()
@_ONE
@click.option(
    "--format", "format_", type=click.Choice(REPORTS), default=TEXT, show_default=True, help="Which report to make."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it to this file, and not to stdout.",
)
def report(place: Path, format_: str, output: Path | None) -> int:
    """Make any report of a past run again.

    FROM is a results folder, or the archive of a shard. In a file it has the bytes that the run itself wrote; on stdout
    nothing in it is a command to a CI runner, but for those of the format github.
    """
    from integrity.commands.report import run as report_of  # noqa: PLC0415 - only who asks pays for it

    made = report_of(place)
    if output is not None:
        _write(output, made, format_, place)
    elif format_ == TEXT:
        _show(made, place, format_, _screen())
    else:
        _print(made, format_)
    return ExitCode.PASSED


@click.command()
@_ONE
@flags
@QUIET
@VERBOSE
@FORMAT
@ROOT
@click.pass_obj
def rerun(pytest_arguments: tuple[str, ...], /, place: Path, root: Path | None, **given: Any) -> int:
    """Run the units again that were not green; what follows `--` is given to pytest.

    FROM is a results folder, or the archive of a shard. The units are taken as they are now.
    """
    from integrity.commands.planned import Ask  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.rerun import run as look  # noqa: PLC0415

    settings = settings_of(root, given)
    again = look(place, settings)
    say(*again.lines())
    if again.red:
        ask = Ask(reasons=again.reasons(), ids=again.ids(), host=os.environ)
        return conduct(ask, None, settings, pytest_arguments, given)
    if again.gone:
        raise NothingSelectedError(
            "None of these units is here any more.", hint="`integrity list` shows those that are."
        )
    return ExitCode.ERROR if again.problems else ExitCode.PASSED


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice([TEXT, "markdown"]),
    default=TEXT,
    help="Write text for people; or Markdown for the page of a CI run, which is empty where there is nothing to tell.",
)
def history(file: Path, format_: str) -> int:
    """Tell which units were flaky lately, and which became slow.

    FILE is the one that `run --history FILE` and `merge --history FILE` append to.
    """
    from integrity.commands.history import run as told_of  # noqa: PLC0415 - only who asks pays for it

    told = told_of(file)
    if text := told.markdown() if format_ == "markdown" else told.text():
        show(text)
    return ExitCode.PASSED


def conduct(
    ask: Ask, shard: Shard | None, settings: RootSettings, pytest_arguments: tuple[str, ...], given: Mapping[str, Any]
) -> int:
    """Run what is asked for and show it as `--quiet`, `--verbose` and `--format` say; returns the exit code."""
    from integrity.commands.plan import remarks  # noqa: PLC0415 - only who runs anything pays for it
    from integrity.commands.run import RunRequest  # noqa: PLC0415
    from integrity.commands.run import run as run_units  # noqa: PLC0415
    from integrity.report.words import plural  # noqa: PLC0415

    screen = _screen(-1 if given["quiet"] else given["verbose"])
    is_text = given["format_"] != "json"

    def reporters(plan: Plan) -> Sequence[Reporter]:
        if shard is not None:
            say(f"shard {shard}: {plural(len(plan.units), 'unit')} of the plan")
        if shard is None or plan.everything is not None:  # a shard without units says nothing of the plan
            say(*remarks(plan))
        return (screen.reporter(plan),) if is_text else ()

    request = RunRequest(
        ask=ask, shard=shard, pytest_arguments=pytest_arguments, reporters=reporters, color=screen.color
    )
    done = run_units(request, settings)
    if is_text:
        _annotate(done.report)
    _show(done.report, settings.results, given["format_"], screen)
    if done.kept:
        say(
            f"kept: services for {done.kept} needs; `integrity services ps` shows them, `integrity services down` ends them"
        )
    say(*(f"warning: {told}" for told in (*done.warnings, *done.problems)))
    return _exit_code(done.report, done.problems)


def _annotate(made: Report) -> None:
    """Let GitHub show what failed at its place in the change. These lines are commands to its runner, and stay as they are."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from integrity.report.annotations import parts  # noqa: PLC0415 - only there

        click.echo("".join(parts(made)).encode(), nl=False)


def _screen(verbosity: int = 0) -> Screen:
    from integrity.report.screen import Screen  # noqa: PLC0415 - only what is shown pays for it

    return Screen.of(os.environ, stderr=sys.stderr, stdout=sys.stdout, verbosity=verbosity)


def _show(made: Report, place: Path, format_: str, screen: Screen) -> None:
    from integrity.report.document import printed  # noqa: PLC0415 - only what is shown pays for it

    page = place / "report.html"
    if format_ == "json":
        click.echo(printed(made), nl=False)
    else:
        screen.show_end(made, place, page if page.is_file() else None)


def _print(made: Report, name: str) -> None:
    from integrity.report.formats import FORMATS  # noqa: PLC0415 - only what is shown pays for it
    from integrity.report.sanitise import for_ci_log, json_for_stdout  # noqa: PLC0415

    form = FORMATS[name]
    text = "".join(form.parts(made))
    if form.file.endswith(".json"):
        click.echo(json_for_stdout(text), nl=False)
    elif name == COMMANDS:
        click.echo(text.encode("utf-8", "replace"), nl=False)
    else:
        click.echo("\n".join(map(for_ci_log, text.split("\n"))).encode("utf-8", "replace"), nl=False)


def _write(output: Path, made: Report, name: str, place: Path) -> None:
    from integrity.report.document import write_output  # noqa: PLC0415 - only what is written pays for it
    from integrity.report.final import end_lines  # noqa: PLC0415
    from integrity.report.formats import FORMATS, encoded  # noqa: PLC0415
    from integrity.report.line import plain  # noqa: PLC0415

    if name == TEXT:
        parts: Iterable[str] = (f"{plain(line)}\n" for line in end_lines(made, os.path.relpath(place)))
    else:
        parts = FORMATS[name].parts(made)
    write_output(output, encoded(parts))


def _exit_code(made: Report, unwritten: Sequence[str]) -> int:
    code = made.run.exit_code
    return int(ExitCode.ERROR if unwritten and code in {ExitCode.PASSED, ExitCode.FAILED} else code)
