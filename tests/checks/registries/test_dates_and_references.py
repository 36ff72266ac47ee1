"""Edges of declared registries: the days before a date, keys that are computed, references that only running the code tells of."""

from __future__ import annotations

import datetime as dt

import pytest

from integrity.checks.model import Entry, Place
from integrity.checks.registries import cases
from integrity.checks.registries.upkeep import Dated, expired, owners
from integrity.checks.registries.view import View
from integrity.checks.unit import declarations_of, unit_around
from tests.checks.harness import examined, write
from tests.checks.registries.units import found, keys, registry_in, results_in

TODAY = dt.date(2026, 5, 1)


def view_of(*entries):
    return View(layers=(entries,), kind="mapping", place=Place("plans.py", 1))


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (dt.date(2026, 4, 30), "error"),
        (TODAY, "warning"),
        (dt.date(2026, 5, 10), "warning"),
        (dt.date(2026, 5, 11), None),
        ("2026-05-10", "warning"),
        (dt.datetime(2026, 4, 30, 23, tzinfo=dt.UTC), "error"),
        ("soon", "error"),
    ],
)
def test_date_is_told_before_it_is_over(day, level):
    """From so many days before; on the day itself it still holds."""
    check = expired("plans", "until", 10)

    judged = check.judge(Dated(view_of(Entry("a", {"until": day})), TODAY))

    assert judged.count == 1
    assert [finding.level for finding in judged.findings] == ([level] if level else [])


def test_entry_without_a_date_never_ends():
    """One that says None is like one that says nothing."""
    check = expired("plans", "until", 10)

    assert check.judge(Dated(view_of(Entry("a", {"until": None}), Entry("b", {})), TODAY)).count == 0


@pytest.mark.parametrize("owner", ["", " ", "?", "-", "todo", "TBD", "None", "nobody", "Unknown", "fixme", None])
def test_nobody_is_no_owner(owner):
    """However it is written."""
    judge = owners("plans", "owner").judge

    assert len(judge(view_of(Entry("a", {"owner": owner}), Entry("b", {"owner": "billing"}))).findings) == 1


def test_computed_keys_are_not_compared(tmp_path):
    """Two calls may give two things; two names give one."""
    files = {"plans.py": "import keys\n\nPLANS = {keys.new(): 1, keys.new(): 2, keys.OLD: 3}\n"}

    assert found(results_in(tmp_path / "a", files, {"plans": {"target": "plans:PLANS", "view": "source"}})) == set()
    files["plans.py"] = files["plans.py"].replace("new()", "NEW")
    assert {
        code
        for code, _ in found(results_in(tmp_path / "b", files, {"plans": {"target": "plans:PLANS", "view": "source"}}))
    } == {"REG101"}


def test_what_a_module_adds_later_is_an_entry_too(tmp_path):
    """By each method that adds."""
    text = 'PLANS = ["a"]\nPLANS.append("b")\nPLANS.insert(0, "c")\nPLANS.extend(["d"])\nPLANS += ["e"]\n'

    view = registry_in(tmp_path, {"plans.py": text}).chosen().load()

    assert sorted(keys(view)) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("kind", "options", "is_static"),
    [
        ("file:static", {}, True),
        ("limits", {}, True),
        ("object", {}, False),
        ("callable", {}, False),
        ("object", {"view": "source"}, True),
        ("file:static", {"view": "runtime"}, False),
        ("limits", {"view": "runtime"}, False),
    ],
)
def test_reference_is_looked_up_without_the_env_only_where_sources_tell(tmp_path, kind, options, is_static):
    """`integrity check` must never import what a reference names."""
    files = {"plans.py": "PLANS = {'a': {'by': 'x'}}\nLIMITS = {'x': 1}\n"}
    registries = {
        "plans": {"target": "plans:PLANS", "references": {"by": kind}, **options},
        "limits": {"target": "plans:LIMITS"},
    }
    unit = unit_around(str(write(tmp_path, {"pyproject.toml": "", **files}) / "pyproject.toml"))
    declared = declarations_of(unit, registries=registries)["registries"]

    assert [case.is_static for case in cases(unit, declared) if case.check.code == "REG130"] == [is_static]


@pytest.mark.parametrize(
    "text",
    [
        "D = dict([*others, ('a', 1)])",
        "D = dict([pair, ('a', 1)])",
        "D = dict([('a', 1, 2), ('a', 1, 3)])",
        "KIND_CHOICES = [NONE, ('a', 'A')]",
        "KIND_CHOICES = OTHER = 3",
        "KIND_CHOICES = [('G', [('a', 'A')]), ('G', [('b', 'B')])]",
    ],
)
def test_what_is_no_pair_is_passed_over(tmp_path, text):
    """Nobody knows what it brings."""
    assert examined(write(tmp_path, {"pyproject.toml": "", "module.py": text + "\n"})) == []


def test_list_that_has_two_names_is_one_of_choices_by_either(tmp_path):
    """The names are of one list."""
    text = "KINDS = KIND_CHOICES = [('a', 'A'), ('a', 'B')]\n"

    assert [finding.code for finding in examined(write(tmp_path, {"pyproject.toml": "", "module.py": text}))] == [
        "REG101"
    ]


def test_computed_fields_are_passed_over(tmp_path):
    """Neither a reference nor a comparison is made up for them."""
    text = "PLANS = {'a': {'by': make(), 'low': make(), 'high': 3}, 'b': {'by': 'x', 'low': 1, 'high': 2}}\nLIMITS = {'x': 1}\n"
    options = {"target": "plans:PLANS", "view": "source", "references": {"by": "limits"}, "relations": ["low < high"]}

    results = results_in(
        tmp_path, {"plans.py": text}, {"plans": options, "limits": {"target": "plans:LIMITS", "view": "source"}}
    )

    assert found(results) == set()
    assert (results["registry:plans:bad-reference"].count, results["registry:plans:relation"].count) == (1, 1)


@pytest.mark.parametrize(
    ("row", "entries"),
    [
        ({"low": 1, "mid": 2, "high": 3}, set()),
        ({"low": 2, "mid": 2, "high": 3}, set()),
        ({"low": 3, "mid": 2, "high": 3}, {"a/low <= mid"}),
        ({"low": 1, "mid": 3, "high": 3}, {"a/mid < high"}),
        ({"low": 4, "mid": 3, "high": 3}, {"a/low <= mid", "a/mid < high"}),
    ],
)
def test_each_part_of_a_chain_is_a_comparison(tmp_path, row, entries):
    """And no others are."""
    table = {"target": {"a": row, "b": {"low": 0, "mid": 1, "high": 2}}, "relations": ["low <= mid < high"]}

    assert found(results_in(tmp_path, {}, {"plans": table})) == {("REG121", entry) for entry in entries}


def test_relation_counts_each_comparison(tmp_path):
    """Two for each entry of a chain of three."""
    table = {"target": {"a": {"low": 0, "mid": 1, "high": 2}}, "relations": ["low <= mid < high"]}

    assert results_in(tmp_path, {}, {"plans": table})["registry:plans:relation"].count == 2


@pytest.mark.parametrize("key", ["\u0441\u043e\u0440", "\u0441\u043e\u04401", "\u0441\u043e\u0440_2"])
def test_wholly_foreign_word_is_no_disguise(tmp_path, key):
    """Its letters look Latin, and none is: digits and underscores belong to every alphabet."""
    assert found(results_in(tmp_path, {}, {"plans": {"target": [key, "paid"]}})) == set()


@pytest.mark.parametrize(
    ("value", "is_wrong"),
    [
        ("ab", False),
        ("a", False),
        ("abcd", True),
        ("", True),
        ([1], False),
        ([1, 2, 3, 4], True),
        (3, False),
        (4, True),
    ],
)
def test_limit_of_a_text_or_list_is_its_length(tmp_path, value, is_wrong):
    """Of a number it is the number."""
    table = {"target": {"a": {"size": value}}, "fields": {"size": {"min": 1, "max": 3}}}

    assert found(results_in(tmp_path, {}, {"plans": table})) == ({("REG120", "a/size")} if is_wrong else set())


@pytest.mark.parametrize(
    ("value", "is_wrong"), [("2027-01-31", False), ("soon", True), (dt.date(2027, 1, 31), False), (7, True)]
)
def test_date_may_be_written_as_text(tmp_path, value, is_wrong):
    """In the form of ISO 8601."""
    table = {"target": {"a": {"until": value}}, "fields": {"until": {"type": "date"}}}

    assert found(results_in(tmp_path, {}, {"plans": table})) == ({("REG120", "a/until")} if is_wrong else set())


def test_value_that_is_a_name_is_looked_up_in_sources(tmp_path):
    """A function is as good as its dotted name."""
    files = {
        "handlers.py": "def one():\n    pass\n",
        "plans.py": "import handlers\n\nPLANS = {'a': handlers.one, 'b': handlers.two}\n",
    }
    table = {"target": "plans:PLANS", "view": "source", "references": {"value": "callable"}}

    assert found(results_in(tmp_path, files, {"plans": table})) == {("REG130", "b/value")}


def test_computed_reference_is_looked_up_where_it_is_known(tmp_path, monkeypatch):
    """Sources show the keys, but only the object shows where its fields point."""
    monkeypatch.syspath_prepend(tmp_path)
    text = "def made(name):\n    return 'os:' + name\n\nPLANS = {'a': {'by': made('getcwd')}, 'b': {'by': made('nowhere')}}\n"
    options = {"target": "pointing_plans:PLANS", "references": {"by": "callable"}}

    results = results_in(tmp_path, {"pointing_plans.py": text}, {"plans": options})

    assert found(results) == {("REG130", "b/by")}
    assert results["registry:plans:bad-reference"].count == 2


def test_dates_without_a_warning_can_fail_too():
    """A spoiled copy has a date that is over; one that is only near would be nothing to tell of."""
    check = expired("plans", "until", 0)
    dated = Dated(view_of(Entry("a", {"until": "2999-01-01"})), dt.date(2026, 1, 1))

    assert check.judge(dated).findings == ()
    assert [len(check.judge(copy).findings) for copy in check.spoiled(dated)] == [1]
