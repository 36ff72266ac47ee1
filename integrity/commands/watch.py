"""`integrity watch`: runs the chosen units, waits for changes, and runs what they affect; until it is stopped.

What has to run is decided by the same function as everywhere (`planning.affected`); this file only remembers what is owed.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.commands.noticed import Noticed
from integrity.commands.planned import Ask, find
from integrity.commands.run import RunRequest, run
from integrity.commands.selection import affected_by
from integrity.errors import ConfigError, ExitCode, IntegrityError
from integrity.execute.stop import Signals, interruptible
from integrity.model.change import Changes
from integrity.model.outcome import Outcome
from integrity.planning.choose import choose
from integrity.report.words import is_green
from integrity.system.watching import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from integrity.commands.planned import Found
    from integrity.model.report import Report
    from integrity.model.unit import Monorepo
    from integrity.report.watching import WatchScreen
    from integrity.settings import RootSettings

_UNFINISHED = (Outcome.INTERRUPTED, Outcome.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """What one call asks for. `settings` reads the root's configuration anew: it may change at any time."""

    root: Path
    selectors: tuple[str, ...]
    pytest_arguments: tuple[str, ...]
    host: Mapping[str, str]
    settings: Callable[[], RootSettings]
    view: WatchScreen
    color: bool = False


def watch(request: WatchRequest) -> ExitCode:
    """Watch until a signal ends it. Raises UsageError or NothingSelectedError when the selectors mean nothing at the start."""
    noticed = Noticed(request.root, request.host)
    with suppress(ConfigError):  # it will be told
        noticed.results = request.settings().results
    with interruptible(), watched(request.root, noticed.is_passed_over, noticed.hear):
        return _Watch(request, noticed).go()


class _Watch:
    """What is known from run to run: `owed` units have not run since a change affected them, `red` ones ran and were not green."""

    def __init__(self, request: WatchRequest, noticed: Noticed) -> None:
        self._request = request
        self._noticed = noticed
        self._unjudged: frozenset[str] = frozenset()  # changes of which is not known yet what they affect
        self._owed: dict[str, str] | None = None  # None: nothing was chosen yet
        self._red: set[str] = set()
        self._manifests: Mapping[str, str] = {}  # what they said when they were last read
        self._names: Mapping[str, str] = {}

    def go(self) -> ExitCode:
        """Run, wait, and run again."""
        while True:
            self._unjudged |= self._noticed.take()
            changed = sorted(self._unjudged)
            try:
                settings = self._judge()
                if self._owed:
                    self._request.view.begins(changed, self._named(self._owed))
                    changed = []
                    if self._run(settings, self._owed):
                        return ExitCode.INTERRUPTED
            except IntegrityError as problem:
                if self._owed is None and not isinstance(problem, ConfigError):
                    raise
                self._request.view.refuses(problem)
                changed = []
            if not self._noticed.has_more:
                self._request.view.waits(changed, self._named(self._red))
                try:
                    self._noticed.wait()
                except KeyboardInterrupt:
                    self._request.view.ends()
                    return ExitCode.INTERRUPTED

    def _judge(self) -> RootSettings:
        """Find out what the changes affect; it is owed from then on. Raises ConfigError while files can't be read."""
        settings = self._request.settings()
        self._noticed.results = settings.results
        found = find(settings)
        reasons = self._affected(found, settings, self._unjudged)
        chosen = {unit.path for unit in choose(found.monorepo, found.graph, self._request.selectors)}
        if self._owed is None:
            self._owed = dict.fromkeys(
                chosen, "all units" if not self._request.selectors else "chosen: " + " ".join(self._request.selectors)
            )
        self._owed = {path: reason for path, reason in (self._owed | dict(reasons)).items() if path in chosen}
        self._red &= chosen
        self._names = _names(found.monorepo)
        self._manifests = _manifests(found.monorepo)
        self._unjudged = frozenset()
        return settings

    def _affected(self, found: Found, settings: RootSettings, paths: frozenset[str]) -> Mapping[str, str]:
        if not paths:
            return {}
        root = self._request.root
        folders = {path.rpartition("/")[0] or "." for path in paths}
        for unit in found.monorepo.units:
            if unit.problem is not None and unit.path in folders:  # somebody is writing its manifest just now
                raise ConfigError(unit.problem.message, hint=unit.problem.hint)
        changes = Changes(
            files=tuple(sorted(paths)),
            deleted=frozenset(path for path in paths if not (root / path).exists()),
            untracked=self._noticed.unknown(paths),
            before={path: text for path, text in self._manifests.items() if path in paths},
            links=self._noticed.links(),
        )
        return affected_by(changes, found.monorepo, found.graph, found.live_of, settings).reasons

    def _run(self, settings: RootSettings, reasons: Mapping[str, str]) -> bool:
        """Run these units; returns whether a signal ended it."""
        view, signals = self._request.view, Signals()

        def outdate(paths: frozenset[str]) -> None:
            if self._concerns(reasons, paths):
                signals.ask()

        ask = Ask(reasons=dict(reasons), host=self._request.host)
        request = RunRequest(
            ask=ask,
            pytest_arguments=self._request.pytest_arguments,
            reporters=view.reporters,
            color=self._request.color,
            signals=signals,
        )
        with self._noticed.during_run(outdate):
            finished = run(request, settings)
        self._learn(finished.report)
        if finished.report.run.interrupted and not signals.heard:
            view.stops()
        else:
            view.ended(finished.report, settings.results, finished.problems)
        if passed := self._noticed.passed_over():
            view.passed_over(passed)
        return signals.heard

    def _concerns(self, running: Collection[str], paths: frozenset[str]) -> bool:
        """Whether the changes affect a unit of the run under way. What can't be told now is judged after it."""
        try:
            settings = self._request.settings()
            return not self._affected(find(settings), settings, paths).keys().isdisjoint(running)
        except Exception:  # noqa: BLE001 - this is a thread beside the run; whatever is wrong comes up again when it is judged
            return False

    def _learn(self, report: Report) -> None:
        """What was not finished stays owed, unless nobody asked the run to stop; the rest is red or green from now on."""
        outcomes: dict[str, list[bool]] = {}
        unfinished = {unit.path for unit in report.units if report.run.interrupted and unit.outcome in _UNFINISHED}
        for unit in report.units:
            outcomes.setdefault(unit.path, []).append(is_green(unit))
        for path, greens in outcomes.items():
            if path not in unfinished:
                (self._red.discard if all(greens) else self._red.add)(path)
        self._owed = {path: reason for path, reason in (self._owed or {}).items() if path in unfinished}

    def _named(self, paths: Collection[str]) -> list[str]:
        return sorted(self._names.get(path, path) for path in paths)


def _names(monorepo: Monorepo) -> dict[str, str]:
    """What a person calls each unit, by path."""
    count = Counter(unit.name for unit in monorepo.units)
    return {unit.path: unit.name if count[unit.name] == 1 else unit.path for unit in monorepo.units}


def _manifests(monorepo: Monorepo) -> dict[str, str]:
    texts: dict[str, str] = {}
    for unit in monorepo.units:
        if unit.manifest_path is not None:
            with suppress(OSError, UnicodeDecodeError):
                texts[unit.manifest_path] = (monorepo.root / unit.manifest_path).read_text(encoding="utf-8")
    return texts
