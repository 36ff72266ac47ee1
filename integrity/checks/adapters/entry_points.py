"""Entry points: each is loaded as an installer's script or a plug-in's host would load it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from integrity.checks.exports.entrypoints import EntryPoint, Loads, entry_points
from integrity.checks.model import CannotExamine
from integrity.checks.targets import live

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def entry_point_loads(unit: Unit) -> Callable[[], Loads]:
    """How the material is loaded: the entry points of the manifest, and how one of them is tried."""

    def load() -> Loads:
        return Loads(entry_points(unit)().points, lambda point: _problem(unit, point))

    return load


def _problem(unit: Unit, point: EntryPoint) -> str:
    target = "".join(point.target.partition("[")[0].split())
    try:
        found = live(target, unit)
    except CannotExamine as trouble:
        return trouble.finding.message.rstrip(".")
    if point.group in {"console_scripts", "gui_scripts"} and not callable(found):
        return f"{target} can't be called"
    return ""
