"""Lists of Django's settings as sources write them, and names of settings."""

from __future__ import annotations

import pytest

from integrity.checks.settings import cases
from integrity.checks.settings.judges import Spellings, judge_spelling
from integrity.checks.unit import unit_around
from tests.checks import harness


def found_in(folder, files, declared=None):
    harness.write(folder, {"pyproject.toml": "", **files})
    unit = unit_around(str(folder / "pyproject.toml"))
    static = [case for case in cases(unit, declared) if case.is_static]
    return [finding.entry for case in static for finding in case.check.judge(case.load()).findings]


@pytest.mark.parametrize(
    "source",
    [
        "INSTALLED_APPS = ['a', 'b']\nif DEBUG:\n    INSTALLED_APPS += ['b']\n",
        "if DEBUG:\n    INSTALLED_APPS = ['a']\nelse:\n    INSTALLED_APPS = ['a']\n",
        "INSTALLED_APPS = ['a']\nINSTALLED_APPS = ['a', 'b']\n",
        "INSTALLED_APPS = ['a']\nMIDDLEWARE = ['a']\n",
        "INSTALLED_APPS = list(dict.fromkeys(['a', 'a']))\n",
        "INSTALLED_APPS = ['a', f'{name}', f'{name}']\n",
        "INSTALLED_APPS = [",
    ],
)
def test_what_is_not_sure_is_left_alone(tmp_path, source):
    """Branches, lists that begin anew, two lists, and computed members are no finding."""
    assert found_in(tmp_path, {"settings.py": source}) == []


@pytest.mark.parametrize(
    "source",
    [
        "INSTALLED_APPS = ['a', 'b', 'a']\n",
        "INSTALLED_APPS: list[str] = ['a', 'b']\nINSTALLED_APPS += ('a',)\n",
        "INSTALLED_APPS = ['a']\nINSTALLED_APPS = INSTALLED_APPS + ['a']\n",
        "INSTALLED_APPS = ['b'] + MORE + ['a', 'a']\n",
        "from base import *\nINSTALLED_APPS += ['a']\nINSTALLED_APPS.append('a')\n",
        "INSTALLED_APPS = ['a']\nINSTALLED_APPS.extend(['a'])\n",
        "INSTALLED_APPS = ['a']\nINSTALLED_APPS.insert(0, 'a')\n",
    ],
)
def test_what_is_surely_doubled_is_found(tmp_path, source):
    """In one display, a sum, and by every way of adding."""
    assert found_in(tmp_path, {"settings.py": source}) == ["INSTALLED_APPS a"]


def test_missing_members_are_only_judged_where_declared(tmp_path):
    """Names of the unit's own modules are looked up on request; star imports and `__getattr__` may bring any name."""
    files = {
        "settings.py": "MIDDLEWARE = ['shop.a.Gone', 'shop.b.Gone', 'shop.c.Gone', 'shop.d', 'other.Gone']\n",
        "shop/__init__.py": "",
        "shop/a.py": "",
        "shop/b.py": "from x import *\n",
        "shop/c.py": "def __getattr__(name): ...\n",
        "shop/d.py": "",
    }

    assert found_in(tmp_path, files) == []
    assert found_in(tmp_path, files, {}) == ["MIDDLEWARE shop.a.Gone import"]


def test_name_that_is_read_or_set_beside_the_right_one_is_meant():
    """Only a near miss that nobody reads, without the right name beside it, is misspelt."""
    known = frozenset({"EMAIL_HOST", "DATABASES"})

    def judged(*names, read=()):
        material = Spellings(dict.fromkeys(names), known, frozenset(read))
        return [finding.entry for finding in judge_spelling(material).findings]

    assert judged("EMAIL_HOTS", "DATABASES", "SHOP_URL") == ["EMAIL_HOTS"]
    assert judged("EMAIL_HOSTS", "EMAIL_HOST") == []
    assert judged("EMAIL_HOSTS", read=["EMAIL_HOSTS"]) == []
