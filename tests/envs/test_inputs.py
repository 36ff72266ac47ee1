"""What makes a build out of date."""

from __future__ import annotations

import pytest

from integrity.envs.inputs import build_inputs
from integrity.model.unit import Kind, ManifestKind, Unit
from tests.monorepo import make_monorepo

UNIT = Unit(path="packages/a", name="a", kind=Kind.PACKAGE, manifest=ManifestKind.SETUPTOOLS)
FILES = {
    "packages/a/setup.cfg": "[metadata]\nversion = attr: a.__version__\n",
    "packages/a/a/__init__.py": "__version__ = '1'\nX = 1\n",
    "packages/a/a/code.py": "Y = 1\n",
    "packages/a/a/fast.c": "int x;\n",
}


@pytest.mark.parametrize(
    "change",
    [
        {"packages/a/setup.cfg": "[metadata]\n"},
        {"packages/a/a/__init__.py": "__version__ = '2'\nX = 1\n"},
        {"packages/a/b/__init__.py": ""},
        {"packages/a/top.py": ""},
        {"packages/a/a/fast.c": "int xy;\n"},
        {"packages/a/VERSION": "3\n"},
        {"packages/a/requirements/base.txt": "six\n"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_change_that_a_build_may_see(tmp_path, change):
    """Manifests, versions wherever they are written, packages that came, and what is compiled."""
    root = make_monorepo(tmp_path, FILES)
    before = build_inputs(UNIT, root)

    make_monorepo(root, change)

    assert build_inputs(UNIT, root) != before


@pytest.mark.parametrize(
    "change",
    [
        {"packages/a/a/code.py": "Y = 2\n"},
        {"packages/a/a/__init__.py": "__version__ = '1'\nX = 2\n"},
        {"packages/a/a/n.py": ""},
    ],
    ids=["code", "beside the version", "new module"],
)
def test_change_of_code_rebuilds_nothing(tmp_path, change):
    """An editable shows it at once."""
    root = make_monorepo(tmp_path, FILES)
    before = build_inputs(UNIT, root)

    make_monorepo(root, change)

    assert build_inputs(UNIT, root) == before
