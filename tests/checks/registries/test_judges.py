"""What the checks of declared registries find and leave alone, at their edges."""

from __future__ import annotations

import pytest

from integrity.checks.model import Entry, Place
from integrity.checks.registries.coverage import Pair, coverage
from integrity.checks.registries.view import View
from tests.checks.registries.units import found, results_in


def judged(folder, target, **options):
    """Return `(code, entry)` of all findings over an object."""
    return found(results_in(folder, {}, {"plans": {"target": target, **options}}))


def test_keys_of_different_types_collapse_as_in_python(tmp_path):
    """`1`, `1.0` and `True` are one key; "1" is another."""
    assert judged(tmp_path, [1, "1", 2.0]) == set()
    assert judged(tmp_path, [1, "1", True]) == {("REG101", "1")}


def test_unhashable_keys_are_compared_by_their_content(tmp_path):
    """Tables in a list can be equal too."""
    assert judged(tmp_path, [{"a": 1}, {"b": 1}]) == set()
    assert {code for code, _ in judged(tmp_path, [{"a": 1, "b": 2}, {"b": 2, "a": 1}])} == {"REG101"}


def test_greek_names_are_no_disguise(tmp_path):
    """Only letters that look Latin, among Latin ones, are told."""
    assert judged(tmp_path, ["Δt", "µ", "αβγ", "имя", "naïve"]) == set()
    assert judged(tmp_path, ["p\u0430id"]) == {("REG105", "p\u0430id")}


def test_case_and_form_are_told_apart(tmp_path):
    """One pair of keys gets one finding."""
    assert judged(tmp_path, ["Paid", "paid"]) == {("REG103", "paid")}
    assert judged(tmp_path, ["is-paid", "is_paid", "IS PAID"]) == {("REG104", "IS PAID")}


def test_none_is_no_shared_value(tmp_path):
    """A field that is not set is not shared."""
    rows = [{"code": "a", "port": None}, {"code": "b", "port": None}, {"code": "c", "port": 1}]

    assert judged(tmp_path, rows, key="code", unique=["port"]) == set()


def test_a_field_that_no_entry_has_is_red(tmp_path):
    """A misspelt field would make the check pass for ever."""
    rows = {"a": {"min": 1, "port": 2}}
    for code, options in {
        "REG102": {"unique": ["port", "prot"]},
        "REG121": {"relations": ["min < 3", "mni < 3"]},
        "REG130": {"references": {"hander": "object"}},
        "VAC005": {"expires": "untill"},
    }.items():
        assert code in {found_code for found_code, _ in judged(tmp_path, rows, **options)}


def test_ignore_holds_for_one_entry(tmp_path):
    """What is ignored is not told; what is not, is."""
    options = {"covers": {"of": ["a", "b", "c"], "ignore": ["b"]}}

    assert judged(tmp_path, ["a"], **options) == {("REG110", "c")}


def test_a_target_can_be_compared_with(tmp_path, monkeypatch):
    """Without being declared as a registry."""
    monkeypatch.syspath_prepend(tmp_path)
    files = {"compared_plans.py": "A = ['x', 'y']\nB = {'x': 1, 'z': 2}"}

    results = results_in(tmp_path, files, {"b": {"target": "compared_plans:B", "equals": "compared_plans:A"}})

    assert found(results) == {("REG110", "y"), ("REG111", "z")}


@pytest.mark.parametrize("wrong", ["modles", {"of": "models", "by": "x"}, {"off": "models"}, {}])
def test_a_wrong_comparison_is_red(tmp_path, wrong):
    """An unknown registry, a field that is not there, a misspelt key."""
    registries = {"models": {"target": ["a"]}, "limits": {"target": ["a"], "covers": wrong}}

    assert {code for code, _ in found(results_in(tmp_path, {}, registries))} & {"REG002", "REG110"}


def test_a_relation_that_is_none_is_red(tmp_path):
    """Nothing of it is run; a wrong text is told."""
    assert judged(tmp_path, {"a": {"x": 1}}, relations=["__import__('os')"]) == {("REG121", "__import__('os')")}


def test_relations_compare_across_types_without_an_error(tmp_path):
    """What can't be compared doesn't hold."""
    assert judged(tmp_path, {"a": {"x": 1, "y": "2"}}, relations=["x <= y"]) == {("REG121", "a/x <= y")}


def test_secrets_stay_unsaid(tmp_path):
    """The value of a field with a secret's name is in no message."""
    rows = {"a": {"api_key": "hunter2"}}

    results = results_in(tmp_path, {}, {"plans": {"target": rows, "fields": {"api_key": {"matches": "[0-9]+"}}}})

    assert found(results) == {("REG120", "a/api_key")}
    assert "hunter2" not in str([result.findings for result in results.values()])


def test_a_nested_field_is_reached_by_its_path(tmp_path):
    """`limits.max` looks into the table `limits`."""
    rows = {"a": {"limits": {"max": 5}}, "b": {"limits": {}}}

    assert judged(tmp_path, rows, required=["limits.max"]) == {("REG120", "b/limits.max")}


def test_descending_order_by_a_field(tmp_path):
    """A `-` turns the order round."""
    rows = [{"code": "a", "rank": 3}, {"code": "b", "rank": 1}, {"code": "c", "rank": 2}]

    assert judged(tmp_path, rows, key="code", order="-rank") == {("REG150", "c")}


def test_an_override_that_nothing_makes_is_stale(tmp_path):
    """The list of overrides can only hold what is true."""
    files = {"plans.py": "BASE = {'a': 1}\nPLANS = {**BASE, 'b': 2}\n"}

    results = results_in(tmp_path, files, {"plans": {"target": "plans:PLANS", "view": "source", "overrides": ["b"]}})

    assert found(results) == {("REG106", "b")}


def test_an_empty_registry_may_be_declared(tmp_path):
    """Only where the declaration says so."""
    assert {code for code, _ in judged(tmp_path, {})} == {"REG001"}
    assert judged(tmp_path, {}, **{"allow-empty": True}) == set()


def test_a_copy_of_fewer_than_four_keys_is_chance(tmp_path):
    """So it is an error to ask for it."""
    files = {"plans.py": "PLANS = ['a', 'b', 'c']", "copy_of.py": "X = ['a', 'b', 'c']"}

    results = results_in(tmp_path, files, {"plans": {"target": "plans:PLANS", "view": "source", "no-copies": True}})

    assert {code for code, _ in found(results)} == {"VAC005"}


def test_abstract_and_ignored_members_need_no_registration(tmp_path):
    """Nor do private ones, and those of other packages."""
    files = {
        "base.py": "import abc\nclass Base(abc.ABC): ...",
        "shop/__init__.py": "from .a import One\nALL = [One]",
        "shop/a.py": (
            "import abc\nfrom base import Base\nclass One(Base): ...\nclass _Two(Base): ...\nclass Three(Base):\n"
            "    @abc.abstractmethod\n    def run(self): ...\nclass Four(Three): ...\nclass Five(Base): ..."
        ),
        "elsewhere.py": "from base import Base\nclass Six(Base): ...",
    }
    members = {"subclasses-of": "base:Base", "within": "shop", "ignore": ["Fi*"]}

    results = results_in(tmp_path, files, {"plans": {"target": "shop:ALL", "view": "source", "members": members}})

    assert found(results) == {("REG140", "Four")}


def test_paths_that_sources_do_not_tell_are_noted(tmp_path):
    """In lazy modules, behind star imports and in other packages; a name that is surely gone is told."""
    files = {
        "plans.py": "PLANS = {'a': 'lazy.x', 'b': 'starred.x', 'c': 'other.package.x', 'd': 'plain.gone', 'e': 'plain.here.x', 'f': 'plain.here'}",
        "lazy.py": "def __getattr__(name): ...",
        "starred.py": "from other import *",
        "plain.py": "here = 1",
    }

    results = results_in(
        tmp_path, files, {"plans": {"target": "plans:PLANS", "view": "source", "references": {"value": "object"}}}
    )

    assert found(results) == {("REG130", "d/value")}
    (note,) = results["registry:plans:bad-reference"].notes
    assert all(name in note for name in ("lazy.x", "starred.x", "other.package.x", "plain.here.x"))


def test_fields_behind_an_unknown_base_are_not_missed(tmp_path):
    """What a table unpacks may hold the field."""
    files = {"plans.py": "from other import BASE\nPLANS = {'a': {**BASE, 'x': 1}, 'b': {'x': 1}, 'c': make(x=2)}"}

    results = results_in(tmp_path, files, {"plans": {"target": "plans:PLANS", "view": "source", "required": ["price"]}})

    assert found(results) == {("REG120", "b/price")}


def test_findings_of_keys_that_look_alike_differ(tmp_path):
    """`1` and "1" are two keys: each has a finding and a fingerprint of its own."""
    (result,) = [
        each
        for each in results_in(
            tmp_path, {}, {"plans": {"target": {"a": 0}, "covers": [1, "1", None, "None", "b"]}}
        ).values()
        if each.case.check.code == "REG110"
    ]

    assert sorted(each.entry for each in result.findings) == ["'1'", "'None'", "1", "None", "b"]


@pytest.mark.parametrize("ignored", [["1", "None"], ["'1'", "'None'"]])
def test_ignore_means_keys_however_they_are_written(tmp_path, ignored):
    """A key's text is enough, though other keys may have the same one."""
    options = {"covers": {"of": ["1", "None", "a"], "ignore": ignored}}

    assert judged(tmp_path, {"a": 0}, **options) == set()


KEYS_UNREAD = "import os\nPLANS = {os.sep: 1, 'free': 2}\nPRICES = {'free': 1, 'team': 2}\n"


@pytest.mark.parametrize(("relation", "of", "target"), [("covers", "b", "PLANS"), ("within", "b", "PRICES")])
def test_what_may_be_among_unread_keys_is_only_doubtful(tmp_path, relation, of, target):
    """A key that the sources don't tell may be the one that is missing."""
    other = {"PLANS": "PRICES", "PRICES": "PLANS"}[target]
    registries = {
        "a": {"target": f"shop:{target}", "view": "source", relation: of},
        "b": {"target": f"shop:{other}", "view": "source"},
    }
    code = "REG110" if relation == "covers" else "REG111"

    (result,) = [
        each
        for each in results_in(tmp_path, {"shop.py": KEYS_UNREAD}, registries).values()
        if each.case.check.code == code
    ]

    assert [(each.entry, each.level) for each in result.findings] == [("team", "warning")]
    assert "as far as sources tell" in result.findings[0].message
    assert [note for note in result.notes if "os.sep" in note] != []


def test_missing_entry_of_written_collections_has_a_place_on_each_side(tmp_path):
    """`source_of` gives places to entries alone; the first of them stands in for the registry's."""
    places = [Place("shop.py", line) for line in (1, 2)]
    left = View("items", ((Entry("a", 1, places[0]),),))
    pair = Pair("equals", left, (Entry("b", 1, places[1]),), "b")

    found = {code: coverage("a", code).judge((pair,)).findings for code in ("REG110", "REG111")}

    assert [str(place) for place in found["REG110"][0].places] == ["shop.py:1", "shop.py:2"]
    assert [str(place) for place in found["REG111"][0].places] == ["shop.py:1", "shop.py:2"]


def test_fields_of_a_registry_that_may_be_empty_are_not_missed(tmp_path):
    """Where there is no entry, none lacks what is declared."""
    options = {
        "unique": ["port"],
        "relations": ["min < 3"],
        "references": {"handler": "object"},
        "fields": {"port": {"optional": True}},
    }

    assert judged(tmp_path, {}, **{"allow-empty": True}, **options) == set()
