"""Behaviour of the rate grammar."""

import pytest
from contracts import ServiceName
from ratelimits import InvalidRateError, Rate, drf_rates, parse_rate


def test_rate_is_parsed() -> None:
    """A count and a period become numbers."""
    assert parse_rate("30/minute") == Rate(count=30, period_s=60)


@pytest.mark.parametrize(
    "text",
    ["", "30", "30/m", "30/min", "30/month", "0/day", "-5/day", "3.5/day", " 3/day", "٣/day"],
)
def test_rate_that_limiters_read_differently_is_refused(text: str) -> None:
    """Abbreviations, zero, signs and foreign digits are errors, not guesses."""
    with pytest.raises(InvalidRateError, match=r"is not <count>|the period must be"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["1/second", "600/minute", "500/hour", "10000/day"])
def test_rate_is_written_as_it_is_read(text: str) -> None:
    """Parsing and writing are inverse."""
    assert str(parse_rate(text)) == text


def test_drf_rates_are_those_of_the_service() -> None:
    """A service gets its own scopes and no others."""
    rates = drf_rates(ServiceName.BILLING)

    assert rates["billing-write"] == "1200/minute"
    assert "client-write" not in rates
