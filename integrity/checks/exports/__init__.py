"""Checks of exports: `__all__`, entry points, shadowed modules, commands of click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

from integrity.checks.case import Case
from integrity.checks.exports.commands import overwritten, registrations, unreachable
from integrity.checks.exports.entrypoints import bad_entry_points, entry_points, unloadable
from integrity.checks.exports.named import duplicate_exports, exports_of, missing_exports, unexported
from integrity.checks.exports.shadows import files_and_packages, shadowed
from integrity.checks.idle import Listed, idle, patterns_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.exports.named import Exports


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of exports (see `case`). Where they are declared, only those that have something to examine."""
    options = declared if declared is not None else {}
    exports, points, commands = exports_of(unit), entry_points(unit), registrations(unit)
    if declared is None or exports():
        yield Case("exports", missing_exports(), exports, may_be_empty=True)
        yield Case("exports", duplicate_exports(), exports, may_be_empty=True)
    yield Case("exports", shadowed(), files_and_packages(unit))
    if declared is None or points().points:
        yield Case("entry-points", bad_entry_points(), points, may_be_empty=True)
    if declared is None or commands():
        yield Case("commands", overwritten(), commands, may_be_empty=True)
    may_be_empty = bool(options.get("allow-empty"))
    if "complete" in options:
        yield Case("exports", unexported(options["complete"]), exports, may_be_empty=may_be_empty)
        yield Case("exports", idle(), lambda: _patterns(unit, options["complete"], exports()), may_be_empty=True)
    if options.get("load"):
        from integrity.checks.adapters.entry_points import entry_point_loads  # noqa: PLC0415 - it builds on this package

        yield Case(
            "entry-points:loaded", unloadable(), entry_point_loads(unit), is_static=False, may_be_empty=may_be_empty
        )
    for target in options.get("cli", ()):
        from integrity.checks.adapters.click import command_groups  # noqa: PLC0415 - likewise

        subject = f"commands:{target}" if isinstance(target, str) else "commands"
        yield Case(subject, unreachable(), command_groups(unit, target), is_static=False, may_be_empty=may_be_empty)


def _patterns(unit: Unit, patterns: Sequence[str], exports: Sequence[Exports]) -> tuple[Listed, ...]:
    return patterns_of(unit, "exports.complete", patterns, [each.module for each in exports])
