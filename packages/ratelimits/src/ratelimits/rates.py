"""Rates, and the strings in which they are written: ``<count>/<period>``.

The grammar is the part that Django REST Framework and the ``limits`` package read alike. REST
Framework looks only at the first letter of the period, so ``10/month`` would be ten a minute.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PERIODS_S: Mapping[str, int] = MappingProxyType({"second": 1, "minute": 60, "hour": 3600, "day": 86400})
"""Length of each period in seconds, by the word used for it."""

_RATE = re.compile(r"(?P<count>[1-9][0-9]{0,8})/(?P<period>[a-z]+)", re.ASCII)


class InvalidRateError(ValueError):
    """A string is no rate, or limiters would disagree about its meaning."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` requests in ``period_s`` seconds."""

    count: int
    period_s: int

    @property
    def per_second(self) -> float:
        """The mean number of requests a second."""
        return self.count / self.period_s

    def __str__(self) -> str:
        """Return the string that ``parse_rate`` reads."""
        words = {seconds: word for word, seconds in PERIODS_S.items()}
        return f"{self.count}/{words[self.period_s]}"


def parse_rate(text: str) -> Rate:
    """Return the rate that ``text`` says; raise InvalidRateError when it says none."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise InvalidRateError(f"{text!r} is not <count>/<period> with a count above 0")
    period = found["period"]
    if period not in PERIODS_S:
        raise InvalidRateError(f"{text!r}: the period must be one of {', '.join(PERIODS_S)}")
    return Rate(int(found["count"]), PERIODS_S[period])
