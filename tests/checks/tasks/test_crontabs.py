"""Crontab fields mean what Celery makes of them."""

from __future__ import annotations

import pytest

from integrity.checks.sources.names import UNKNOWN
from integrity.checks.tasks.crontabs import problem_of


@pytest.mark.parametrize(
    "fields",
    [
        {"minute": 0, "hour": 23},
        {"minute": "*/15"},
        {"minute": "0,30", "hour": "8-18/2", "day_of_week": "mon-fri"},
        {"minute": "0", "day_of_week": "sat,sunday"},
        {"minute": 0, "day_of_month": "29", "month_of_year": "2"},
        {"minute": 0, "day_of_month": "31", "month_of_year": "apr,may"},
        {"minute": 0, "hour": "22-2", "day_of_week": "fri-mon"},
        {"minute": "*", "hour": 3},
        {"hour": UNKNOWN},
        {"minute": UNKNOWN, "day_of_month": 31},
        {"month_of_year": "*/6"},
    ],
)
def test_crontab_that_fires_is_fine(fields):
    """Steps, ranges round the end, names of days and months, and what is not known."""
    assert problem_of(fields) == ("", "")


@pytest.mark.parametrize(
    "fields",
    [
        {"minute": 60},
        {"hour": 24},
        {"minute": "*/0"},
        {"minute": "5/10"},
        {"day_of_week": "7", "minute": 0},
        {"day_of_week": "funday", "minute": 0},
        {"day_of_month": 0, "minute": 0},
        {"month_of_year": "13"},
        {"minute": ""},
        {"minute": "1,,2"},
        {"minute": 0, "day_of_month": "30-31", "month_of_year": 2},
        {"minute": 0, "day_of_month": "31", "month_of_year": "2,4,6,9,11"},
    ],
)
def test_crontab_that_cannot_fire_is_an_error(fields):
    """Numbers outside a field's range, words that are none, and days that no named month has."""
    problem, level = problem_of(fields)

    assert problem
    assert level == "error"


@pytest.mark.parametrize("fields", [{"hour": 3}, {"hour": "*/2"}, {"day_of_week": 1}, {"day_of_month": 1, "hour": "*"}])
def test_crontab_without_a_minute_is_a_warning(fields):
    """Of an hour or a day without a minute, every minute counts."""
    assert problem_of(fields)[1] == "warning"
