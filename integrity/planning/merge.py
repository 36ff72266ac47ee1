"""Makes one journal of those of several shards, and of several attempts at a shard. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from integrity.model.event import Attempted, UnitEnd
from integrity.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from integrity.model.event import Event

    Read = Callable[[], Iterator[Event]]  # a journal from its start, each time

_FAILING = (Outcome.FAILED, Outcome.ERROR)


def merged(shards: Iterable[Sequence[Read]]) -> Iterator[Event]:
    """The events of all shards, by time, with numbers of their own; each shard's are its attempts, the oldest first.

    The last attempt at a shard says how its units ended. Of the ones before it remains what failed in them, as earlier
    attempts of these units. The order within a shard stays as it was, whatever its clock did.
    """
    streams = [_of_shard(attempts) for attempts in shards]
    ordered = heapq.merge(*streams, key=lambda event: event.ts)
    return (msgspec.structs.replace(event, seq=number) for number, event in enumerate(ordered))


def _of_shard(attempts: Sequence[Read]) -> Iterator[Event]:
    before: Counter[str] = Counter()  # attempts at each unit that are kept so far
    for read in attempts[:-1]:
        failed = _last_failed(read())
        for event in read():
            if isinstance(event, Attempted) and event.attempt <= failed[event.unit]:
                yield _as_earlier(_counted_on(event, before))
        before.update(failed)
    for event in attempts[-1]():
        yield _counted_on(event, before)


def _last_failed(events: Iterable[Event]) -> Counter[str]:
    """The number of the last attempt at each unit that failed."""
    failed: Counter[str] = Counter()
    for event in events:
        if isinstance(event, UnitEnd) and event.outcome in _FAILING:
            failed[event.unit] = max(failed[event.unit], event.attempt)
    return failed


def _counted_on(event: Event, before: Counter[str]) -> Event:
    if not isinstance(event, Attempted) or not before[event.unit]:
        return event
    return msgspec.structs.replace(event, attempt=event.attempt + before[event.unit])


def _as_earlier(event: Event) -> Event:
    """It was the unit's end once; should the last attempt have lost the unit, it is not."""
    return msgspec.structs.replace(event, final=False) if isinstance(event, UnitEnd) and event.final else event
