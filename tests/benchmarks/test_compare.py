"""What the benchmark concludes from its rows."""

from __future__ import annotations

from benchmarks.compare import Row, judged, ratio, text
from benchmarks.compare import Target as Wanted
from benchmarks.peers.table import Scenario


def row(peer, number, wall_s, *, scenario=Scenario.WARM, problem="", cpu_s=1.0, peak_mib=0.0):
    return Row(
        scenario=scenario,
        units=20,
        peer=peer,
        round=number,
        wall_s=wall_s,
        cpu_s=cpu_s,
        peak_mib=peak_mib,
        problem=problem,
        load=0.1,
        machine="2 cores",
    )


WARM = Wanted(scenario=Scenario.WARM, peer="integrity", base="floor", quantity="wall_s", most=1.15)


def test_ratio_is_the_median_of_ratios_within_rounds():
    """A machine that is twice as slow in one round changes no ratio."""
    rows = [
        row("floor", 0, 10),
        row("integrity", 0, 11),
        row("floor", 1, 20),
        row("integrity", 1, 22),
        row("floor", 2, 10),
    ]

    assert ratio(rows, WARM) == 1.1


def test_failed_runs_count_nowhere():
    """A run with a problem is neither in the ratio nor hidden."""
    rows = [row("floor", 0, 10), row("integrity", 0, 5, problem="19 of 20 units passed")]

    assert ratio(rows, WARM) is None
    assert "PROBLEM integrity, round 0: 19 of 20 units passed" in text(rows)


def test_targets_are_met_up_to_their_limit():
    """At most 1.15 of the floor is met by 1.15 and missed by more."""
    met = [row("floor", 0, 100), row("integrity", 0, 115)]
    missed = [row("floor", 0, 100), row("integrity", 0, 116)]

    assert [is_met for _, _, is_met in judged(met)] == [True]
    assert [is_met for _, _, is_met in judged(missed)] == [False]
    assert "MISSED integrity wall_s of floor: 1.16, at most 1.15" in text(missed)


def test_memory_is_compared_with_a_number():
    """A target without a base is a limit on the quantity itself."""
    rows = [row("integrity", 0, 1, scenario=Scenario.MEMORY, peak_mib=149.0)]

    assert [(number, is_met) for _, number, is_met in judged(rows)] == [(149.0, True)]
