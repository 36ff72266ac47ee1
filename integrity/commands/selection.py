"""Which units are meant: those that the selectors name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.planning.choose import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from integrity.commands.planned import Ask
    from integrity.model.outcome import UnitError
    from integrity.model.unit import Monorepo, Unit
    from integrity.planning.graph import Graph
    from integrity.planning.live import Live
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Units sorted by path, each with the reason why it runs.

    `base` is the commit since which something has to have changed, `everything` why that could not be told.
    """

    units: tuple[Unit, ...]
    reasons: Mapping[str, str]
    base: str | None = None
    everything: str | None = None


def selected(
    monorepo: Monorepo,
    graph: Graph,
    live_of: Callable[[Unit], Live | UnitError],  # noqa: ARG001 - what it needs decides whether it is affected
    ask: Ask,
    settings: RootSettings,  # noqa: ARG001
) -> Selection:
    """The units that `ask` means."""
    units = choose(monorepo, graph, ask.selectors)
    reason = "chosen: " + " ".join(ask.selectors) if ask.selectors else "all units"
    return Selection(units=units, reasons=dict.fromkeys((unit.path for unit in units), reason))
