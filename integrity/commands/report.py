"""`integrity report`: a run that was left behind, folded again from its plan and journal."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from integrity.report.source import source_at

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.model.report import Report


def run(place: Path) -> Report:
    """The report of the one run at `place`, equal to the one that the run made itself."""
    with closing(source_at(place)) as source:
        return source.report()
