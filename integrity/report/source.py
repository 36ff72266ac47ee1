"""A run that was left behind: its plan and its journal, from which every report of it is made again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integrity.errors import IntegrityError, UsageError
from integrity.inside.wire import cut
from integrity.model.event import Attempted, PhaseEnd, TestEnd
from integrity.model.plan import Plan
from integrity.model.run import RunDocument
from integrity.planning.limits import MOST_SHARDS
from integrity.planning.tally import fold
from integrity.report.archive import DOCUMENTS, is_plain, shard_named
from integrity.report.document import decoded
from integrity.report.files import opened, readable
from integrity.report.journal import events_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.model.event import Event
    from integrity.model.report import Report
    from integrity.model.run import Shard
    from integrity.report.files import Files

DOCUMENT_BYTES = 64 * 1024 * 1024  # of plan.json, run.json, and a line of the journal
MOST_ATTEMPTS = 10_000
LONGEST_S = 10 * 365 * 24 * 3600
LAST_TS = 32_503_680_000  # the year 3000
DEPTH = 4  # of folders: an artifact of its own for each shard, and what its uploader put above
_CHUNK_BYTES = 1024 * 1024
_NAME_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A run's documents, which belong together. `part` is what of the plan it had to do."""

    files: Files = field(repr=False)
    plan: Plan
    part: Plan
    run: RunDocument

    @property
    def place(self) -> str:
        """What a person calls it."""
        return self.files.place

    def events(self) -> Iterator[Event]:
        """The journal. Raises IntegrityError for one that is broken, and for events that no run of this part can have."""
        units = {unit.id for unit in self.part.units}
        place = f"{self.place}/events.jsonl"
        number = -1
        with readable(self.place):
            for event in events_in(self._lines(), place):
                if isinstance(event, Attempted) and event.unit not in units:
                    name = cut(event.unit, _NAME_SHOWN)
                    raise IntegrityError(f"{place} has a unit that is none of its run's: {name}", hint=_FOREIGN)
                if event.seq <= number or not _is_possible(event):
                    raise IntegrityError(f"{place} can't be read: event {event.seq} can't be", hint=_FOREIGN)
                number = event.seq
                yield event

    def report(self) -> Report:
        """The report as the run made it."""
        return fold(self.part, self.events(), self.run.problems)

    def content(self) -> str:
        """A digest of all documents: equal where nothing is told apart."""
        digest = hashlib.sha256()
        for name in DOCUMENTS:
            with readable(self.place), self.files.open(name) as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
            digest.update(b"\0")
        return digest.hexdigest()

    def close(self) -> None:
        """Nothing of it is read any more."""
        self.files.close()

    def _lines(self) -> Iterator[bytes]:
        with self.files.open("events.jsonl") as stream:
            while line := stream.readline(DOCUMENT_BYTES):
                yield line


_FOREIGN = "Something else than integrity wrote to it; the run has to be repeated."


def source_of(path: Path, place: str = "") -> Source:
    """The run in the results folder or archive at `path`, which errors call `place`; close it when it is read.

    Raises IntegrityError for one that is missing, broken, hostile, newer, or whose documents don't belong together.
    """
    files = opened(path, place or path.name or path.resolve().name)
    try:
        return _source(files, shard_named(path.name))
    except BaseException:
        files.close()
        raise


def source_at(path: Path) -> Source:
    """The one run that `path` means: a results folder, an archive, or a folder with one of these somewhere in it.

    Raises UsageError where there is none, or more than one.
    """
    found = places_in(path)
    if not found:
        raise UsageError(
            f"{path} holds no results of a run.", hint="Name a results folder, or the archive that a shard left."
        )
    if len(found) > 1:
        raise UsageError(
            f"{path} holds the results of {len(found)} runs.", hint=f"Merge them first: integrity merge {path}"
        )
    return source_of(path if (path / "run.json").exists() else found[0])


def places_in(path: Path, apart: Path | None = None, depth: int = DEPTH) -> list[Path]:
    """The archives and results folders that `path` means, sorted; nothing where there are none. `apart` is no part of it.

    A folder with archives stands for these, whatever else lies beside them: results folders that were unpacked into one
    another are no results. Any file that is named itself is meant.
    """
    if path == apart or not path.exists():
        return []
    if not path.is_dir():
        return [path]
    entries = sorted(path.iterdir())
    archives = [entry for entry in entries if shard_named(entry.name) and entry.is_file()]
    if archives or depth == 0:
        return archives
    if any((path / name).exists() for name in DOCUMENTS):
        return [path]
    folders = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    return [found for folder in folders for found in places_in(folder, apart, depth - 1)]


def _source(files: Files, named: Shard | None) -> Source:
    place = files.place
    missing = [name for name in DOCUMENTS if name not in files.sizes]
    if missing:
        raise IntegrityError(f"{place} can't be read: it has no {' and no '.join(missing)}")
    plan = checked_plan(decoded(_content(files, "plan.json"), Plan, f"{place}/plan.json"), place)
    run = decoded(_content(files, "run.json"), RunDocument, f"{place}/run.json")
    if run.plan != plan.digest() or run.run_id != plan.run_id:
        raise IntegrityError(f"{place} can't be read: its run.json is of another plan than its plan.json")
    shard = run.shard
    if shard is not None and not (1 <= shard.index <= shard.total == plan.shards and shard.attempt >= 1):
        raise IntegrityError(f"{place} can't be read: its plan has {plan.shards} shards, and it says to be {shard}")
    if named is not None and named != shard:
        raise IntegrityError(f"{place} can't be read: it holds {_told(run)}, and its name says otherwise")
    return Source(files=files, plan=plan, part=plan if shard is None else plan.part(shard.index), run=run)


def checked_plan(plan: Plan, place: str) -> Plan:
    """The plan, whose ids can be folders and whose shards are its own; only what looked for changes may be without units.

    Raises IntegrityError for any other.
    """
    ids = {unit.id.lower() for unit in plan.units}
    are_names = all(is_plain(unit.id) and "/" not in unit.id and not unit.id.startswith(".") for unit in plan.units)
    are_shards = all(1 <= (unit.shard or 1) <= plan.shards and (unit.shard or plan.shards == 1) for unit in plan.units)
    is_spread = are_shards and 1 <= plan.shards <= MOST_SHARDS and bool(plan.units or plan.base)
    if len(ids) < len(plan.units) or not are_names or not is_spread:
        raise IntegrityError(f"{place} can't be read: no run has such a plan", hint=_FOREIGN)
    return plan


def _content(files: Files, name: str) -> bytes:
    with readable(files.place), files.open(name) as stream:
        content = stream.read(DOCUMENT_BYTES + 1)
    if len(content) > DOCUMENT_BYTES:
        raise IntegrityError(f"{files.place} can't be read: {name} has more than {DOCUMENT_BYTES:,} bytes")
    return content


def _told(run: RunDocument) -> str:
    return "a whole run" if run.shard is None else f"shard {run.shard}, attempt {run.shard.attempt}"


def _is_possible(event: Event) -> bool:
    """What would make a number that no report can show."""
    lasted = event.duration_s if isinstance(event, PhaseEnd | TestEnd) else 0
    attempt = event.attempt if isinstance(event, Attempted) else 1
    return 0 <= event.ts < LAST_TS and -LONGEST_S < lasted < LONGEST_S and 1 <= attempt <= MOST_ATTEMPTS
