"""How each library reads a rate; the real ones are asked beside ours."""

from __future__ import annotations

import json
import subprocess

import pytest

from integrity.checks.rates.grammar import Window, reading_of

MEANT = {
    "drf": {
        "10/min": (10, 60),
        "1/s": (1, 1),
        "100/day": (100, 86400),
        " 7/hour": (7, 3600),
        "5/hrs": (5, 3600),
    },
    "limits": {
        "10/minute": (10, 60),
        "10 per 2 hours": (10, 7200),
        "5/5second": (5, 5),
        "1 PER DAY": (1, 86400),
        "3/month": (3, 2592000),
    },
    "celery": {"10/m": (10, 60), "0.5/s": (0.5, 1), "3": (3, 1), "7/h": (7, 3600)},
    "ratelimit": {"5/m": (5, 60), "5/10m": (5, 600), "100/hour": (100, 3600), "9/s": (9, 1)},
}
UNREADABLE = {
    "drf": ["10", "10/fortnight", "ten/min", "10/min/ip", "10/", "1.5/min", "10 / min", "10/5m", 10, ["10/min"]],
    "limits": ["10/min", "10", "10/m", "10/minute; often", "", "ten/minute", 10],
    "celery": ["10/minute", "10/d", "often", "/m", "10 per minute", ""],
    "ratelimit": ["often", "-5/m", "5", "", 5],
}
SURPRISING = {
    "drf": {"10/month": "minute", "10/ms": "minute", "10/hourly-ish": "hour", "10/decade": "day"},
    "ratelimit": {"10/month": "minute", "10/year": "second", "10/": "second", "5/10 m": "second"},
}


def pairs(table):
    return [(dialect, rate) for dialect, rates in table.items() for rate in rates]


@pytest.mark.parametrize(("dialect", "rate"), pairs(MEANT))
def test_rate_is_read_as_its_library_reads_it(dialect, rate):
    """Amount and seconds, without a surprise."""
    reading = reading_of(rate, dialect)

    assert reading.windows == (Window(*MEANT[dialect][rate]),)
    assert (reading.problem, reading.surprise) == ("", "")


@pytest.mark.parametrize(("dialect", "rate"), pairs(UNREADABLE))
def test_rate_that_its_library_refuses_is_a_problem(dialect, rate):
    """And has no windows."""
    reading = reading_of(rate, dialect)

    assert reading.problem
    assert reading.windows == ()


@pytest.mark.parametrize(("dialect", "rate"), pairs(SURPRISING))
def test_rate_that_means_another_period_is_a_surprise(dialect, rate):
    """The period that counts is named."""
    assert reading_of(rate, dialect).surprise.endswith(f"per {SURPRISING[dialect][rate]}")


@pytest.mark.parametrize("dialect", MEANT)
def test_none_is_no_limit(dialect):
    """In every dialect."""
    assert reading_of(None, dialect) == ((), "", "")


def test_several_limits_in_one_text():
    """With any of the three signs between them."""
    assert reading_of("1/second; 5 per minute,9/hour|99/day", "limits").windows == (
        Window(1, 1),
        Window(5, 60),
        Window(9, 3600),
        Window(99, 86400),
    )


READ = """
import json, sys
def drf(rate):
    from rest_framework.throttling import SimpleRateThrottle
    return SimpleRateThrottle.parse_rate(None, rate)
def limits(rate):
    from limits import parse_many
    (item,) = parse_many(rate)
    return item.amount, item.get_expiry()
def celery(rate):
    from celery.utils.time import rate as read
    return read(rate)
from django.conf import settings
settings.configure()
for dialect, rate in json.loads(sys.argv[1]):
    try:
        print(json.dumps(globals()[dialect](rate)))
    except Exception as error:
        print(json.dumps("error"))
"""


def test_our_grammars_are_those_of_the_libraries(newest):
    """Each rate of this file is read by the real library too."""
    asked = [
        pair
        for pair in (*pairs(MEANT), *pairs(UNREADABLE), *pairs(SURPRISING))
        if pair[0] != "ratelimit" and isinstance(pair[1], str)
    ]
    ended = subprocess.run([str(newest), "-c", READ, json.dumps(asked)], capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in ended.stdout.splitlines()]

    assert len(answers) == len(asked), ended.stderr
    for (dialect, rate), answer in zip(asked, answers, strict=True):
        windows = reading_of(rate, dialect).windows
        if dialect == "celery":
            ours = windows[0].amount / windows[0].seconds if windows else "error" if rate else 0
        else:
            ours = [windows[0].amount, windows[0].seconds] if windows else "error"
        assert ours == answer, (dialect, rate)
