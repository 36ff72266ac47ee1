"""The integrity tests of one service or package: copy this file to it, and make it its own.

1. Copy it beside the unit's pyproject.toml, as `test_integrity.py`.
2. Registries: replace the `sample_registry` fixture.
3. Environment: name the variables that the unit can't do without.
4. Database and endpoints: name the variables with their URLs.
5. Dependencies: Redis, Celery's broker, other APIs.

CUSTOMISE marks what to replace. Until you do, each test here fails and says what it misses; a part for which the unit
has no use is deleted. `integrity run UNIT` starts it, and brings pytest and integrity; by hand, `pip install nox-integrity`.
"""

import os
from typing import Any

import integrity
import pytest

# --- the short way

# CUSTOMISE: what [tool.integrity.registries] and [tool.integrity.checks] of pyproject.toml declare is tested by this one
# line: registries, environment, routes, tasks, migrations … With it most of what follows need not be written; without
# declarations it is an error, and has to go.
test_declared = integrity.declared_tests()


# --- registries


@pytest.fixture
def sample_registry() -> Any:
    """CUSTOMISE: return one of the unit's registries; write such a fixture for each of them.

    `source_of` gives every entry that the source writes, also one that a later one of the same key silently replaces:
    the finished dict or Enum no longer shows it. A registry that only exists at runtime is returned as a list of pairs.
    """
    return integrity.source_of("your_package.your_module:YOUR_REGISTRY")


def test_registry_has_no_duplicates(sample_registry: Any) -> None:
    """No key stands there twice."""
    integrity.assert_unique(sample_registry)


def test_registry_is_complete(sample_registry: Any) -> None:
    """CUSTOMISE: it has an entry for each of another registry. Never compare with a list that is copied into the test."""
    names = integrity.source_of("your_package.your_module:YOUR_NAMES")

    integrity.assert_covers(sample_registry, names, relation="equals")


def test_entries_have_their_fields(sample_registry: Any) -> None:
    """CUSTOMISE: the fields of each entry, and what they may hold. For a registry of plain values, delete this test."""
    integrity.assert_fields(
        sample_registry, required=["your_field"], fields={"your_number": {"type": "number", "min": 0}}
    )


# --- environment

# CUSTOMISE: without these the unit does not start. In a run they come from `env`, `env-file`, `pass-env` and `needs` of
# [tool.integrity]; what they hold is never shown.
REQUIRED_VARIABLES = ["YOUR_VARIABLE"]


def test_required_variables_are_set() -> None:
    """Each is there, and holds more than nothing or a placeholder."""
    integrity.assert_env(REQUIRED_VARIABLES)


def test_variables_are_documented() -> None:
    """CUSTOMISE the names: the example file says what the code reads, and nothing else."""
    integrity.assert_env_documented(example=".env.example")


# --- database and endpoints

# CUSTOMISE: the variables with the URLs. `needs = ["postgres:17"]` and [tool.integrity.serve] of pyproject.toml start
# the database and the service itself beside the tests, and set them.
DATABASE_VARIABLE = "DATABASE_URL"
SERVICE_VARIABLE = "YOUR_SERVICE_URL"
HEALTH_PATH = "/health"


def url_in(variable: str) -> str:
    """Return the URL that a variable holds; where it is not set, the test fails and says so."""
    integrity.assert_env([variable], types={variable: "url"})
    return os.environ[variable]


def test_database_answers() -> None:
    """It answers a query."""
    integrity.assert_reachable(url_in(DATABASE_VARIABLE))


def test_service_is_healthy() -> None:
    """Its health endpoint says so, with a status from 200 to 299."""
    integrity.assert_healthy(url_in(SERVICE_VARIABLE) + HEALTH_PATH)


# --- dependencies

# CUSTOMISE: what has to be there beside it, each asked in its own protocol: redis://, amqp://, http://, host:port.
# For a Celery worker that has to answer: [tool.integrity.checks.services.worker] kind = "celery", app = "….celery:app".
DEPENDENCY_VARIABLES = ["REDIS_URL", "CELERY_BROKER_URL", "YOUR_EXTERNAL_API_URL"]


@pytest.mark.parametrize("variable", DEPENDENCY_VARIABLES)
def test_dependency_is_reachable(variable: str) -> None:
    """It answers within three seconds."""
    integrity.assert_reachable(url_in(variable))
