"""What is taken for a registry."""

from __future__ import annotations

import pytest

from integrity.checks.sources import Sources
from integrity.generate.collections import MOST, likely_registries
from tests.monorepo import make_monorepo


def targets(folder, files):
    make_monorepo(folder, files)
    return [found.target for found in likely_registries(Sources(str(folder), str(folder)))]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ('PLANS = {"free": 1, "pro": 2}', "PLANS"),
        ('PLANS: dict[str, int] = {"free": 1, "pro": 2}', "PLANS"),
        ('PLAN_CHOICES = (("free", "Free"), ("pro", "Pro"))', "PLAN_CHOICES"),
        ('STATUS_CODES = ["a", "b"]', "STATUS_CODES"),
        ('LIMITS = MappingProxyType({"a": 1, Scope.B: 2})', "LIMITS"),
        ("class Plan(StrEnum):\n    FREE = 1\n    PRO = 2", "Plan"),
        ("class Plan(models.TextChoices):\n    FREE = 1\n    PRO = 2", "Plan"),
        ('class Order(Model):\n    STATE_CHOICES = [("a", "A"), ("b", "B")]', "Order.STATE_CHOICES"),
    ],
)
def test_registry_is_found(tmp_path, source, target):
    """By its name and its shape."""
    assert targets(tmp_path, {"src/shop/__init__.py": "", "src/shop/things.py": source}) == [f"shop.things:{target}"]


@pytest.mark.parametrize(
    "source",
    [
        'PLANS = {"free": 1}',
        'plans = {"free": 1, "pro": 2}',
        "PLANS = {**BASE, **MORE}",
        "PLANS = load()",
        'PLANS = ["a", f(), "b"]',
        'WORDS = ["a", "b"]',
        'CONFIG_MAP = {"a": 1, "b": 2}',
        "class Plan(Base):\n    FREE = 1\n    PRO = 2",
        'def f():\n    PLANS = {"free": 1, "pro": 2}',
        "PLANS = {",
    ],
)
def test_what_is_no_registry_is_passed_over(tmp_path, source):
    """Too small, computed, local, unparsable, or a name that says nothing."""
    assert targets(tmp_path, {"src/shop/__init__.py": "", "src/shop/things.py": source}) == []


@pytest.mark.parametrize(
    "path",
    [
        "tests/things.py",
        "src/shop/settings.py",
        "src/shop/migrations/a.py",
        "scripts/things.py",
        "src/shop/two-part.py",
    ],
)
def test_files_that_hold_no_registries_are_passed_over(tmp_path, path):
    """Tests, settings, migrations, scripts, and what can't be imported."""
    assert targets(tmp_path, {"src/shop/__init__.py": "", path: 'PLANS = {"free": 1, "pro": 2}'}) == []


def test_best_come_first_and_are_few(tmp_path):
    """A name that tells, and a shape with keys, count more than an enum; each name is given once."""
    enums = "\n".join(f"class Kind{number}(Enum):\n    A = 1\n    B = 2" for number in range(MOST))
    same = 'PLANS = {"free": 1, "pro": 2}'

    found = targets(tmp_path, {"a.py": enums, "b.py": same, "c.py": f"{same}\nCOLOURS = {{'a': 1, 'b': 2}}"})

    assert len(found) == MOST
    assert found[0] == "b:PLANS"
    assert "c:PLANS" not in found
