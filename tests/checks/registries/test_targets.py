"""What a target that can't be loaded is told as: the error itself, its last place in the unit, the nearest name."""

from __future__ import annotations

import sys

import pytest

from integrity.checks.model import CannotExamine
from integrity.checks.targets import live
from integrity.checks.unit import unit_around
from tests.checks.harness import write


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Return what writes a unit, asks for a target of it, and gives the finding."""
    monkeypatch.syspath_prepend(tmp_path)

    def refuse(target, files):
        write(tmp_path, {"pyproject.toml": "", **files})
        with pytest.raises(CannotExamine) as caught:
            live(target, unit_around(str(tmp_path / "pyproject.toml")))
        assert caught.value.finding.code == "REG002"
        return caught.value.finding

    return refuse


def test_an_object_is_found_by_its_path(tmp_path, monkeypatch):
    """Through attributes and keys; what is no text is itself."""
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, {"target_paths.py": "class A:\n    B = {'x': [5, 6], 7: 8}\n"})
    unit = unit_around(str(tmp_path / "pyproject.toml"))

    assert live("target_paths:A.B[x][1]", unit) == 6
    assert live("target_paths:A.B[7]", unit) == 8
    assert live("target_paths", unit).__name__ == "target_paths"
    assert live(unit, unit) is unit


def test_an_error_of_the_unit_is_told_at_its_line(refused):
    """With its type and text, at the last line of the unit's own code."""
    finding = refused(
        "target_fails:X", {"target_fails.py": "import target_deeper\n", "target_deeper.py": "\nint('x')\n"}
    )

    assert "ValueError: invalid literal" in finding.message
    assert [(place.path, place.line) for place in finding.places] == [("target_deeper.py", 2)]


def test_a_syntax_error_is_told_at_its_line(refused):
    """Where the file doesn't parse, not where it is imported."""
    finding = refused("target_syntax:X", {"target_syntax.py": "x = 1\ny = (\n"})

    assert [(place.path, place.line) for place in finding.places] == [("target_syntax.py", 2)]


def test_the_end_of_the_process_is_told(refused):
    """A module that exits when it is imported doesn't end the tests."""
    finding = refused("target_exits:X", {"target_exits.py": "import sys\nsys.exit(3)\n"})

    assert "SystemExit: 3" in finding.message
    assert "__main__" in finding.hint


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("target_paths_fail:h.failing", "RuntimeError: boom"),
        ("target_paths_fail:h.failing.more", "RuntimeError: boom"),
        ("target_paths_fail:h.leaving", "SystemExit: 3"),
        ("target_paths_fail:Plain.x", "AttributeError: no y"),
        ("target_paths_fail:h.other", "ValueError: no other"),
        ("target_paths_fail:Items[a]", "LookupError: no a"),
        ("target_paths_fail:keyless[a]", "RuntimeError: no keys"),
        ("target_paths_fail:lazy", "OSError: no file"),
    ],
)
def test_an_error_on_the_way_is_told(refused, monkeypatch, target, said):
    """Of a property, of `__getattr__`, of a key: like one of the import, at its line."""
    text = (
        "import sys\nclass H:\n    @property\n    def failing(self): raise RuntimeError('boom')\n"
        "    @property\n    def leaving(self): sys.exit(3)\n"
        "    def __getattr__(self, name): raise ValueError('no ' + name)\n"
        "class Meta(type):\n    def __getitem__(cls, key): raise LookupError('no ' + key)\n    @property\n    def x(cls): raise AttributeError('no y')\nclass Plain(metaclass=Meta): ...\nclass Items(metaclass=Meta): ...\n"
        "class K:\n    def keys(self): raise RuntimeError('no keys')\n"
        "def __getattr__(name): raise OSError('no file')\nh = H()\nkeyless = K()\n"
    )

    monkeypatch.delitem(sys.modules, "target_paths_fail", raising=False)
    finding = refused(target, {"target_paths_fail.py": text})

    assert finding.message == f"{target} can't be read: {said}."
    assert [place.path for place in finding.places] == ["target_paths_fail.py"]


def test_a_circle_of_imports_is_called_one(refused):
    """The hint says what to do about it."""
    files = {"target_one.py": "from target_two import B\nA = 1\n", "target_two.py": "from target_one import A\nB = 1\n"}

    assert "circle" in refused("target_one:A", files).hint


def test_settings_that_are_not_configured_are_explained(refused):
    """By the error's name, whichever framework raises it."""
    text = "class ImproperlyConfigured(Exception): ...\nraise ImproperlyConfigured('settings')\n"

    assert "DJANGO_SETTINGS_MODULE" in refused("target_settings:X", {"target_settings.py": text}).hint


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("target_name:PLAN", "PLANS"),
        ("target_nam:PLANS", "target_name"),
        ("target_name:PLANS[fre]", "free"),
        ("target_package.modul:X", "target_package.module"),
    ],
)
def test_the_nearest_name_is_offered(refused, target, near):
    """Of names, keys and modules."""
    files = {
        "target_name.py": "PLANS = {'free': 1}\n",
        "target_package/__init__.py": "",
        "target_package/module.py": "",
    }

    assert near in refused(target, files).hint


def test_a_missing_package_is_asked_for(refused):
    """What the unit imports and doesn't have belongs among its dependencies."""
    assert "no_such_package" in refused("target_needs:X", {"target_needs.py": "import no_such_package\n"}).hint


def test_a_mapping_is_not_made_to_grow(tmp_path, monkeypatch):
    """A defaultdict is asked whether it has the key, and a typo is red."""
    monkeypatch.syspath_prepend(tmp_path)
    text = "import collections\nPLANS = collections.defaultdict(dict, {'free': {'a': 1}})\n"
    write(tmp_path, {"pyproject.toml": "", "target_grows.py": text})
    unit = unit_around(str(tmp_path / "pyproject.toml"))

    with pytest.raises(CannotExamine) as caught:
        live("target_grows:PLANS[fre]", unit)

    assert caught.value.finding.hint == "Did you mean 'free'?"
    assert list(live("target_grows:PLANS", unit)) == ["free"]
