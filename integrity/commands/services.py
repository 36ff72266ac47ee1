"""`integrity services up|ps|down`: the backing services of units alone, for developing against them."""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
import signal
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrity.backing.kept import Kept, forget, forget_logs, kept_leases, logs_of
from integrity.backing.leases import Backing
from integrity.backing.providers import end, is_running, providers_of
from integrity.backing.server import Site, Unavailable
from integrity.discover import Globs, discover
from integrity.errors import IntegrityError, UsageError
from integrity.model.outcome import UnitError
from integrity.planning.choose import choose
from integrity.planning.graph import graph_of
from integrity.planning.live import live
from integrity.report.sanitise import for_terminal
from integrity.settings import unit_settings
from integrity.system.files import make_store
from integrity.system.supervision import supervised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from integrity.model.unit import Unit
    from integrity.planning.live import Live
    from integrity.settings import RootSettings, UnitSettings


_STATES = {
    True: "running",
    False: "gone: `integrity services down` forgets it",
    None: "unknown: its engine does not answer",
}
_ENDINGS = {"external": "let go of; it was given, and the database that was made in it stays there"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One lease that was left, and whether its server still runs, None where nobody can tell."""

    lease: Kept
    running: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Leases of the units asked for. Their variables hold throwaway passwords: showing them is what they are asked for."""

    held: tuple[Held, ...]

    def exports(self) -> str:
        """Lines for a shell: `eval "$(integrity services up billing)"`."""
        lines = []
        for unit in dict.fromkeys(held.lease.unit for held in self.held):
            lines.append(for_terminal(f"# {unit}"))
            for held in self.held:
                if held.lease.unit == unit:
                    lines += [f"export {name}={shlex.quote(value)}" for name, value in held.lease.variables.items()]
        return "\n".join(lines)

    def text(self) -> str:
        """For people: a line for each lease, then its variables."""
        lines = []
        for held in self.held:
            lease = held.lease
            state = _STATES[held.running]
            lines.append(for_terminal(f"{lease.unit}  {lease.name}  {lease.provider} {lease.version}  {state}"))
            lines += [for_terminal(f"  {name}={shlex.quote(value)}") for name, value in lease.variables.items()]
        return "\n".join(lines) or "no services are up"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        leases = [
            {
                "unit": held.lease.unit,
                "name": held.lease.name,
                "provider": held.lease.provider,
                "version": held.lease.version,
                "running": held.running,
                "variables": held.lease.variables,
            }
            for held in self.held
        ]
        return {"schema": "integrity.kept/1", "services": leases}


def up(
    settings: RootSettings, selectors: tuple[str, ...], host: Mapping[str, str], say: Callable[[str], None]
) -> Holdings:
    """Start what the chosen units need and leave it; units whose services are up keep them. Raises IntegrityError.

    Other units that a unit needs running are not started: who develops against them starts them.
    """
    units = _chosen(settings, selectors)
    present = [held for held in ps(settings, selectors, host).held if held.running]
    have = {held.lease.unit for held in present}
    missing = [unit for unit in units if unit.unit.name not in have and unit.needs]
    if not present and not missing:
        raise UsageError(
            "none of these units needs a backing service",
            hint="Say what a unit needs: `needs` in its [tool.integrity].",
        )
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it is ignored by inheritance
    started = asyncio.run(_start(settings, missing, host, say)) if missing else ()
    held = [*present, *(Held(lease=lease, running=True) for lease in started)]
    return Holdings(held=tuple(sorted(held, key=lambda each: (each.lease.unit, each.lease.name))))


def ps(settings: RootSettings, selectors: tuple[str, ...], host: Mapping[str, str]) -> Holdings:
    """What was left by `up` and by `run --keep`."""
    leases = tuple(_kept_of(settings, selectors).values())
    return Holdings(held=asyncio.run(_looked_at(leases, host)))


def down(settings: RootSettings, selectors: tuple[str, ...], host: Mapping[str, str]) -> tuple[str, ...]:
    """Take it down and forget it; a server that other units still have stays. Returns a line for each lease.

    Raises IntegrityError, once all else is down, when some can't be ended.
    """
    chosen = _kept_of(settings, selectors)
    others = [lease.server for path, lease in kept_leases(settings.root).items() if path not in chosen]
    try:
        return asyncio.run(_ended(chosen, others, host))
    finally:
        for run in {lease.run for lease in chosen.values()}:
            forget_logs(settings.root, run)


async def _looked_at(leases: Sequence[Kept], host: Mapping[str, str]) -> tuple[Held, ...]:
    running = await asyncio.gather(*(is_running(lease, host) for lease in leases))
    return tuple(Held(lease=lease, running=runs) for lease, runs in zip(leases, running, strict=True))


async def _ended(
    chosen: Mapping[Path, Kept], others: Sequence[Mapping[str, str]], host: Mapping[str, str]
) -> tuple[str, ...]:
    lines: list[str] = []
    failures: list[IntegrityError] = []
    for path, lease in chosen.items():
        stays = lease.server in others
        try:
            if not stays:
                await end(lease, host)
        except Unavailable as reason:
            failures.append(_not_ended(lease, path, reason))
            continue
        forget(path)
        ending = _ENDINGS.get(lease.provider, "ended") if not stays else "let go of; other units still have its server"
        lines.append(for_terminal(f"{lease.unit}  {lease.name}  {ending}"))
    if failures:
        raise failures[0]
    return tuple(lines)


def _not_ended(lease: Kept, record: Path, reason: Unavailable) -> IntegrityError:
    return IntegrityError(
        f"{lease.unit}'s {lease.name} can't be ended: {reason.reason}",
        hint=f"{reason.hint} If it is gone for good, remove {record}.",
    )


async def _start(
    settings: RootSettings, lives: Sequence[Live], host: Mapping[str, str], say: Callable[[str], None]
) -> tuple[Kept, ...]:
    run_id = f"services-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}-{secrets.token_hex(4)}"
    store = make_store(settings.root)
    with supervised(run_id) as supervision:
        site = Site(
            run_id=run_id,
            root=settings.root,
            cache=store / "servers",
            logs=logs_of(store, run_id),
            mark=f"{run_id}/services",
            host=host,
            keep=True,
            image_prefix=settings.image_prefix,
            allow_remote=settings.allow_remote,
        )
        supervision.remove_folder(site.logs)
        backing = Backing(site, providers_of(settings.provider, site, supervision), slots=settings.jobs, progress=say)
        succeeded = False
        try:
            for each in lives:
                backing.expect(each.unit.name, each.needs)
            backing.begin()
            async with AsyncExitStack() as stack:
                for each in lives:
                    await stack.enter_async_context(backing.leases(each.unit.name, each.needs))
            succeeded = True
        finally:
            kept = await backing.close(keeping=succeeded)
    return kept


def _chosen(settings: RootSettings, selectors: tuple[str, ...]) -> list[Live]:
    monorepo = discover(settings.root, Globs.of(settings))

    def configured(unit: Unit) -> UnitSettings | UnitError:
        return unit.problem or unit_settings(settings, unit)

    lives = []
    for unit in choose(monorepo, graph_of(monorepo.units), selectors):
        found = live(unit, configured, monorepo)
        if isinstance(found, UnitError):
            raise IntegrityError(found.message, hint=found.hint)
        lives.append(found)
    return lives


def _kept_of(settings: RootSettings, selectors: tuple[str, ...]) -> Mapping[Path, Kept]:
    everything = kept_leases(settings.root)
    if not selectors:
        return everything
    names = {unit.unit.name for unit in _chosen(settings, selectors)}
    return {
        path: lease for path, lease in everything.items() if lease.unit.partition("/")[0].partition("@")[0] in names
    }
