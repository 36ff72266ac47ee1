"""This repository's own units: green through the tool on real servers, and their ordinary tests pass in the same envs by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import report_of, start

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
LIMIT_S = 360  # all units one after another, on a machine that has nothing cached
UNITS = sorted(
    path.parent for path in ROOT.glob("*/*/pyproject.toml") if path.parent.parent.name in {"services", "packages"}
)
SERVICES = {
    "billing": {"postgres", "redis", "web", "worker"},
    "catalog": {"postgres", "serve"},
    "gateway": {
        "redis",
        "billing.postgres",
        "billing.redis",
        "billing.web",
        "billing.worker",
        "catalog.postgres",
        "catalog.serve",
        "serve",
    },
    "notifications": {"redis", "catalog.postgres", "catalog.serve", "worker"},
}
LIVE = {
    "billing": {
        "test_migrations_run_both_ways": 1,
        "test_models_are_written_and_read": 1,
        "test_declared[service:db:no-connection]": 1,
        "test_declared[service:web:unhealthy]": 1,
        "test_declared[service:worker:no-worker]": 1,
        "test_task_travels_through_the_worker": 1,
    },
    "catalog": {
        "test_service_has_migrated_its_database": 1,
        "test_migrations_say_what_the_models_say": 1,
        "test_models_are_written_and_read": 1,
        "test_declared[service:web:unhealthy]": 1,
    },
    "gateway": {
        "test_declared[service:gateway:unhealthy]": 1,
        "test_route_leads_to_what_runs": 13,
        "test_requests_are_counted_in_redis": 1,
    },
    "notifications": {
        "test_declared[service:worker:no-worker]": 1,
        "test_events_travel_through_the_worker": 1,
        "test_feed_of_running_catalog_is_read": 1,
    },
}


def shown(identity):
    """A test's name, of declared ones with what they check."""
    name = identity.partition("::")[2]
    return name if name.startswith("test_declared[") else name.partition("[")[0]


def run(root, *arguments):
    """The command with the servers that need no container engine; its exit status and what it printed."""
    process = start(root, "run", "--services", "embedded", *arguments)
    try:
        stdout, stderr = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
    return process.returncode, (stdout + stderr).decode()


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the units, run once."""
    root = tmp_path_factory.mktemp("clone")
    for name in ("services", "packages", "integrity", "pyproject.toml", "uv.lock", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    return root, run(root)


def test_all_units_are_green(clone):
    """Every unit of this repository passes, and each looked at something."""
    root, (status, output) = clone
    report = report_of(root)

    assert status == 0, output
    assert {unit["path"] for unit in report["units"]} == {str(unit.relative_to(ROOT)) for unit in UNITS}
    assert min(unit["counts"]["passed"] for unit in report["units"]) >= 10


def test_services_ran_beside_the_tests(clone):
    """Each service had what it needs and serves, its own and that of the units behind it, and their output is kept."""
    root, _ = clone
    reported = {unit["name"]: {service["name"] for service in unit["services"]} for unit in report_of(root)["units"]}
    logs = {
        name: {log.stem for log in (root / f"integrity-results/units/{name}/services").glob("*.log")}
        for name in SERVICES
    }
    worker = (root / "integrity-results/units/notifications/services/worker.log").read_text()

    assert {name: services for name, services in reported.items() if services} == SERVICES
    assert logs == SERVICES
    assert worker.count("Task notifications.deliver[") >= 9  # an event of each type, and one from the feed


def test_what_runs_was_tested(clone):
    """The tests that need servers ran, as many as there are, and passed."""
    root, _ = clone
    passed = {
        unit["name"]: [shown(test["id"]) for test in unit["tests"] if test["outcome"] == "passed"]
        for unit in report_of(root)["units"]
    }

    assert {unit: {name: passed[unit].count(name) for name in LIVE[unit]} for unit in LIVE} == LIVE


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_ordinary_tests_pass_by_hand_in_the_env(clone, unit):
    """`python -m pytest` works in a unit's env like in any virtual environment."""
    root, _ = clone
    (env,) = (path for path in (root / ".integrity/envs").glob(f"{unit.name}-*") if path.is_dir())
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}

    done = subprocess.run(
        [env / "bin/python", "-m", "pytest", "-q", "tests"],
        cwd=root / unit.relative_to(ROOT),
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_route_to_an_endpoint_that_is_gone_is_named(clone):
    """When catalog serves an endpoint under another path, gateway is red, at the route that leads there and at no other."""
    root, _ = clone
    endpoints = root / "services/catalog/src/catalog/endpoints.py"
    before = endpoints.read_text()
    assert before.count('"/products/<sku>/retire"') == 1

    endpoints.write_text(before.replace('"/products/<sku>/retire"', '"/products/<sku>/withdraw"'))
    try:
        status, output = run(root, "gateway", "--results", "drifted")
    finally:
        endpoints.write_text(before)

    (gateway,) = report_of(root, "drifted")["units"]
    failed = [test["id"] for test in gateway["tests"] if test["outcome"] != "passed"]
    assert status == 1, output
    assert failed == ["test_integrity.py::test_route_leads_to_what_runs[catalog.retire_product]"]
