"""`integrity history`: which units were flaky lately, and which became slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.cache.history import read_history
from integrity.errors import IntegrityError
from integrity.planning.trends import Trends, trends
from integrity.report.sanitise import for_markdown, for_terminal
from integrity.report.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The trends, in words."""

    trends: Trends

    def text(self) -> str:
        """For a terminal."""
        return "\n".join(self._lines(for_terminal))

    def markdown(self) -> str:
        """For the page of a CI run: nothing where there is nothing to tell."""
        if not self.trends.flaky and not self.trends.slower:
            return ""
        lines = "\n".join(f"- {line}" for line in self._lines(for_markdown))
        return f"\n### Lately\n\n{lines}\n"

    def _lines(self, named: Callable[[str], str]) -> Iterator[str]:
        found = self.trends
        if not found.flaky and not found.slower:
            yield f"{plural(found.runs, 'run')}: no unit was flaky, and none became slow"
        for flaky in found.flaky:
            again = f"passed only when tried again in {flaky.retried} of {plural(flaky.runs, 'run')}"
            torn = f"both passed and failed on {plural(flaky.torn, 'commit')}" if flaky.torn else ""
            both = " and ".join(filter(None, (again if flaky.retried else "", torn)))
            yield f"flaky   {named(flaky.unit)}: {both}"
        for slower in found.slower:
            times = f"{duration(slower.before_s)} before, {duration(slower.now_s)} now"
            yield f"slower  {named(slower.unit)}: {times}"


def run(path: Path) -> Told:
    """The trends of the runs that `path` keeps. Raises IntegrityError where it can't be read."""
    try:
        return Told(trends=trends(read_history(path)))
    except OSError as problem:
        raise IntegrityError(
            f"{path} can't be read: {problem.strerror}", hint="`integrity run --history FILE` makes it."
        ) from problem
