"""The rate limits of all services, and the one grammar in which they are written."""

from ratelimits.limits import LIMITS, Limit, Scope, drf_rates, limit_of
from ratelimits.rates import PERIODS_S, InvalidRateError, Rate, parse_rate

__all__ = [
    "LIMITS",
    "PERIODS_S",
    "InvalidRateError",
    "Limit",
    "Rate",
    "Scope",
    "drf_rates",
    "limit_of",
    "parse_rate",
]
