"""What past runs tell of units: which are flaky, and which became slow. Pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from integrity.model.history import PastRun, PastUnit

LATELY = 5  # runs whose median is "now"
BEFORE = 5  # passes that there have to be before these
GROWTH = 1.3
LEAST_S = 1.0  # growth that anyone would notice
_SAID = (Outcome.PASSED, Outcome.FAILED, Outcome.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaky:
    """A unit that passed only when tried again in `retried` runs, and ended differently on one commit for `torn` commits, of `runs`."""

    unit: str
    retried: int
    torn: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slower:
    """A unit whose last passes took `now_s` (median), and the passes before them `before_s`."""

    unit: str
    before_s: float
    now_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """Sorted: what is worst comes first. `runs` is how many runs were looked at."""

    runs: int
    flaky: tuple[Flaky, ...]
    slower: tuple[Slower, ...]


def trends(history: Sequence[PastRun]) -> Trends:
    """The trends of runs that are in the order of their time; a run that is there twice counts once."""
    runs = list({run.id: run for run in history}.values())
    units: defaultdict[str, list[tuple[PastRun, PastUnit]]] = defaultdict(list)
    for run in runs:
        for name, unit in run.units.items():
            units[name].append((run, unit))
    flaky = list(filter(None, (_flaky(name, past) for name, past in units.items())))
    slower = list(filter(None, (_slower(name, past) for name, past in units.items())))
    return Trends(
        runs=len(runs),
        flaky=tuple(sorted(flaky, key=lambda found: (-(found.retried + found.torn), found.unit))),
        slower=tuple(sorted(slower, key=lambda found: (found.before_s - found.now_s, found.unit))),
    )


def _flaky(name: str, past: Sequence[tuple[PastRun, PastUnit]]) -> Flaky | None:
    retried = sum(unit.flaky for _, unit in past)
    outcomes: defaultdict[str, set[bool]] = defaultdict(set)
    for run, unit in past:
        if run.commit is not None and unit.outcome in _SAID:
            outcomes[run.commit].add(unit.outcome is Outcome.PASSED)
    torn = sum(len(found) > 1 for found in outcomes.values())
    return Flaky(unit=name, retried=retried, torn=torn, runs=len(past)) if retried or torn else None


def _slower(name: str, past: Iterable[tuple[PastRun, PastUnit]]) -> Slower | None:
    passes = [unit.seconds for _, unit in past if unit.outcome is Outcome.PASSED]
    if len(passes) < BEFORE + LATELY:
        return None
    before, now = statistics.median(passes[:-LATELY]), statistics.median(passes[-LATELY:])
    if now < before * GROWTH or now - before < LEAST_S:
        return None
    return Slower(unit=name, before_s=before, now_s=now)
