"""What may be found without being an error: exceptions, each with its reason, and the baseline of what is known."""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Callable, Mapping, NamedTuple, Optional, Sequence

from integrity.checks.sources.globs import glob_pattern

if TYPE_CHECKING:
    from integrity.checks.baseline import Known
    from integrity.checks.model import Finding, Place

Key = tuple[str, str, str]
NEVER_MEANT = ("IGN001", "IGN002", "IGN003")  # what is wrong with exceptions is mended there
NEVER_KNOWN = (
    *NEVER_MEANT,
    "APP104",
    "REG002",
    "VAC005",
    "VAC010",
    "VAC011",
)  # who examined nothing doesn't know what is known


class Allowance(NamedTuple):
    """One exception. `lines` are those of its file on which it holds, where it is a comment; None where it is configured.

    `path` is a glob relative to the unit. `until` is the last day on which it holds; `date_is_wrong` where that is no date.
    """

    code: str
    place: Place
    reason: str = ""
    registry: str = ""
    entry: str = ""
    path: str = ""
    until: Optional[dt.date] = None
    date_is_wrong: bool = False
    lines: Optional[frozenset[int]] = None

    def fits(self, finding: Finding, in_unit: Callable[[str], str]) -> bool:
        """Whether it is a finding that this exception means."""
        if (
            finding.code != self.code
            or finding.code in NEVER_MEANT
            or self._is_too_wide
            or not _is_meant_by(self.registry, finding.registry)
            or not _is_meant_by(self.entry, finding.entry)
        ):
            return False
        if self.lines is not None:
            return any(place.path == self.place.path and place.line in self.lines for place in finding.places)
        return not self.path or any(glob_pattern(self.path).match(in_unit(place.path)) for place in finding.places)

    @property
    def _is_too_wide(self) -> bool:
        """Whether it would let any declaration go unexamined."""
        return self.code in NEVER_KNOWN and self.lines is None and not (self.registry or self.entry)

    def holds_on(self, day: dt.date) -> bool:
        """Whether it has a reason, and its time isn't over."""
        return bool(self.reason) and not self.is_over_on(day)

    def is_over_on(self, day: dt.date) -> bool:
        """Whether its date is past, or can't be read."""
        return self.date_is_wrong or (self.until is not None and day > self.until)


class Parted(NamedTuple):
    """The findings that stand, those that an exception means, and those that the baseline knows."""

    standing: tuple[Finding, ...]
    meant: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Allowances:
    """The exceptions and the baseline of one unit, on one day.

    `comments` gives the exceptions that stand as comments in a file; `in_unit` a path relative to the unit.
    """

    configured: tuple[Allowance, ...] = ()
    comments: Callable[[str], tuple[Allowance, ...]] = field(default=lambda _: ())
    known: tuple[Known, ...] = ()
    today: dt.date = dt.date.min
    in_unit: Callable[[str], str] = field(default=str)

    def parted(self, findings: Sequence[Finding]) -> Parted:
        """Of each fingerprint the baseline allows as many as it has seen."""
        left = Counter(self._counts) if findings and self.known else Counter()
        standing, meant, known = [], [], []
        for finding in findings:
            key = key_of(finding)
            if self.is_meant(finding):
                meant.append(finding)
            elif left[key]:
                left[key] -= 1
                known.append(finding)
            else:
                standing.append(finding)
        return Parted(tuple(standing), tuple(meant), tuple(known))

    def without_effect(self) -> Allowances:
        """The same day and unit, with nothing allowed."""
        return replace(self, configured=(), comments=lambda _: (), known=())

    def is_meant(self, finding: Finding) -> bool:
        """Whether an exception that holds today fits a finding."""
        paths = dict.fromkeys(place.path for place in finding.places)
        rules = (*self.configured, *(rule for path in paths for rule in self.comments(path)))
        return any(rule.holds_on(self.today) and rule.fits(finding, self.in_unit) for rule in rules)

    @property
    def _counts(self) -> Mapping[Key, int]:
        allowed = (each for each in self.known if each.code not in NEVER_KNOWN)
        return {(each.code, each.registry, each.entry): each.times for each in allowed}


def _is_meant_by(name: str, found: str) -> bool:
    """Whether it is the name, or matches it as a pattern; no name means all."""
    return not name or name == found or fnmatch.fnmatchcase(found, name)


def key_of(finding: Finding) -> Key:
    """What a finding has in common with its line of the baseline: all of its fingerprint but the unit, whose file it is."""
    return (finding.code, finding.registry, finding.entry)
