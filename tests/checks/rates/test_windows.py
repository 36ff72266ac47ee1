"""Windows of rates: which contradict each other, and where a missing one belongs."""

from __future__ import annotations

import pytest

from integrity.checks.model import Place
from integrity.checks.rates import judges as rates
from integrity.checks.rates.grammar import Window, reading_of
from integrity.checks.rates.judges import Rated, Rates, Stack, Use


def test_rates_for_the_same_time_do_not_contradict():
    """They are two rates, of which the smaller holds."""
    stack = Stack("views.A", (Window(10, 60), Window(5, 60)))

    assert rates.idle(Rates(stacks=(stack,))).findings == ()
    assert len(rates.idle(Rates(stacks=(stack._replace(windows=(Window(10, 60), Window(5, 61))),))).findings) == 1


def test_missing_rate_is_expected_where_the_first_one_stands():
    """One place is enough to find the table."""
    table = [Rated(name, "1/min", "drf", Place("settings.py", line)) for line, name in enumerate("ab", 1)]

    (found,) = rates.unrated(Rates(tuple(table), (Use("c", "views.C", Place("views.py", 9)),))).findings

    assert found.places == (Place("views.py", 9), Place("settings.py", 1, None, "expected"))


@pytest.mark.parametrize(("rate", "window"), [(5, Window(5, 1)), (0.5, Window(0.5, 1)), ("6/m", Window(6, 60))])
def test_rate_of_celery_may_be_a_number(rate, window):
    """Of tasks in a second."""
    assert reading_of(rate, "celery").windows == (window,)
