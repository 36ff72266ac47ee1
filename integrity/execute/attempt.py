"""One try of one unit: env → pytest → verdict. What goes wrong becomes the verdict; nothing is raised to the scheduler."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import time
import traceback
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrity.envs import Env, EnvRequest, EnvStore
from integrity.errors import UnitFault
from integrity.execute.command import pytest_command
from integrity.execute.session import Session, SessionEnd, run_session
from integrity.execute.translate import Shown, Translator
from integrity.model.event import EnvReady, PhaseEnd, PhaseStart
from integrity.model.outcome import ErrorKind, Outcome, UnitError
from integrity.model.secret import Masker, secret_values, without_passwords
from integrity.planning.verdict import Ending, StreamSummary, Verdict, verdict
from integrity.system.environment import unit_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from integrity.execute.recorder import Recorder
    from integrity.execute.slots import Slots
    from integrity.execute.stop import Stop
    from integrity.model.event import Base
    from integrity.model.plan import PlannedUnit
    from integrity.model.unit import Unit
    from integrity.settings import UnitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all attempts of a run share.

    `mark` is the run's own, in the environment of every process it starts; `secrets` are values that builds can see.
    """

    root: Path
    results: Path
    scratch: Path
    envs: EnvStore
    slots: Slots
    stop: Stop
    recorder: Recorder
    mark: str
    host: Mapping[str, str]
    secrets: frozenset[str] = frozenset()
    pytest_arguments: tuple[str, ...] = ()
    color: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is tried: the planned unit, its manifest's facts, its settings (or why there are none), its place in the plan."""

    planned: PlannedUnit
    unit: Unit
    settings: UnitSettings | UnitError
    priority: int


async def attempt(bench: Bench, subject: Subject, number: int) -> tuple[Verdict, SessionEnd | None]:
    """One try, `number` counted from 1: its verdict, and how its pytest ended where it came so far."""
    if isinstance(subject.settings, UnitError):
        return faulted(subject.settings), None
    work = _Attempt(bench, subject, subject.settings, number)
    try:
        return await work.run(), work.end
    except Exception as bug:  # noqa: BLE001 - even a fault of our own must not take the other units' results along
        return faulted(_own_fault(bug), work.masker), work.end


class _Attempt:
    def __init__(self, bench: Bench, subject: Subject, settings: UnitSettings, number: int) -> None:
        self._bench = bench
        self._subject = subject
        self._settings = settings
        self._number = number
        self._folder = bench.results / "units" / subject.planned.id
        self._directory = bench.root / subject.unit.path
        self.masker = Masker(())
        self._shown = Shown(self.masker)
        self._summary = StreamSummary()
        self._translator = Translator(bench.root)
        self._is_stopping = False
        self._worked_s = 0.0
        self.end: SessionEnd | None = None

    async def run(self) -> Verdict:
        """The verdict of this try."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            test_file = self._test_file()
            if test_file is None:
                return self._missing()
            environment = self._environment()
            env = await self._env()
            async with self._slot():
                if self._bench.stop.closed is not None:
                    return not_started(self._bench.stop.closed)
                return await self._tests(env, environment, test_file)
        except UnitFault as fault:
            return self._logged(faulted(fault.error, self.masker))
        except asyncio.CancelledError:
            return not_started(self._bench.stop.closed or "its env was given up")
        except OSError as problem:
            return faulted(_system_error(problem), self.masker)

    def _logged(self, verdict: Verdict) -> Verdict:
        """Keep what a build printed where a unit's output is looked for."""
        if verdict.detail:
            with suppress(OSError):  # the verdict itself holds it too
                (self._folder / "output.log").write_text(verdict.detail, encoding="utf-8", errors="backslashreplace")
        return verdict

    def _test_file(self) -> str | None:
        return next((name for name in self._settings.test_file if (self._directory / name).exists()), None)

    def _missing(self) -> Verdict:
        message = f"{self._subject.unit.path} has no {' or '.join(self._settings.test_file)}"
        if self._settings.missing == "warn":
            return Verdict(outcome=Outcome.SKIPPED, message=f'{message} (missing = "warn")', allowed=True)
        hint = 'Add one, or set missing = "warn" in [tool.integrity] while adopting.'
        return faulted(UnitError(kind=ErrorKind.MISSING, message=message, hint=hint))

    def _environment(self) -> dict[str, str]:
        environment = dict(unit_environment(self._bench.host, self._settings, self._directory, self._bench.root))
        self.masker = Masker(secret_values(environment, self._settings.secrets) | self._bench.secrets)
        self._shown = Shown(self.masker)
        return environment

    async def _env(self) -> Env:
        request = EnvRequest(
            unit=self._subject.unit,
            python=self._subject.planned.python,
            extras=self._settings.extras,
            groups=self._settings.groups,
            workers=self._settings.workers != 0,
            timeout_s=self._settings.env_timeout_s,
        )
        self._emit(PhaseStart, phase="env")
        try:
            env = await self._unless_stopped(asyncio.ensure_future(self._bench.envs.prepare(request, self._slot)))
        finally:
            self._emit(PhaseEnd, phase="env", duration_s=self._worked_s)
        described = {"python": env.version, "layer": env.layer, "packages": dict(env.packages)}
        self._emit(EnvReady, **described)
        document = {
            "schema": "integrity.env/1",
            "directory": str(env.directory.relative_to(self._bench.root)),
            **described,
        }
        (self._folder / "env.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return env

    async def _unless_stopped(self, work: asyncio.Future[Env]) -> Env:
        """Wait for the env, but give it up (cancelled) as soon as the run is asked to stop."""
        stopped = asyncio.ensure_future(self._bench.stop.requested.wait())
        either: set[asyncio.Future[Any]] = {work, stopped}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
            return await work
        finally:
            stopped.cancel()

    async def _tests(self, env: Env, environment: dict[str, str], test_file: str) -> Verdict:
        planned = self._subject.planned
        path = os.pathsep.join((str(env.python.parent), environment.get("PATH", os.defpath)))
        scratch = self._bench.scratch / f"{planned.id}.{self._number}"
        session = Session(
            command=pytest_command(
                env, self._directory, test_file, scratch.with_name(f"{scratch.name}.cache"), self._pytest_options()
            ),
            directory=self._directory,
            environment={**environment, "VIRTUAL_ENV": str(env.directory), "PATH": path},
            stream=scratch.with_name(f"{scratch.name}.jsonl"),
            output=self._folder / "output.log",
            masker=self.masker,
            mark=f"{self._bench.mark}/{planned.id}/{self._number}",
            timeout_s=self._settings.timeout_s,
        )
        self._emit(PhaseStart, phase="tests")
        began = time.monotonic()
        try:
            self.end = await run_session(session, self._bench.stop, self)
        finally:
            self._emit(PhaseEnd, phase="tests", duration_s=time.monotonic() - began)
        return verdict(self._summary, self._ending(self.end))

    def on_event(self, event: dict[str, Any]) -> None:
        """Record what pytest tells; what it tells while being stopped is recorded, and doesn't count."""
        try:
            shown = self._shown.event(event)
            translation = self._translator.translated(shown)
        except (ValueError, RecursionError):
            self._summary.malformed += 1
            return
        if not self._is_stopping:
            self._summary.add(shown)
        if translation is not None:
            kind, fields = translation
            self._emit(kind, **fields)

    def on_stopping(self) -> None:
        """Let the verdict see the session as it was when its time was over."""
        self._is_stopping = True

    def _ending(self, end: SessionEnd) -> Ending:
        return Ending(
            status=end.status,
            timed_out=end.timed_out,
            interrupted=end.interrupted,
            malformed=end.malformed,
            output_tail=end.output_tail,
            allow_skipped=self._settings.allow_skipped,
            timeout_s=self._settings.timeout_s,
        )

    def _pytest_options(self) -> tuple[str, ...]:
        workers = self._settings.workers
        color = "yes" if self._bench.color else "no"
        return (f"--color={color}", *(("-n", str(workers)) if workers else ()), *self._bench.pytest_arguments)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """Hold a slot by the unit's place in the plan, and count how long."""
        async with self._bench.slots.take(self._subject.priority):
            began = time.monotonic()
            try:
                yield
            finally:
                self._worked_s += time.monotonic() - began

    def _emit(self, kind: type[Base], **fields: Any) -> None:
        self._bench.recorder.emit(kind, unit=self._subject.planned.id, attempt=self._number, **fields)


def faulted(error: UnitError, masker: Masker | None = None) -> Verdict:
    """The verdict of a unit that could not be tried."""
    text = masker.text if masker is not None else str
    return Verdict(
        outcome=Outcome.ERROR,
        error_kind=error.kind,
        message=without_passwords(text(error.message)),
        hint=error.hint,
        detail=without_passwords(text(error.detail)),
    )


def not_started(reason: str) -> Verdict:
    """The verdict of a unit whose tests were kept from starting."""
    return Verdict(outcome=Outcome.INTERRUPTED, message=f"not started: {reason}")


def _system_error(problem: OSError) -> UnitError:
    """A full disk or a missing permission, met on the tool's own files, as this unit's error."""
    full = problem.errno in {errno.ENOSPC, errno.EDQUOT}
    return UnitError(
        kind=ErrorKind.ENV,
        message=f"{'the disk is full' if full else os.strerror(problem.errno or 0)}: {problem.filename or 'while writing results'}",
        hint="Free some space (`integrity clean`), then run it again."
        if full
        else "Check the permissions: `integrity doctor`.",
        detail=str(problem),
    )


def _own_fault(bug: Exception) -> UnitError:
    return UnitError(
        kind=ErrorKind.CRASH,
        message=f"integrity itself failed on this unit: {type(bug).__name__}: {bug}",
        hint="This is a bug of integrity; please report it with the detail.",
        detail="".join(traceback.format_exception(bug)),
    )
