"""Values that a declaration can't mean, values that can't be compared simply, and sources that show no key: red, never a traceback."""

from __future__ import annotations

import time

import pytest

from integrity.checks.model import Entry
from integrity.checks.registries.coverage import Pair, coverage
from integrity.checks.registries.view import View
from tests.checks.registries.units import found, results_in

ROWS = {"a": {"q": 1, "until": "2999-01-01"}}
REFUSED = {
    "fields.q.matches": {"fields": {"q": {"matches": "["}}},
    "fields.q.choices": {"fields": {"q": {"choices": 5}}},
    "fields.q.min": {"fields": {"q": {"min": float("nan")}}},
    "expires-warning-days": {"expires": "until", "expires-warning-days": float("inf")},
}


def judged(folder, target, **options):
    """Return `(code, entry)` of all findings over an object."""
    return found(results_in(folder, {}, {"plans": {"target": target, **options}}))


@pytest.mark.parametrize("key", REFUSED)
def test_a_value_that_nothing_can_be_judged_by_is_refused(tmp_path, key):
    """By its key."""
    assert judged(tmp_path, ROWS, **REFUSED[key]) == {("REG002", f"plans.{key}")}


@pytest.mark.parametrize("days", [float("nan"), 1e12, -1])
def test_days_that_are_none_are_refused(tmp_path, days):
    """However large."""
    assert ("REG002", "plans.expires-warning-days") in judged(
        tmp_path, ROWS, **{"expires": "until", "expires-warning-days": days}
    )


@pytest.mark.parametrize("choices", ["xyz", []])
def test_choices_are_a_list(tmp_path, choices):
    """A text is none, and an empty list has no choice."""
    assert judged(tmp_path, ROWS, fields={"q": {"choices": choices}}) == {("REG002", "plans.fields.q.choices")}


def test_no_number_is_no_number_in_a_range(tmp_path):
    """NaN is neither above nor below."""
    assert judged(tmp_path, {"a": {"q": float("nan")}}, fields={"q": {"min": 0}}) == {("REG120", "a/q")}


def test_values_of_any_content_are_compared(tmp_path):
    """Tables with keys of two types, in any order, and values that stand in themselves."""
    around, deep = [], []
    around.append(around)
    for _ in range(5000):
        deep = [deep]

    assert judged(tmp_path, {"a": {1: 1, "a": 2}, "b": {"a": 2, 1: 1}}, unique=["value"]) == {("REG102", "b")}
    assert judged(tmp_path, {"a": [1], "b": ["1"], "c": {1: 2}, "d": {"1": 2}}, unique=["value"]) == set()
    assert judged(tmp_path, {"a": around, "b": deep}, unique=["value"]) == set()


@pytest.mark.parametrize("allows_empty", [True, False])
def test_sources_without_a_readable_key_prove_nothing(tmp_path, allows_empty):
    """Neither that none stands twice, nor that each is among others; though no entries may be fine."""
    text = "from other import k\nPLANS = {k('alpha'): 1, k('alpha'): 2}\n"
    options = {"view": "source", "within": ["zz"], "allow-empty": allows_empty}

    results = results_in(tmp_path, {"plans.py": text}, {"plans": {"target": "plans:PLANS", **options}})

    assert found(results) >= {
        ("VAC005", "registry:plans:duplicate-key"),
        ("VAC005", "registry:plans:unknown-entry"),
    }


def test_sources_without_a_readable_value_prove_nothing(tmp_path):
    """Neither about fields nor about owners."""
    options = {"view": "source", "required": ["price"], "owner": "owner"}

    results = results_in(
        tmp_path, {"plans.py": "PLANS = {'a': make()}\n"}, {"plans": {"target": "plans:PLANS", **options}}
    )

    assert ("VAC005", "registry:plans:bad-field") in found(results)


def test_large_lists_are_compared_soon():
    """All differences are told, and no similar names are looked for; of few names, they are."""
    left, right = (tuple(Entry(f"{side}{number}") for number in range(100_000)) for side in "ab")

    begin = time.process_time()
    judged = [
        coverage("plans", code).judge((Pair("equals", View("items", (left,)), right, "the list"),))
        for code in ("REG110", "REG111")
    ]

    assert [len(each.findings) for each in judged] == [100_000, 100_000]
    assert time.process_time() - begin < 30
    few = Pair("within", View("items", ((Entry("stripe"),),)), (Entry("strype"),), "the list")
    assert "strype" in coverage("plans", "REG111").judge((few,)).findings[0].hint
