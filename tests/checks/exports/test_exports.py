"""Exports, entry points and shadowed modules: what is sure is told, and nothing else."""

from __future__ import annotations

import pytest

from tests.checks.harness import examined, write

SILENT = {
    "star import": "from os.path import *\n__all__ = ['anything']",
    "lazy names": "__all__ = ['anything']\ndef __getattr__(name): ...",
    "bound by a call": "__all__ = ['A']\nglobals().update(A=1)",
    "computed": "__all__ = [name for name in dir()]",
    "from another module": "import os\n__all__ = os.__all__ + ['a']",
    "bound in a branch": "__all__ = ['a']\ntry:\n    import a\nexcept ImportError:\n    a = None",
    "bound in a loop": "__all__ = ['a', 'b', 'c']\nfor a in (1, 2):\n    b = c = a",
    "bound by with and walrus": "__all__ = ['a', 'b']\nwith open('x') as a:\n    pass\nif (b := 3):\n    pass",
    "bound by a global statement": "__all__ = ['a']\ndef make():\n    global a\n    a = 1",
    "unpacked": "__all__ = ['a', 'b']\n(a, [b, *_]) = 1, [2, 3]",
    "an import as": "import os.path as here, sys\n__all__ = ['here', 'sys', '__doc__']",
    "an except clause": "__all__ = ['error']\ntry:\n    pass\nexcept ValueError as error:\n    pass",
    "replaced": "__all__ = ['gone']\n__all__ = ['here']\nhere = 1",
    "changed by a call": "__all__ = ['a']\n__all__.remove('a')",
}
TOLD = {
    "gone": ("__all__ = ['gone']", "EXP101"),
    "only annotated": ("__all__ = ['a']\na: int", "EXP101"),
    "only inside a function": ("__all__ = ('a',)\ndef f():\n    a = 1", "EXP101"),
    "annotated all": ("__all__: list = ['gone']", "EXP101"),
    "twice": ("__all__ = ['a', 'a']\na = 1", "EXP105"),
    "twice by adding": ("__all__ = ['a']\n__all__ += ['a']\na = 1", "EXP105"),
}


@pytest.mark.parametrize("kind", SILENT)
def test_what_a_module_may_have_is_not_told(tmp_path, kind):
    """Whichever way it comes to be there."""
    assert examined(write(tmp_path, {"pyproject.toml": "", "module.py": SILENT[kind] + "\n"})) == []


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_surely_wrong_is_told(tmp_path, kind):
    """By its code, at its line."""
    text, code = TOLD[kind]

    assert {
        finding.code for finding in examined(write(tmp_path, {"pyproject.toml": "", "module.py": text + "\n"}))
    } == {code}


def test_submodules_and_compiled_modules_can_be_exported(tmp_path):
    """A package has what lies in its folder."""
    files = {
        "pyproject.toml": "",
        "shop/__init__.py": "__all__ = ['a', 'b', 'c']\n",
        "shop/a.py": "",
        "shop/b.pyx": "",
        "shop/c/x.py": "",
    }

    assert examined(write(tmp_path, files)) == []


MANIFEST = '[project]\nname = "shop"\nversion = "1"\n\n[project.scripts]\nshop = "{target}"\n'


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("shop.cli:main", 0),
        ("shop.cli:App.run", 0),
        ("shop.cli:main [extra]", 0),
        ("shop:cli", 0),
        ("shop.fast:main", 0),
        ("shop.lazy:anything", 0),
        ("click:command", 0),
        ("shop.cli:mian", 1),
        ("shop.gone:main", 1),
        ("shop cli", 1),
    ],
)
def test_scripts_into_the_units_modules_are_looked_up(tmp_path, target, count):
    """What leads into other packages, compiled modules or lazy names is left to the tests that load it."""
    files = {
        "pyproject.toml": MANIFEST.format(target=target),
        "src/shop/__init__.py": "",
        "src/shop/cli.py": "def main(): ...\nclass App:\n    def run(self): ...\n",
        "src/shop/fast.cpython-311-x86_64-linux-gnu.so": "",
        "src/shop/lazy.py": "def __getattr__(name): ...\n",
    }

    found = examined(write(tmp_path, files))

    assert [finding.code for finding in found] == ["EXP103"] * count
    assert all(finding.places[0].line == 6 for finding in found)


def test_broken_manifests_are_left_to_the_runner(tmp_path):
    """Which tells what is wrong with them."""
    assert examined(write(tmp_path, {"setup.cfg": "[options\nentry = 1\n"})) == []


def test_a_folder_that_is_no_package_hides_nothing(tmp_path):
    """A module wins over a folder without `__init__.py`."""
    files = {"pyproject.toml": "", "models.py": "", "models/notes.py": ""}

    assert examined(write(tmp_path, files)) == []
