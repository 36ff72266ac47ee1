"""Units that `integrity new` makes: green at once, through the command and by hand; red once one of their registries is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checks import harness
from tests.checks.conftest import framework_env
from tests.e2e.command import outcomes, report_of, run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

KINDS = ("django", "fastapi", "flask", "celery", "plain")
EVERY = [(kind, framework) for kind in ("service", "package") for framework in KINDS]
BREAKS = {  # unit → file, what is written there, what takes its place, the code that says so
    "service-plain": [
        ("src/shop/handlers.py", "    EventType.REMOVED: on_removed,\n", "", "REG110"),
        (
            "src/shop/handlers.py",
            "    EventType.REMOVED: on_removed,\n",
            "    EventType.CREATED: on_removed,\n",
            "REG101",
        ),
        ("src/shop/handlers.py", "EventType.REMOVED: on_removed", 'EventType.REMOVED: "on_removed"', "REG130"),
        (
            "src/shop/events.py",
            '    REMOVED = "removed"\n',
            '    REMOVED = "removed"\n    GONE = "removed"\n',
            "REG101",
        ),
        (".env.example", "SHOP_JOURNAL=-\n", "", "ENV105"),
    ],
    "package-plain": [
        ("src/shop/plans.py", '    PlanName.TEAM: Plan(title="Team", price=1900),\n', "", "REG110"),
        ("src/shop/plans.py", 'title="Business"', 'title="Team"', "REG102"),
        ("src/shop/plans.py", "PlanName.BUSINESS: Plan", "PlanName.TEAM: Plan", "REG101"),
        ("src/shop/__init__.py", '"monthly_price"]', '"yearly_price"]', "EXP101"),
    ],
    "service-fastapi": [
        ("src/shop/plans.py", '    PlanName.TEAM: Plan(title="Team", price=1900),\n', "", "REG110"),
        ("src/shop/routes.py", '@router.get("/plans/{name}/price")', '@router.get("/plans")', "RTE101"),
        ("src/shop/routes.py", '@router.get("/health")', '@router.get("/healthy")', "RTE110"),
        (".env.example", "SHOP_DATABASE", "SHOP_DATABSE", "ENV107"),
    ],
    "package-fastapi": [
        ("src/shop/plans.py", 'title="Business"', 'title="Team"', "REG102"),
        ("src/shop/routes.py", '@router.get("/plans/{name}/price")', '@router.get("/plans")', "RTE101"),
    ],
    "service-flask": [
        ("src/shop/plans.py", "PlanName.BUSINESS: Plan", "PlanName.TEAM: Plan", "REG101"),
        ("src/shop/routes.py", '@blueprint.get("/plans/<name>/price")', '@blueprint.get("/plans")', "RTE101"),
        ("src/shop/routes.py", '@blueprint.get("/health")', '@blueprint.get("/healthy")', "RTE110"),
        (".env.example", "SHOP_DATABASE", "SHOP_DATABSE", "ENV107"),
    ],
    "package-flask": [
        ("src/shop/plans.py", 'title="Business"', 'title="Team"', "REG102"),
        ("src/shop/routes.py", '@blueprint.get("/plans/<name>/price")', '@blueprint.get("/plans")', "RTE101"),
    ],
    "service-django": [
        ("src/shop/choices.py", '    ("team", "Team"),\n', '    ("team", "Team"),\n    ("team", "Teams"),\n', "REG101"),
        ("src/shop/choices.py", '    "team": 1900,\n', "", "REG110"),
        ("src/shop/choices.py", '    ("team", "Team"),\n', "", "REG111"),
        ("src/shop/models.py", 'default="free"', 'default="gratis"', "MIG104"),
        ("src/shop/models.py", "max_length=20, choices=PLANS", "max_length=30, choices=PLANS", "MIG101"),
        ("src/shop/urls.py", 'path("plans/<slug:name>"', 'path("health"', "RTE101"),
        ("src/shop/urls.py", '    path("plans/<slug:name>", PlanView.as_view(), name="plan"),\n', "", "RTE104"),
        (".env.example", "SHOP_DEBUG=false\n", "", "ENV105"),
    ],
    "package-django": [
        ("src/shop/choices.py", '    "team": 1900,\n', '    "team": 1900,\n    "teams": 1900,\n', "REG111"),
        ("src/shop/models.py", 'default="free"', 'default="gratis"', "MIG104"),
        ("src/shop/urls.py", '    path("plans/<slug:name>", PlanView.as_view(), name="plan"),\n', "", "RTE104"),
    ],
    "service-celery": [
        ("src/shop/queues.py", '"shop.sweep": QueueName.SLOW', '"shop.greet": QueueName.SLOW', "REG101"),
        ("src/shop/queues.py", '"shop.sweep"', '"shop.swep"', "TSK103"),
        ("src/shop/queues.py", '"shop.sweep": QueueName.SLOW', '"shop.sweep": "slow"', "REG130"),
        ("src/shop/app.py", '{"task": "shop.sweep"', '{"task": "shop.swep"', "TSK102"),
        ("src/shop/tasks.py", 'name="shop.sweep"', 'name="shop.greet"', "TSK101"),
        ("Procfile", ",shop-slow", "", "TSK105"),
        (".env.example", "SHOP_BROKER_URL", "SHOP_BROKER", "ENV105"),
    ],
    "package-celery": [
        (
            "src/shop/names.py",
            '    SWEEP = "shop.sweep"\n',
            '    SWEEP = "shop.sweep"\n    SWAP = "shop.sweep"\n',
            "REG101",
        ),
        ("src/shop/tasks.py", 'name="shop.sweep"', 'name="shop.greet"', "TSK101"),
    ],
}


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """The interpreter of an env with the newest frameworks."""
    return framework_env("newest", tmp_path_factory)


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    """One unit of each kind, all with one name, each in a monorepo of its own."""
    folders = {}
    for kind, framework in EVERY:
        root = tmp_path_factory.mktemp(f"{kind}-{framework}")
        (root / ".git").mkdir()
        made = run(root, "new", kind, "shop", "--kind", framework)
        assert made.returncode == 0, made.stderr
        folders[f"{kind}-{framework}"] = root / f"{kind}s" / "shop"
    return folders


def variables_of(unit: str) -> dict[str, str]:
    """What the runner takes from `[tool.integrity.env]`."""
    settings = {"service-django": "shop.settings", "package-django": "shop.example"}.get(unit)
    return {"DJANGO_SETTINGS_MODULE": settings, "SHOP_SECRET_KEY": "placeholder"} if settings else {}


def copied(folder: Path, to: Path) -> Path:
    """A unit, to be broken."""
    return Path(shutil.copytree(folder, to / "repo" / "shop", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.mark.parametrize("unit", BREAKS)
def test_new_unit_is_green_by_hand(units, tmp_path, python, unit):
    """With pytest alone, and so are its own tests."""
    folder = copied(units[unit], tmp_path)

    found, output = harness.run_tests(folder, python, **variables_of(unit))
    own = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert found == [], output
    assert " passed" in output
    assert own.returncode == 0, own.stdout + own.stderr


@pytest.mark.parametrize(
    ("unit", "broken"),
    [pytest.param(unit, each, id=f"{unit}-{each[-1]}") for unit, breaks in BREAKS.items() for each in breaks],
)
def test_broken_registry_is_red(units, tmp_path, python, unit, broken):
    """By the code that says what is wrong."""
    path, old, new, code = broken
    folder = copied(units[unit], tmp_path)
    text = (folder / path).read_text()
    (folder / path).write_text(text.replace(old, new, 1))

    found, output = harness.run_tests(folder, python, **variables_of(unit))

    assert old in text
    assert code in {finding["code"] for finding in found}, output


def test_new_units_are_green_through_the_command(units, tmp_path):
    """All kinds of services in one monorepo, each in an env of its own; `integrity check` finds nothing either."""
    (tmp_path / ".git").mkdir()
    for kind in KINDS:
        assert run(tmp_path, "new", "service", f"my-{kind}", "--kind", kind).returncode == 0
    assert run(tmp_path, "new", "package", "plans").returncode == 0

    checked = run(tmp_path, "check")
    ran = run(tmp_path, "run")

    assert checked.returncode == 0, checked.stdout
    assert ran.returncode == 0, ran.stdout
    assert outcomes(tmp_path) == dict.fromkeys(("plans", *(f"my-{kind}" for kind in KINDS)), "passed")
    assert min(unit["counts"]["passed"] for unit in report_of(tmp_path)["units"]) >= 5
