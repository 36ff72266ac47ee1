"""Arguments → command → exit code. The only reader of `os.environ`, and the only place that prints errors."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from integrity import __version__
from integrity.cli_check import baseline, check
from integrity.cli_plan import explain, plan
from integrity.cli_runs import conduct, history, merge, report, rerun
from integrity.cli_start import init, new
from integrity.cli_watch import watch
from integrity.console import UNITS, say, settings_of, shard_of, show, show_json
from integrity.discover import Globs, discover
from integrity.errors import ExitCode, IntegrityError
from integrity.flags import CHANGED, FORMAT, PLAN, QUIET, ROOT, SHARD, VERBOSE, flags, flags_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


# What a person mends on their machine; any other error of the system is a bug.
_OF_THE_MACHINE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EEXIST, errno.ENOTDIR}
)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    arguments, pytest_arguments = split(sys.argv[1:])
    try:
        code = cli.main(arguments, prog_name="integrity", standalone_mode=False, obj=pytest_arguments)
    except click.exceptions.Exit as ending:
        code = ending.exit_code
    except click.ClickException as problem:
        problem.show(sys.stderr)
        code = ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except IntegrityError as problem:
        say(f"error: {problem.message}", *([f"hint: {problem.hint}"] if problem.hint else []))
        code = problem.exit_code
    except OSError as problem:
        code = _refused(problem) if problem.errno in _OF_THE_MACHINE else _bug()
    except Exception:  # noqa: BLE001 - whatever arrives here is a bug
        code = _bug()
    _flush()
    if code == ExitCode.INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done; who asked twice gets the same exit code
    sys.exit(int(code or 0))


def _flush() -> None:
    """Write out what is printed; where nobody reads any more, Python itself would end with 120 for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def split(arguments: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Our arguments, and what follows the first `--`, which is pytest's."""
    if "--" not in arguments:
        return list(arguments), ()
    place = list(arguments).index("--")
    return list(arguments[:place]), tuple(arguments[place + 1 :])


def _refused(problem: OSError) -> ExitCode:
    say(
        f"error: {problem.filename or 'a file'} can't be written: {problem.strerror}",
        "hint: `integrity doctor` shows folders without permission or space; --results names another one for the results.",
    )
    return ExitCode.ERROR


def _bug() -> ExitCode:
    traceback.print_exc()
    say("This is a bug of integrity; please report it with the lines above.")
    return ExitCode.BUG


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="integrity")
def cli() -> None:
    """Keep the registries and configuration of a Python monorepo true.

    UNIT is a name, a path, a glob, kind:service or kind:package, `...name` for a unit with its dependencies,
    `name...` for it with its dependents.
    """


@cli.command()
@UNITS
@flags
@QUIET
@VERBOSE
@CHANGED
@PLAN
@SHARD
@FORMAT
@ROOT
@click.pass_obj
def run(pytest_arguments: tuple[str, ...], /, units: tuple[str, ...], root: Path | None, **given: Any) -> int:
    """Run the units' integrity tests; what follows `--` is given to pytest."""
    from integrity.commands.planned import Ask  # noqa: PLC0415 - `list` and completion don't need it
    from integrity.planning.shard import Sharding  # noqa: PLC0415

    shard = shard_of(given["shard"])
    ask = Ask(
        selectors=units,
        changed=given["changed"],
        sharding=Sharding(shards=shard.total if shard else None),
        plan=given["plan"],
        host=os.environ,
    )
    return conduct(ask, shard, settings_of(root, given), pytest_arguments, given)


@cli.command(name="list")
@FORMAT
@ROOT
def list_units(root: Path | None, format_: str) -> int:
    """Show units, their kinds, the edges between them, and what was passed over and why."""
    from integrity.commands.list import run as listing_of  # noqa: PLC0415

    gc.disable()  # a few hundred thousand small values live to the end of the process: looking for garbage is a tenth of it
    settings = settings_of(root, {})
    listing = listing_of(discover(settings.root, Globs.of(settings)))
    if format_ == "json":
        show_json(listing.as_json())
    else:
        show(listing.text())
    return ExitCode.PASSED


cli.add_command(baseline)
cli.add_command(check)
cli.add_command(explain)
cli.add_command(history)
cli.add_command(init)
cli.add_command(merge)
cli.add_command(new)
cli.add_command(plan)
cli.add_command(report)
cli.add_command(rerun)
cli.add_command(watch)


@cli.command()
@FORMAT
@ROOT
def doctor(root: Path | None, format_: str) -> int:
    """Say what this machine and configuration have and lack, and what to do about it."""
    from integrity.commands.doctor import run as diagnose  # noqa: PLC0415

    diagnosis = diagnose(root, os.environ)
    if format_ == "json":
        show_json(diagnosis.as_json())
    else:
        show(diagnosis.text())
    return int(diagnosis.exit_code)


@cli.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@ROOT
def clean(root: Path | None, *, dry_run: bool) -> int:
    """Remove what the tool made: envs, caches and results.

    Services that were left running are ended first.
    """
    from integrity.commands.clean import run as clean_up  # noqa: PLC0415

    show(clean_up(settings_of(root, {}), os.environ, dry_run=dry_run).text())
    return ExitCode.PASSED


@cli.group()
def services() -> None:
    """Start, show and end the backing services of units, for developing against them."""


@services.command(name="up")
@UNITS
@flags_of("provider")
@ROOT
def services_up(units: tuple[str, ...], root: Path | None, **given: Any) -> int:
    """Start what the units need and leave it running; prints the variables as lines for a shell."""
    from integrity.commands.services import up  # noqa: PLC0415 - only who asks pays for it

    show(up(settings_of(root, given), units, os.environ, say).exports())
    return ExitCode.PASSED


@services.command(name="ps")
@UNITS
@FORMAT
@ROOT
def services_ps(units: tuple[str, ...], root: Path | None, format_: str) -> int:
    """Show what `services up` and `run --keep` left running, and how to connect to it."""
    from integrity.commands.services import ps  # noqa: PLC0415 - only who asks pays for it

    holdings = ps(settings_of(root, {}), units, os.environ)
    if format_ == "json":
        show_json(holdings.as_json())
    else:
        show(holdings.text())
    return ExitCode.PASSED


@services.command(name="down")
@UNITS
@ROOT
def services_down(units: tuple[str, ...], root: Path | None) -> int:
    """End what `services up` and `run --keep` left running."""
    from integrity.commands.services import down  # noqa: PLC0415 - only who asks pays for it

    show("\n".join(down(settings_of(root, {}), units, os.environ)) or "no services are up")
    return ExitCode.PASSED


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script of a shell, for example: eval "$(integrity completion bash)"."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(cli, {}, "integrity", "_INTEGRITY_COMPLETE").source())
    return ExitCode.PASSED
