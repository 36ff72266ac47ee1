"""The rate limits are complete, sane, and mean the same to every limiter."""

import ast
from collections import Counter
from pathlib import Path

import limits as limits_library
import pytest
import ratelimits
from ratelimits import LIMITS, PERIODS_S, Limit, Rate, Scope

PACKAGE = Path(ratelimits.__file__).parent
FIRST_LETTERS_OF_DRF_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def keys_in_source(module: str, table: str) -> list[str]:
    """Return a dict literal's keys as written: at run time the last of two silently wins."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    declared = [
        node.value for node in tree.body if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == table
    ]
    literals = [n for value in declared if value for n in ast.walk(value) if isinstance(n, ast.Dict)]
    return [ast.unparse(key) for literal in literals for key in literal.keys if key]


# --- scopes


def test_scope_value_is_unique() -> None:
    """Two scopes with one value would share a counter; iteration would hide the second."""
    values = Counter(member.value for member in Scope.__members__.values())

    assert values
    assert [value for value, count in values.items() if count > 1] == []


def test_each_scope_has_one_limit() -> None:
    """No scope is unlimited, and none is limited twice."""
    written = keys_in_source("limits", "LIMITS")

    assert sorted(written) == sorted(f"Scope.{name}" for name in Scope.__members__)
    assert set(LIMITS) == set(Scope)


# --- values


@pytest.mark.parametrize(("scope", "limit"), LIMITS.items(), ids=LIMITS)
def test_burst_and_sustained_rate_both_matter(scope: Scope, limit: Limit) -> None:
    """A burst is shorter and faster than the sustained rate, and fits into it."""
    assert limit.burst.period_s < limit.sustained.period_s, scope
    assert limit.burst.per_second > limit.sustained.per_second, scope
    assert limit.burst.count <= limit.sustained.count, scope


def test_limits_were_examined() -> None:
    """The parametrised tests above had something to run over."""
    assert len(LIMITS) > 1


# --- grammar


@pytest.mark.parametrize("word", keys_in_source("rates", "PERIODS_S"))
def test_period_means_the_same_to_every_limiter(word: str) -> None:
    """REST Framework takes the first letter, ``limits`` the whole word: both agree with us."""
    period = ast.literal_eval(word)
    rate = Rate(7, PERIODS_S[period])

    assert FIRST_LETTERS_OF_DRF_S[period[0]] == rate.period_s
    assert limits_library.parse(str(rate)).get_expiry() == rate.period_s


def test_periods_are_distinct() -> None:
    """A repeated word is lost; a repeated length could not be written back."""
    written = keys_in_source("rates", "PERIODS_S")

    assert len(written) == len(set(PERIODS_S.values())) == len(PERIODS_S) > 0
