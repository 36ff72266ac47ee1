"""The command that goes on running: `integrity watch`."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from integrity.console import UNITS, root_of, settings_of
from integrity.flags import ROOT, flags_of
from integrity.settings import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@UNITS
@flags_of(*(option.name for option in OPTIONS if option.flag and option.name != "keep"))
@ROOT
@click.pass_obj
def watch(pytest_arguments: tuple[str, ...], /, units: tuple[str, ...], root: Path | None, **given: Any) -> int:
    """Run the units, and run again what a change affects, until Ctrl-C; what follows `--` is given to pytest."""
    from integrity.commands.watch import WatchRequest  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.watch import watch as watch_units  # noqa: PLC0415
    from integrity.report.screen import Screen  # noqa: PLC0415
    from integrity.report.watching import WatchScreen  # noqa: PLC0415

    place = root_of(root)
    screen = Screen.of(os.environ, stderr=sys.stderr, stdout=sys.stdout)
    request = WatchRequest(
        root=place,
        selectors=units,
        pytest_arguments=pytest_arguments,
        host=os.environ,
        settings=lambda: settings_of(place, given),
        view=WatchScreen(screen, lambda: time.strftime("%H:%M:%S")),
        color=screen.color,
    )
    return int(watch_units(request))
