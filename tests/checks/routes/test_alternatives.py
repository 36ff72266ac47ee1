"""Samples of a pattern with alternatives."""

from __future__ import annotations

from integrity.checks.routes.samples import samples_of


def test_samples_take_the_first_and_the_last_alternative():
    """A route that takes only one of them does not hide the other."""
    assert {"ax", "cx"} <= set(samples_of("(?:a|b|c)x"))
