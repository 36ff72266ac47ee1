"""Which Python a unit runs under, by the first rule that applies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from packaging.specifiers import SpecifierSet

from integrity.envs.choice import PythonChooser
from integrity.envs.env import Allowance, EnvRequest
from integrity.envs.interpreter import Interpreter
from integrity.errors import UnitFault
from integrity.model.unit import Dependency, Kind, ManifestKind, Monorepo, Place, Unit
from integrity.planning.graph import graph_of
from tests.envs.preparing import Free
from tests.monorepo import make_monorepo

THERE = ("3.13.0", "3.12.1", "3.11.7")


@dataclass
class FakeInterpreters:
    """Finds among fixed versions, newest first, as uv would."""

    asked: list[str] = field(default_factory=list)

    async def find(self, request, allowance):
        self.asked.append(request)
        specifier = f"=={request}.*" if request[:1].isdigit() else request
        version = next((version for version in THERE if SpecifierSet(specifier).contains(version)), None)
        return None if version is None else Interpreter(path=None, version=version, site="", tag="", markers={})

    async def installed(self, timeout_s):
        return ", ".join(THERE)


def chosen(root, *, requires=None, sibling=None, python=None, files=()):
    make_monorepo(root, dict(files))
    to_b = Dependency(text="b", name="b", via="", place=Place(path=""), target="packages/b")
    units = (
        Unit(
            path="packages/a",
            name="a",
            kind=Kind.PACKAGE,
            manifest=ManifestKind.PEP621,
            requires_python=requires,
            dependencies=(to_b,),
        ),
        Unit(path="packages/b", name="b", kind=Kind.PACKAGE, manifest=ManifestKind.PEP621, requires_python=sibling),
    )
    chooser = PythonChooser(FakeInterpreters(), Monorepo(root=root, units=units), graph_of(units))
    request = EnvRequest(unit=units[0], python=python, extras=(), groups=(), workers=False, timeout_s=1)
    return asyncio.run(chooser.choose(request, Allowance(slot=Free, timeout_s=1))).version


@pytest.mark.parametrize(
    ("facts", "version"),
    [
        ({}, "3.13.0"),
        ({"requires": "<3.13"}, "3.12.1"),
        ({"requires": ">=3.9", "sibling": "<3.12"}, "3.11.7"),
        ({"python": "3.12", "requires": ">=3.9"}, "3.12.1"),
        ({"files": {"packages/a/.python-version": "# ours\n3.11\n"}}, "3.11.7"),
        ({"files": {".python-version": "3.12\n"}}, "3.12.1"),
        ({"files": {".python-version": "3.12\n", "packages/a/.python-version": "3.11"}}, "3.11.7"),
        ({"files": {".python-version": "3.11\n"}, "requires": ">=3.12"}, "3.13.0"),
        ({"files": {".python-version": "3.11\n"}, "python": "3.13"}, "3.13.0"),
    ],
)
def test_first_rule_that_applies(tmp_path, facts, version):
    """Asked for, pinned here, pinned above where that fits, else what unit and siblings require."""
    assert chosen(tmp_path, **facts) == version


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"python": "3.11", "requires": ">=3.12"}, "to run under Python 3.11 .* requires >=3.12"),
        (
            {"files": {"packages/a/.python-version": "3.11"}, "sibling": ">=3.12"},
            "3.11 .*python-version.* requires >=3.12",
        ),
        ({"python": "3.7"}, r"needs Python 3.7, .*there are: 3.13.0, 3.12.1, 3.11.7"),
        (
            {"requires": "<3.12", "sibling": ">=3.12"},
            r"needs Python <3.12,>=3.12 .from packages/a <3.12, packages/b >=3.12",
        ),
        ({"requires": "^3.9"}, r"requires-python '\^3.9' is no version specifier"),
    ],
)
def test_what_can_not_be_had(tmp_path, facts, said):
    """Contradictions and missing versions are told apart, with what is there and who requires what."""
    with pytest.raises(UnitFault, match=said):
        chosen(tmp_path, **facts)
