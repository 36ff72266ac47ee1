"""Which of the runs that were found are the shards of a plan, and what is wrong with the others. It believes none of them."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integrity.errors import IntegrityError
from integrity.model.change import SHORT
from integrity.report.archive import shard_named
from integrity.report.document import encoded
from integrity.report.source import places_in, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from integrity.model.plan import Plan
    from integrity.model.run import Shard
    from integrity.report.source import Source

_WHOLE = 0  # in place of a shard's number: a run of the whole plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What can't be read, and which shard's archive it was by its name."""

    problem: str
    shard: Shard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that was found where it was looked for."""

    sources: Sequence[Source] = ()
    broken: Sequence[Broken] = ()
    missing: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Shards:
    """The attempts at each shard, by number, the oldest first; an attempt that can't be read is None. `problems` in words."""

    attempts: dict[int, list[Source | None]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def gathered(places: Iterable[Path], apart: Path, stack: ExitStack) -> Gathered:
    """Every run below these places, but for what is in `apart`, each read to its end once; the stack closes them."""
    sources: list[Source] = []
    broken: list[Broken] = []
    missing: list[str] = []
    for place in dict.fromkeys(path.resolve() for path in places):
        found = places_in(place, apart)
        if not found:
            missing.append(f"{place.name} holds no results")
        for path in found:
            label = path.relative_to(place).as_posix() if path != place else place.name
            shard = shard_named(path.name)
            try:
                source = source_of(path, label)
                stack.callback(source.close)
                shard = source.run.shard
                deque(source.events(), maxlen=0)
                sources.append(source)
            except IntegrityError as problem:
                broken.append(Broken(problem=problem.message, shard=shard))
    return Gathered(sources=sources, broken=broken, missing=missing)


def plan_of(found: Gathered) -> Plan:
    """The plan that all these runs are of. Raises IntegrityError where there is none, or more than one."""
    plans = {source.run.plan: source.plan for source in found.sources}
    if len(plans) == 1:
        return min((source.plan for source in found.sources), key=lambda plan: (plan.run_id, encoded(plan)))
    if not plans:
        said = [*found.missing, *(broken.problem for broken in found.broken)]
        raise IntegrityError(f"there is nothing to merge: {'; '.join(sorted(said))}", hint="Name what the shards left.")
    told = sorted(f"{source.place} (commit {(source.plan.commit or 'none')[:SHORT]})" for source in found.sources)
    raise IntegrityError(
        f"these are runs of {len(plans)} different plans: {', '.join(told)}",
        hint="Name the plan that is meant: --plan FILE; or plan once and give every shard that plan.",
    )


def shards_of(plan: Plan, found: Gathered) -> Shards:
    """Each shard's attempts. Whatever is missing, foreign, torn or told twice is a problem, and no result."""
    shards = Shards()
    needed = {unit.shard or 1 for unit in plan.units}
    shards.problems += [broken.problem for broken in found.broken]
    if needed:
        shards.problems += found.missing
    by_attempt = _by_attempt(plan, found, shards.problems)
    for (index, _), source in sorted(by_attempt.items(), key=lambda item: item[0]):
        shards.attempts.setdefault(index, []).append(source)
    for index, attempts in shards.attempts.items():
        shards.problems += _admitted(attempts[-1], f"shard {index}/{plan.shards}" if index else "the run")
    if _WHOLE not in shards.attempts:
        shards.problems += [
            f"shard {index}/{plan.shards} left no archive" for index in sorted(needed - {*shards.attempts})
        ]
    shards.problems.sort()
    return shards


def _by_attempt(plan: Plan, found: Gathered, problems: list[str]) -> dict[tuple[int, int], Source | None]:
    """The one run of each shard and attempt, or None for one that can't be believed."""
    claims: defaultdict[tuple[int, int], list[Source]] = defaultdict(list)
    digest = plan.digest()
    for source in found.sources:
        if source.run.plan == digest:
            shard = source.run.shard
            claims[(shard.index, shard.attempt) if shard else (_WHOLE, 1)].append(source)
        else:
            problems.append(f"{source.place} is of another plan (commit {(source.plan.commit or 'none')[:SHORT]})")
    broken = {
        (each.shard.index, each.shard.attempt): None
        for each in found.broken
        if each.shard is not None and each.shard.total == plan.shards
    }
    if any(index != _WHOLE for index, _ in (*claims, *broken)):
        claims.pop((_WHOLE, 1), None)  # a merge of these very shards, made before
    return {key: _one(sources, problems) for key, sources in claims.items()} | broken


def _one(sources: list[Source], problems: list[str]) -> Source | None:
    if len(sources) == 1 or len({source.content() for source in sources}) == 1:
        return sources[0]
    problems.append(f"{', '.join(sorted(source.place for source in sources))} differ, and say to be the same run")
    return None


def _admitted(source: Source | None, name: str) -> Iterator[str]:
    """What is wrong with a run that is to be believed, by its own word."""
    if source is None:
        return
    yield from source.run.problems
    if source.run.state != "ended":
        yield f"{name} did not end ({source.place})"
