"""The commands that say what would run, and why: `integrity plan` and `integrity explain`."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from integrity.console import UNIT, UNITS, say, settings_of, show, show_json
from integrity.errors import ExitCode, UsageError
from integrity.flags import CHANGED, FORMAT, ROOT
from integrity.planning.limits import MOST_SHARDS


@click.command()
@UNITS
@CHANGED
@click.option(
    "--shards", type=click.IntRange(1, MOST_SHARDS), metavar="N", help="Spread the units over this many shards."
)
@click.option(
    "--target-minutes",
    type=click.FloatRange(0, min_open=True),
    metavar="M",
    help="Spread the units over as many shards as it takes for each to last about this long.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github", "gitlab", "buildkite"]),
    default="text",
    help="Write text for people; json: the plan itself; or what this CI system starts the shards from.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan itself to this file too.",
)
@ROOT
def plan(units: tuple[str, ...], changed: str | None, root: Path | None, **given: Any) -> int:
    """Show which units would run, why, how long they take and in which shard; nothing is started."""
    from integrity.commands.plan import run as outline_of  # noqa: PLC0415 - only who asks pays for it
    from integrity.commands.planned import Ask  # noqa: PLC0415
    from integrity.generate.pipeline import PIPELINES  # noqa: PLC0415
    from integrity.planning.shard import Sharding  # noqa: PLC0415
    from integrity.report.document import encoded, printed, write_output  # noqa: PLC0415

    if given["shards"] is not None and given["target_minutes"] is not None:
        raise UsageError("--shards and --target-minutes both say how many shards there are.", hint="Give one of them.")
    if math.isnan(given["target_minutes"] or 0):
        raise UsageError("--target-minutes: nan is no number of minutes.", hint="Write --target-minutes 10.")
    sharding = Sharding(shards=given["shards"], target_minutes=given["target_minutes"])
    ask = Ask(selectors=units, changed=changed, sharding=sharding, host=os.environ)
    outline = outline_of(ask, settings_of(root, {}))
    if given["output"] is not None:
        write_output(given["output"], [encoded(outline.plan)])
    match given["format_"]:
        case "text":
            show(outline.text())
        case "json":
            click.echo(printed(outline.plan), nl=False)
        case pipeline:
            say(outline.text())
            click.echo(PIPELINES[pipeline](outline.plan), nl=False)
    return ExitCode.PASSED


@click.command()
@UNIT
@CHANGED
@FORMAT
@ROOT
def explain(unit: str, changed: str | None, root: Path | None, format_: str) -> int:
    """Say whether and why a unit would run, what it is affected by, and where each of its settings came from."""
    from integrity.commands.explain import run as explanation_of  # noqa: PLC0415 - only who asks pays for it

    explanation = explanation_of(unit, changed or "", os.environ, settings_of(root, {}))
    if format_ == "json":
        show_json(explanation.as_json())
    else:
        show(explanation.text())
    return ExitCode.PASSED
