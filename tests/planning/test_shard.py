"""Units are spread over shards evenly, always in the same way, and as their configuration wants it."""

import itertools
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import UsageError
from integrity.model.plan import PlannedUnit
from integrity.model.unit import Kind
from integrity.planning.shard import Constraint, Sharding, costs_of_shards, sharded
from tests.report.sample import PROPERTY

# Seconds of units that passed, as runs over these monorepos recorded them (the last two are generated).
RECORDED = json.loads((Path(__file__).parent / "recorded_times.json").read_text())
COSTS = st.lists(st.one_of(st.none(), st.floats(0.1, 500)), min_size=1, max_size=40)


def units(costs):
    """Units `u0`, `u1` … of these costs."""
    return tuple(
        PlannedUnit(
            id=f"u{number}",
            path=f"services/u{number}",
            name=f"u{number}",
            kind=Kind.SERVICE,
            selector=f"u{number}",
            reason="all",
            cost_s=cost,
        )
        for number, cost in enumerate(costs)
    )


def spread(costs, shards, constraints=None):
    """The shard of each unit by id, and the expected seconds of each shard."""
    found, count = sharded(units(costs), Sharding(shards=shards), constraints or {})
    assert count == shards
    return {unit.id: unit.shard for unit in found}, costs_of_shards(found, shards)


@PROPERTY
@given(costs=COSTS, shards=st.integers(1, 8))
def test_no_shard_is_longer_than_list_scheduling_allows(costs, shards):
    """The longest shard is at most the even share and one unit more, and every unit is in exactly one shard."""
    shard_of, totals = spread(costs, shards)

    each = [costs_of_shards(units([cost]), 1)[0] for cost in costs if cost is not None]
    assert len(shard_of) == len(costs)
    assert set(shard_of.values()) <= set(range(1, shards + 1))
    assert max(totals) <= sum(totals) / shards + max(each, default=1.0) + 1e-6


@PROPERTY
@given(costs=st.lists(st.integers(1, 30), min_size=1, max_size=7), shards=st.integers(1, 3))
def test_small_plans_are_near_the_best(costs, shards):
    """Against every possible assignment, the longest shard is at most 4/3 of the best one's."""
    _, totals = spread(costs, shards)

    best = min(
        max(sum(cost for cost, place in zip(costs, places, strict=True) if place == shard) for shard in range(shards))
        for places in itertools.product(range(shards), repeat=len(costs))
    )
    assert max(totals) <= best * 4 / 3 + 1e-6


@pytest.mark.parametrize("shards", [2, 3, 4, 5, 8, 16])
@pytest.mark.parametrize("monorepo", RECORDED)
def test_recorded_times_of_real_runs_are_spread_evenly(monorepo, shards):
    """The longest shard is at most a tenth above what no assignment can better: the even share, or the longest unit."""
    costs = RECORDED[monorepo]

    _, totals = spread(costs, min(shards, len(costs)))

    assert max(totals) <= 1.1 * max(sum(costs) / min(shards, len(costs)), *costs)


def test_improving_betters_longest_first():
    """3, 3 and 2, 2, 2 fit two shards exactly; longest first alone would leave 7 and 5."""
    _, totals = spread([3, 3, 2, 2, 2], 2)

    assert totals == [6, 6]


@PROPERTY
@given(costs=COSTS, shards=st.integers(1, 8), data=st.data())
def test_order_of_units_changes_nothing(costs, shards, data):
    """The same units in another order get the same shards."""
    everyone = units(costs)
    shuffled = tuple(data.draw(st.permutations(everyone)))

    found = [
        {unit.id: unit.shard for unit in sharded(each, Sharding(shards=shards), {})[0]} for each in (everyone, shuffled)
    ]

    assert found[0] == found[1]


def test_exclusive_unit_has_its_shard_to_itself():
    """Nothing else is put beside it, however short it is."""
    shard_of, _ = spread([5, 1, 5, 5], 3, {"services/u1": Constraint(exclusive=True)})

    assert [name for name, shard in shard_of.items() if shard == shard_of["u1"]] == ["u1"]


def test_more_exclusive_units_than_shards_is_an_error_that_names_them():
    """The message has the units and the least number of shards."""
    alone = {f"services/u{number}": Constraint(exclusive=True) for number in range(3)}

    with pytest.raises(UsageError, match=r"services/u0.*services/u2") as raised:
        sharded(units([1, 1, 1, 1]), Sharding(shards=3), alone)

    assert "--shards 4" in raised.value.hint


@pytest.mark.parametrize("alone", [257, 256])
def test_more_exclusive_units_than_a_plan_has_shards_is_an_error(alone):
    """Each would need a shard that no job runs; one unit more, and the rest has none."""
    constraints = {f"services/u{number}": Constraint(exclusive=True) for number in range(alone)}

    with pytest.raises(UsageError, match="there are 256"):
        sharded(units([60] * 260), Sharding(target_minutes=1), constraints)


def test_units_of_one_word_stay_together():
    """However uneven that makes the shards."""
    together = {f"services/u{number}": Constraint(together="search") for number in (0, 2, 4)}

    shard_of, _ = spread([9, 1, 9, 1, 9], 4, together)

    assert shard_of["u0"] == shard_of["u2"] == shard_of["u4"]


@pytest.mark.parametrize(("minutes", "expected"), [(0.5, 4), (1, 2), (2, 1), (60, 1), (0.01, 4), (1e-320, 4)])
def test_target_decides_the_number_of_shards(minutes, expected):
    """As many as it takes for each to last that long; never more than there are units."""
    _, shards = sharded(units([30, 30, 30, 30]), Sharding(target_minutes=minutes), {})

    assert shards == expected


def test_plan_without_sharding_names_no_shard():
    """A plain run knows nothing of shards."""
    found, shards = sharded(units([1, 2]), Sharding(), {})

    assert shards == 1
    assert [unit.shard for unit in found] == [None, None]


def test_empty_plan_has_empty_shards():
    """Nothing affected is still a plan, and each of its shards is empty."""
    assert sharded((), Sharding(shards=3), {}) == ((), 3)


def test_unit_that_never_ran_counts_as_a_middling_one():
    """It is neither nothing nor the whole."""
    assert costs_of_shards(units([1.0, 3.0, None]), 1) == [6.0]
    assert msgspec.structs.replace(units([None])[0], shard=1).cost_s is None
