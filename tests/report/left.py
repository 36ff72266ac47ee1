"""Runs as they are left behind: results folders and archives of shards, made of a plan and events."""

import shutil

import msgspec

from integrity.model.event import Attempted, RunEnd, RunStart
from integrity.model.run import Shard
from integrity.planning.tally import fold
from integrity.report.archive import archive_name, write_archive
from integrity.report.journal import Journal
from integrity.report.write import write_end, write_start


def leave(folder, plan, events, shard=None, *, ended=True):
    """A results folder in `folder`, with a log for each unit; with `shard`, its archive too. Returns the folder."""
    folder.mkdir(parents=True)
    part = plan if shard is None else plan.part(shard.index)
    started = write_start(plan, folder, {"integrity": "0.1"}, shard)
    journal = Journal(folder / "events.jsonl")
    for event in events:
        journal.append(event)
    journal.close()
    for unit in part.units:
        (folder / "units" / unit.id).mkdir(parents=True)
        (folder / "units" / unit.id / "output.log").write_text(f"output of {unit.id}\n")
    if ended:
        assert write_end(started, fold(plan, events), folder) == []
    if shard is not None:
        assert write_archive(folder, shard) == []
    return folder


def archive(folder, plan, events, index, *, attempt=1, ended=True):
    """The archive of one shard, alone in `folder` or beside others; returns it."""
    shard = Shard(index=index, total=plan.shards, attempt=attempt)
    run = leave(folder / "run", plan, events, shard, ended=ended)
    target = folder / archive_name(shard)
    (run / archive_name(shard)).replace(target)
    shutil.rmtree(run)
    return target


def spread(plan, shards, shard_of):
    """The plan with its units on these shards, in the order of the units."""
    units = [msgspec.structs.replace(unit, shard=shard) for unit, shard in zip(plan.units, shard_of, strict=True)]
    return msgspec.structs.replace(plan, shards=shards, units=tuple(units))


def part_of(plan, events, index, others=()):
    """What one shard's journal holds of a run's events: its start and end, its units' events, and `others` (numbers of `seq`)."""
    units = {unit.id for unit in plan.part(index).units}
    kept = [
        event
        for event in events
        if isinstance(event, RunStart | RunEnd)
        or (event.unit in units if isinstance(event, Attempted) else event.seq in others)
    ]
    return [msgspec.structs.replace(event, seq=number) for number, event in enumerate(kept)]
