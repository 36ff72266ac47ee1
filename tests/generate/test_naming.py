"""Names of new units."""

from __future__ import annotations

import pytest

from integrity.errors import UsageError
from integrity.generate.naming import named


@pytest.mark.parametrize(
    ("name", "module"), [("billing", "billing"), ("Rate-Limits", "rate_limits"), ("a.b_c", "a_b_c"), ("x2", "x2")]
)
def test_module_follows_from_the_name(name, module):
    """As builders of packages do it."""
    assert named(name).module == module


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "can be no distribution"),
        ("-billing", "can be no distribution"),
        ("rate limits", "can be no distribution"),
        ("../billing", "can be no distribution"),
        ("a/b", "can be no distribution"),
        ("billing\n", "can be no distribution"),
        ("préis", "can be no distribution"),
        ("2fa", "no name of a module"),
        ("class", "no name of a module"),
        ("email", "would hide the module 'email'"),
        ("Celery", "would hide the module 'celery'"),
        ("integrity", "would hide the module"),
        ("rate_limits", "there is a unit"),
    ],
)
def test_name_that_cannot_be_used_is_refused(name, why):
    """And the error says why; two names that mean the same distribution are the same."""
    with pytest.raises(UsageError, match=why):
        named(name, others=["Rate.Limits"])


def test_near_name_is_suggested():
    """What is wrong with it is taken out."""
    with pytest.raises(UsageError) as refusal:
        named("Rate limits!")

    assert refusal.value.hint == "For example: rate-limits."
