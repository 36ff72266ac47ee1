"""Tests with one defect each, by which the checks of tests prove that they see it."""

from __future__ import annotations

import os
from typing import Mapping

from integrity.checks.sources import Module, Sources

_NAMES = '{"free", "team", "business", "trial"}'

SPOILED: Mapping[str, tuple[str, ...]] = {
    "VAC001": ("def test_spoiled():\n    pass\n", "def test_spoiled():\n    return\n    assert plans()\n"),
    "VAC002": (
        "def test_spoiled():\n    assert 1 + 1 == 2\n",
        "def test_spoiled():\n    plans = ['a']\n    assert len(plans) == 1\n",
    ),
    "VAC003": ("def test_spoiled(plans):\n    assert len(plans.keys()) == len(set(plans.keys()))\n",),
    "VAC004": (f"from spoiled_plans import PLANS\n\n\ndef test_spoiled():\n    assert set(PLANS) == {_NAMES}\n",),
    "VAC006": ("import pytest\n\n\n@pytest.mark.skip\ndef test_spoiled():\n    assert plans()\n",),
    "VAC007": ("def test_spoiled():\n    for plan in plans():\n        assert plan\n",),
    "VAC011": ("PLANS = 1\n",),
}


class Copied(Sources):
    """Sources of one module, `spoiled_plans`, whose entries one of the tests above has copied."""

    def __init__(self) -> None:
        super().__init__(os.sep, os.sep)

    def module(self, name: str) -> Module | None:
        """The module of this name."""
        return Module("spoiled_plans.py", f"PLANS = {_NAMES}\n".encode(), name) if name == "spoiled_plans" else None
