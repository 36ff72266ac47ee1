"""The rate limits are complete, sane, and mean the same to every limiter; what holds for each registry is in pyproject.toml."""

import limits
import pytest
from ratelimits import PERIODS_S, Rate

import integrity

FIRST_LETTERS_OF_DRF_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}

test_declared = integrity.declared_tests()


def test_burst_and_sustained_rate_both_matter() -> None:
    """A burst is shorter and faster than the sustained rate, and fits into it."""
    rates = integrity.registry("limits")

    rates.check(lambda each: each.value.burst.period_s < each.value.sustained.period_s, "the burst is not shorter")
    rates.check(lambda each: each.value.burst.per_second > each.value.sustained.per_second, "the burst is not faster")
    rates.check(lambda each: each.value.burst.count <= each.value.sustained.count, "the burst doesn't fit")


@pytest.mark.parametrize("word", integrity.source_of("ratelimits.rates:PERIODS_S").keys())
def test_period_means_the_same_to_every_limiter(word: str) -> None:
    """REST Framework takes the first letter, ``limits`` the whole word: both agree with us."""
    rate = Rate(7, PERIODS_S[word])

    assert FIRST_LETTERS_OF_DRF_S[word[0]] == rate.period_s
    assert limits.parse(str(rate)).get_expiry() == rate.period_s
