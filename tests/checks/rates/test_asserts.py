"""`assert_rates` in plain tests."""

from __future__ import annotations

import pytest

import integrity
from integrity.checks.asserts import IntegrityError
from integrity.checks.asserts.rates import assert_rates


def test_good_rates_pass():
    """As a mapping, a list, or one text."""
    assert_rates({"uploads": "10/day", "all": None})
    assert_rates(["10/minute", "100 per hour; 1000 per day"], dialect="limits")
    assert_rates("10/m", dialect="celery")
    assert integrity.checks.assert_rates is assert_rates


def test_all_that_is_wrong_is_told_at_once():
    """Also what is a warning in a declared check."""
    with pytest.raises(IntegrityError) as caught:
        assert_rates({"a": "10/month", "b": "often", "c": "0/day", "d": "1/min"})

    assert sorted((finding.code, finding.entry) for finding in caught.value.findings) == [
        ("LIM101", "b"),
        ("LIM102", "a"),
        ("LIM103", "c"),
    ]


def test_windows_of_one_text_are_compared():
    """The minute that allows more than the hour."""
    with pytest.raises(IntegrityError, match="LIM106"):
        assert_rates(["100/minute;10/hour"], dialect="limits")


def test_nothing_to_examine_is_an_error():
    """An empty mapping proves nothing."""
    with pytest.raises(IntegrityError, match="VAC005"):
        assert_rates({})


@pytest.mark.parametrize(("given", "dialect"), [(None, "drf"), (object(), "drf"), ({"a": "1/m"}, "django")])
def test_what_holds_no_rates_is_refused(given, dialect):
    """With what to pass instead."""
    with pytest.raises(TypeError, match=r"takes a mapping|the dialect is one of"):
        assert_rates(given, dialect=dialect)
