"""Concrete texts for the regular expressions of parameters."""

from __future__ import annotations

import re

import pytest

from integrity.checks.routes.samples import samples_of

PATTERNS = [
    "[^/]+",
    ".*",
    "[0-9]+",
    "[-a-zA-Z0-9_]+",
    r"\w+",
    "[^/.]+",
    r"\d{4}-\d{2}",
    "(?:ab|cd)+",
    "(?!me)[a-z]+",
    "[A-Z]{3}[^/]",
    "x?y*z+",
    "[^a-z]{2,3}",
    r"[\w.@+-]+",
    r"\S+\s\D\W",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_sample_matches_the_whole_pattern(pattern):
    """Otherwise a path that was made from it would prove nothing."""
    samples = samples_of(pattern)

    assert samples
    assert [sample for sample in samples if not re.fullmatch(pattern, sample)] == []


@pytest.mark.parametrize("pattern", ["[^/]+", r"\w+", "[a-z]+", "[^/.]+", "[0-9a-f]+"])
def test_samples_of_words_are_not_all_numbers(pattern):
    """Else a route for numbers would seem to take all its paths."""
    assert [sample for sample in samples_of(pattern) if not sample.isdigit()] != []


@pytest.mark.parametrize("pattern", ["(", r"(?P<a>x)(?P=a)", r"(?=a)b"])
def test_what_cannot_be_sampled_gives_nothing(pattern):
    """A guess that doesn't match is not given."""
    assert samples_of(pattern) == ()
