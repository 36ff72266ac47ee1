"""A monorepo with one unit, and its settings or what is said about them."""

from __future__ import annotations

import tomllib

import pytest

from integrity.errors import UnitFault
from integrity.model.unit import Kind, ManifestKind, Unit
from integrity.settings import load_root, unit_settings
from tests.monorepo import make_monorepo

MANIFEST = "services/billing/pyproject.toml"


def settings_of(root, table, *, files=None, top="", environ=None):
    """The settings of a unit with this `[tool.integrity]`; `top` is the root's."""
    written = {
        "pyproject.toml": f"[tool.integrity]\n{top}",
        MANIFEST: f"[tool.integrity]\n{table}",
        **(files or {}),
    }
    make_monorepo(root, written)
    document = tomllib.loads((root / MANIFEST).read_text(encoding="utf-8"))
    unit = Unit(
        path="services/billing",
        name="billing",
        kind=Kind.SERVICE,
        manifest=ManifestKind.PEP621,
        table=document["tool"]["integrity"],
        document=document,
    )
    return unit_settings(load_root(root, environ=environ or {}, flags={}), unit)


def needs_of(root, table, **more):
    """The needs of such a unit, by name."""
    return {need.name: need for need in settings_of(root, table, **more).needs}


def fault_of(root, table, **more):
    """What is wrong with such a unit: message and hint."""
    with pytest.raises(UnitFault) as caught:
        settings_of(root, table, **more)
    return f"{caught.value.message} {caught.value.hint}".strip()
