"""One try of one unit: env → pytest → verdict. What goes wrong becomes the verdict; nothing is raised to the scheduler."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrity.envs import Env, EnvRequest, EnvStore
from integrity.errors import UnitFault
from integrity.execute.backed import Ground, Prepared, prepare, serve
from integrity.execute.command import pytest_command
from integrity.execute.faults import faulted, not_started, own_fault, system_error
from integrity.execute.services import AttemptServices
from integrity.execute.session import Session, SessionEnd, run_session
from integrity.execute.translate import Shown, Translator
from integrity.model.event import EnvReady, PhaseEnd, PhaseStart
from integrity.model.outcome import ErrorKind, Outcome, UnitError
from integrity.model.secret import Masker, secret_values
from integrity.planning.verdict import Ending, StreamSummary, Verdict, verdict
from integrity.system.environment import unit_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping
    from pathlib import Path

    from integrity.backing.leases import Backing
    from integrity.execute.recorder import Recorder
    from integrity.execute.slots import Slots
    from integrity.execute.stop import Stop
    from integrity.model.event import Base
    from integrity.model.plan import PlannedUnit
    from integrity.planning.live import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all attempts of a run share.

    `mark` is the run's own, in the environment of every process it starts; `secrets` are values that builds can see,
    `seen` the secrets of all attempts so far: what units share may tell of each other's.
    """

    root: Path
    results: Path
    scratch: Path
    envs: EnvStore
    backing: Backing
    slots: Slots
    stop: Stop
    recorder: Recorder
    mark: str
    host: Mapping[str, str]
    secrets: frozenset[str] = frozenset()
    seen: set[str] = field(default_factory=set, repr=False)
    pytest_arguments: tuple[str, ...] = ()
    color: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is tried: the planned unit, all that takes part in its tests (or what is wrong with that), its place in the plan."""

    planned: PlannedUnit
    live: Live | UnitError
    priority: int


async def attempt(bench: Bench, subject: Subject, number: int) -> tuple[Verdict, SessionEnd | None]:
    """One try, `number` counted from 1: its verdict, and how its pytest ended where it came so far."""
    if isinstance(subject.live, UnitError):
        return faulted(subject.live), None
    work = _Attempt(bench, subject, subject.live, number)
    try:
        return await work.run(), work.end
    except Exception as bug:  # noqa: BLE001 - even a fault of our own must not take the other units' results along
        return faulted(own_fault(bug), work.masker), work.end


class _Attempt:
    def __init__(self, bench: Bench, subject: Subject, live: Live, number: int) -> None:
        self._bench = bench
        self._subject = subject
        self._live = live
        self._settings = live.settings
        self._number = number
        self._folder = bench.results / "units" / subject.planned.id
        self._directory = bench.root / live.unit.path
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
            if self._settings.is_known_missing:
                return faulted(self._still_listed(test_file))
            return await self._tried(test_file)
        except UnitFault as fault:
            return self._logged(faulted(fault.error, self.masker))
        except asyncio.CancelledError:
            return not_started(self._bench.stop.closed or "its env was given up")
        except OSError as problem:
            return faulted(system_error(problem), self.masker)

    async def _tried(self, test_file: str, *, may_repeat: bool = True) -> Verdict:
        """Prepare, serve, test; what was taken is given back however it ends.

        Servers that ended while it waited for its slot are had anew, once: they were not the trouble of its tests.
        """
        planned = self._subject.planned
        ground = Ground(
            root=self._bench.root,
            host=self._bench.host,
            unit=planned.id,
            mark=f"{self._bench.mark}/serve:{planned.id}/{self._number}",
        )
        environment = unit_environment(ground.host, self._settings, self._directory, ground.root)
        self._know(secret_values(environment, self._settings.secrets))
        services = AttemptServices(self._bench.backing, self._folder / "services", self._say, self._env)
        async with AsyncExitStack() as stack:
            prepared = await self._unless_stopped(self._prepared(ground, services, stack))
            self._know(prepared.secrets() | services.secrets)
            services.masker, services.seen = self.masker, self._bench.seen
            stack.push_async_callback(services.keep_logs)
            async with self._slot():
                if self._bench.stop.closed is not None:
                    return not_started(self._bench.stop.closed)
                if not (may_repeat and await services.have_ended()):
                    ready = await self._unless_stopped(serve(prepared, ground, services, stack))
                    found = await self._tests(ready, test_file)
                    return await services.verdict(found)
        return await self._tried(test_file, may_repeat=False)

    async def _prepared(self, ground: Ground, services: AttemptServices, stack: AsyncExitStack) -> Prepared:
        await stack.enter_async_context(self._bench.backing.room(self._live.all_needs()))
        return await prepare(self._live, ground, services, stack)

    def _logged(self, verdict: Verdict) -> Verdict:
        """Keep what a build printed where a unit's output is looked for."""
        if verdict.detail:
            with suppress(OSError):  # the verdict itself holds it too
                (self._folder / "output.log").write_text(verdict.detail, encoding="utf-8", errors="backslashreplace")
        return verdict

    def _test_file(self) -> str | None:
        return next((name for name in self._settings.test_file if (self._directory / name).exists()), None)

    def _missing(self) -> Verdict:
        message = f"{self._live.unit.path} has no {' or '.join(self._settings.test_file)}"
        missing = self._settings.missing
        if missing == "warn" or self._settings.is_known_missing:
            return Verdict(outcome=Outcome.SKIPPED, message=f'{message} (missing = "{missing}")', allowed=True)
        hint = (
            "Add one; integrity-baseline.json does not list this unit."
            if missing == "baseline"
            else 'Add one, or set missing = "warn" in [tool.integrity] while adopting.'
        )
        return faulted(UnitError(kind=ErrorKind.MISSING, message=message, hint=hint))

    def _still_listed(self, test_file: str) -> UnitError:
        """The list of units without a test file only shrinks where it is kept true."""
        path = self._live.unit.path
        message = f"{path} has a {test_file} now, and integrity-baseline.json still lists it as a unit without one"
        return UnitError(kind=ErrorKind.CONFIG, message=message, hint="Strike it off: integrity baseline --prune.")

    def _know(self, secrets: frozenset[str]) -> None:
        """Mask these values from now on, and those that builds can see."""
        self._bench.seen.update(secrets)
        self.masker = Masker(secrets | self._bench.secrets)
        self._shown = Shown(self.masker)

    async def _env(self, live: Live) -> Env:
        """The env of a unit that takes part; of the one that is tried, reports tell."""
        is_own = live is self._live
        request = EnvRequest(
            unit=live.unit,
            python=self._subject.planned.python if is_own else next(iter(live.settings.python), None),
            extras=live.settings.extras,
            groups=live.settings.groups,
            workers=is_own and live.settings.workers != 0,
            timeout_s=live.settings.env_timeout_s,
        )
        if not is_own:
            return await self._bench.envs.prepare(request, self._slot)
        self._say(PhaseStart, phase="env")
        try:
            env = await self._bench.envs.prepare(request, self._slot)
        finally:
            self._say(PhaseEnd, phase="env", duration_s=self._worked_s)
        described = {"python": env.version, "layer": env.layer, "packages": dict(env.packages)}
        self._say(EnvReady, **described)
        document = {
            "schema": "integrity.env/1",
            "directory": str(env.directory.relative_to(self._bench.root)),
            **described,
        }
        (self._folder / "env.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return env

    async def _unless_stopped(self, preparing: Coroutine[Any, Any, Prepared]) -> Prepared:
        """Wait for what the tests need, but give it up (cancelled) as soon as the run is asked to stop."""
        work = asyncio.ensure_future(preparing)
        stopped = asyncio.ensure_future(self._bench.stop.requested.wait())
        either: set[asyncio.Future[Any]] = {work, stopped}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
            return await work
        finally:
            stopped.cancel()

    async def _tests(self, ready: Prepared, test_file: str) -> Verdict:
        planned = self._subject.planned
        scratch = self._bench.scratch / f"{planned.id}.{self._number}"
        session = Session(
            command=pytest_command(
                ready.env,
                self._directory,
                test_file,
                scratch.with_name(f"{scratch.name}.cache"),
                self._pytest_options(),
            ),
            directory=self._directory,
            environment=ready.environment,
            stream=scratch.with_name(f"{scratch.name}.jsonl"),
            output=self._folder / "output.log",
            masker=self.masker,
            mark=f"{self._bench.mark}/{planned.id}/{self._number}",
            timeout_s=self._settings.timeout_s,
        )
        self._say(PhaseStart, phase="tests")
        began = time.monotonic()
        try:
            self.end = await run_session(session, self._bench.stop, self)
        finally:
            self._say(PhaseEnd, phase="tests", duration_s=time.monotonic() - began)
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
            self._say(kind, **fields)

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

    def _say(self, kind: type[Base], /, **fields: Any) -> None:
        self._bench.recorder.emit(kind, unit=self._subject.planned.id, attempt=self._number, **fields)
