"""The source view: what it reads of each way to write a registry, and what it says that it can't know."""

from __future__ import annotations

import pytest

from integrity.checks.model import CannotExamine
from tests.checks.registries.units import keys, registry_in, results_in

WAYS = {
    "dict": ("PLANS = {'a': 1, 'b': 2, 'a': 3}", ["a", "b", "a"]),
    "unpacked": ("BASE = {'a': 1}\nPLANS = {**BASE, 'b': 2}", ["a", "b"]),
    "union": ("PLANS = {'a': 1} | {'b': 2}", ["a", "b"]),
    "grown of itself": ("PLANS = {'a': 1}\nPLANS = {**PLANS, 'b': 2}", ["a", "b"]),
    "dict of pairs": ("PLANS = dict([('a', 1), ('a', 2)])", ["a", "a"]),
    "dict of names": ("PLANS = dict(a=1, b=2)", ["a", "b"]),
    "pairs": ("PLANS = [('a', 'A'), ('b', 'B')]", ["a", "b"]),
    "groups": ("PLANS = [('Group', [('a', 'A'), ('b', 'B')]), ('c', 'C')]", ["a", "b", "c"]),
    "set": ("PLANS = frozenset({'a', 'b'})", ["a", "b"]),
    "added lists": ("FIRST = ['a']\nPLANS = FIRST + ['b']", ["a", "b"]),
    "starred": ("FIRST = ['a']\nPLANS = [*FIRST, 'b']", ["a", "b"]),
    "assigned later": ("PLANS = {'a': 1}\nPLANS['a'] = 2", ["a", "a"]),
    "updated later": ("PLANS = {'a': 1}\nPLANS.update({'b': 2}, c=3)", ["a", "b", "c"]),
    "ored later": ("PLANS = {'a': 1}\nPLANS |= {'b': 2}", ["a", "b"]),
    "appended": ("PLANS = ['a']\nPLANS.append('b')\nPLANS += ['c']\nPLANS.extend(('d',))", ["a", "b", "c", "d"]),
    "set as default": ("PLANS = {'a': 1}\nPLANS.setdefault('a', 2)\nPLANS.setdefault('b', 3)", ["a", "b"]),
    "negative numbers": ("PLANS = {-1: 'a', 2 * 30: 'b', 'x' 'y': 'c', 'x' + 'z': 'd'}", [-1, 60, "xy", "xz"]),
    "named": ("FREE = 'free'\nPLANS = {FREE: 1}", ["free"]),
    "annotated": ("PLANS: dict = {'a': 1}", ["a"]),
    "enum": (
        "import enum\nclass PLANS(enum.Enum):\n    A = 'a'\n    B = 'b'\n    _ignore_ = []\n    C = 'a'",
        ["a", "b", "a"],
    ),
    "members as keys": (
        "import enum\nclass P(enum.Enum):\n    A = 'a'\nPLANS = {P.A: 1, P.A.value: 2, P.A.name: 3}",
        ["a", "a", "A"],
    ),
    "choices of an enum": ("import enum\nclass P(models.TextChoices):\n    A = 'a', 'First'\nPLANS = P.choices", ["a"]),
    "constants of a class": ("class PLANS:\n    A = 1\n    B: int = 2\n    def run(self): ...", ["A", "B"]),
}
PARTLY = {
    "computed": "PLANS = {key: 1 for key in names()}",
    "called": "PLANS = make()",
    "unpacked from elsewhere": "from other import BASE\nPLANS = {**BASE, 'a': 1}",
    "changed in a function": "PLANS = {'a': 1}\ndef add(name):\n    PLANS[name] = 1",
    "changed on a condition": "import sys\nPLANS = {'a': 1}\nif sys.platform:\n    PLANS['b'] = 2",
    "shortened": "PLANS = ['a', 'b']\nPLANS.remove('a')",
    "computed key": "PLANS = {name(): 1}",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_occurrence_is_read(tmp_path, way):
    """In the order of the file, also what a later one replaces, each with its line."""
    text, expected = WAYS[way]

    view = registry_in(tmp_path, {"plans.py": text}).source

    assert keys(view) == expected
    assert view.is_whole
    assert all(entry.place.path == "plans.py" and entry.place.line for entry in view.written)


@pytest.mark.parametrize("way", PARTLY)
def test_what_sources_do_not_tell_is_said(tmp_path, way):
    """The view is not whole, so that no check takes it for all there is."""
    view = registry_in(tmp_path, {"plans.py": PARTLY[way]}).source

    assert view is None or not view.is_whole


def test_a_conditional_registry_is_not_guessed(tmp_path):
    """Of two branches, neither is taken."""
    text = "try:\n    import fast\n    PLANS = {'a': 1}\nexcept ImportError:\n    PLANS = {'b': 1}\n"

    assert registry_in(tmp_path, {"plans.py": text}).source is None


def test_names_are_followed_through_modules(tmp_path):
    """Imports, re-exports, relative ones and stars lead to where something is defined."""
    files = {
        "shop/__init__.py": "from .catalogue import *\nfrom .more import EXTRA as MORE",
        "shop/catalogue.py": "from . import names\nPLANS = {names.FREE: 1}",
        "shop/more.py": "EXTRA = {'c': 1}",
        "shop/names.py": "FREE = 'free'",
        "late.py": "import shop.catalogue\nshop.catalogue.PLANS['late'] = 2",
        "top.py": "import shop\nPLANS = {**shop.PLANS, **shop.MORE}",
    }

    assert keys(registry_in(tmp_path, files, "shop:PLANS").source) == ["free", "late"]
    assert keys(registry_in(tmp_path, files, "top:PLANS").source)[-1] == "c"


def test_an_attribute_may_come_from_a_base_class(tmp_path):
    """A target leads through classes, and into the values of dicts."""
    files = {
        "jobs.py": "class Base:\n    CHOICES = [('a', 'A')]\nclass Job(Base):\n    pass\nCONFIG = {'limits': {'x': {'y': 1}}}"
    }

    assert keys(registry_in(tmp_path, files, "jobs:Job.CHOICES").source) == ["a"]
    assert keys(registry_in(tmp_path, files, "jobs:CONFIG[limits]").source) == ["x"]
    assert keys(registry_in(tmp_path, files, "jobs:CONFIG[limits][x]").source) == ["y"]


def test_circles_of_names_end(tmp_path):
    """Two modules that import a name from each other don't keep the reader busy for ever."""
    files = {"plans.py": "from prices import PLANS", "prices.py": "from plans import PLANS"}

    assert registry_in(tmp_path, files).source is None


def test_files_that_do_not_parse_are_passed_over(tmp_path):
    """Another module's syntax error or wrong encoding says nothing about the registry."""
    registry = registry_in(tmp_path, {"plans.py": "PLANS = {'a': 1}", "broken.py": "PLANS = {"})
    (tmp_path / "latin.py").write_bytes(b"# \xe9\nfrom plans import PLANS\nPLANS['\xe9'] = 1\n")

    assert keys(registry.source) == ["a"]


def test_tests_fill_no_registry(tmp_path):
    """What a test adds to a registry is not part of it."""
    files = {"plans.py": "PLANS = {'a': 1}", "tests/test_plans.py": "from plans import PLANS\nPLANS['a'] = 2"}

    assert keys(registry_in(tmp_path, files).source) == ["a"]


def test_misspelt_targets_are_answered(tmp_path):
    """With the nearest name, of modules and of what is in them."""
    files = {"shop/__init__.py": "", "shop/plans.py": "PLANS = {}"}

    for target, near in (("shop.plan:PLANS", "shop.plans"), ("shop.plans:PLAN", "PLANS")):
        with pytest.raises(CannotExamine) as caught:
            _ = registry_in(tmp_path, files, target).source
        assert caught.value.finding.code == "REG002"
        assert near in caught.value.finding.hint


def test_decorators_of_an_object_are_found_under_any_name(tmp_path):
    """Through an alias, a relative import, as a bare decorator and with a keyword."""
    files = {
        "shop/__init__.py": "",
        "shop/bus.py": "class Bus: ...\nbus = Bus()",
        "shop/a.py": "from .bus import bus as b\n@b.on('paid')\ndef paid(): ...\n@b.on\ndef sent(): ...",
        "shop/c.py": "import shop.bus\n@shop.bus.bus.on(name='held')\nclass Held: ...\nshop.bus.bus.on('gone', print)",
        "other.py": "def on(name): ...\n@on('mine')\ndef mine(): ...",
    }

    view = registry_in(tmp_path, files, "", decorator="shop.bus:bus.on").source

    assert sorted(keys(view)) == ["gone", "held", "paid", "sent"]


def test_positional_arguments_of_a_dataclass_have_names(tmp_path):
    """So that a field can be the key, and others be looked at."""
    text = "from typing import NamedTuple\nclass P(NamedTuple):\n    code: str\n    price: int = 0\nPLANS = [P('a', 5), P('b')]"

    view = registry_in(tmp_path, {"plans.py": text}, key="code").source

    assert [(entry.key, dict(entry.value)) for entry in view.written] == [
        ("a", {"code": "a", "price": 5}),
        ("b", {"code": "b"}),
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "plans:PLANS", "view": "source", "populate": "plans:load"}, "populate of plans is never called"),
        ({"file": "plans.json", "decorator": "plans:load"}, "decorator of plans is never looked at"),
        ({"file": "app.env", "at": "plans"}, "app.env has no tables"),
    ],
)
def test_keys_that_contradict_each_other_are_told(tmp_path, options, said):
    """One of the two would have no effect."""
    files = {"plans.py": "PLANS = {'a': 1}\ndef load(): ...\n", "plans.json": '{"a": 1}', "app.env": "A=1\n"}

    results = results_in(tmp_path, files, {"plans": options})

    assert {each.code for result in results.values() for each in result.findings} == {"REG002"}
    assert any(said in each.message for result in results.values() for each in result.findings)
