"""Assertions over rates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Mapping

from integrity.checks.asserts import demand
from integrity.checks.model import Examined
from integrity.checks.rates import judges
from integrity.checks.rates.grammar import DIALECTS, reading_of
from integrity.checks.rates.judges import Rated, Rates, Stack
from integrity.checks.rates.live import pairs_of

_JUDGES = (judges.unreadable, judges.misread, judges.empty, judges.idle)


def assert_rates(rates: Mapping[str, Any] | Iterable[Any], *, dialect: str = "drf") -> None:
    """Assert that rates can be read, mean what they say, and allow something.

        assert_rates(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
        assert_rates(["10/minute", "200 per day; 50 per hour"], dialect="limits")

    `dialect` is drf, limits, celery or ratelimit. Raises TypeError for what holds no rates.
    """
    if dialect not in DIALECTS:
        raise TypeError(f"the dialect is one of {', '.join(DIALECTS)}, not {dialect!r}.")
    try:
        pairs = pairs_of(rates)
    except TypeError:
        raise TypeError(
            f"assert_rates takes a mapping of names to rates, or a list of rates, not {type(rates).__name__}."
        ) from None
    rated = tuple(Rated(name, rate, dialect, shown=rate if name == rate else "") for name, rate in pairs)
    stacks = (Stack(each.name, reading_of(each.rate, dialect).windows) for each in rated)
    material = Rates(rated, stacks=tuple(stack for stack in stacks if len(stack.windows) > 1))
    examined = [judge(material) for judge in _JUDGES]
    findings = tuple(replace(finding, level="error") for each in examined for finding in each.findings)
    demand(Examined(len(rated), findings), "assert_rates")
