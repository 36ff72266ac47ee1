"""`assert_migrations`: the histories of migrations are whole, and they make what the models are."""

from __future__ import annotations

from typing import Any, Iterable

from integrity.checks.asserts.family import demand_family


def assert_migrations(*apps: str, alembic: str = "", url_env: str = "", apply: bool = False) -> None:
    """Assert that each history ends in one migration, that none depends on what is gone, and that models and migrations agree.

    `apps` are labels of Django apps; without any, those of the unit. `alembic` is the path of Alembic's configuration in the unit
    (default: alembic.ini, where there is one), which compares with the database in the variable `url_env` (default: DATABASE_URL);
    `apply` first applies the migrations to it. Raises IntegrityError with all findings.
    """
    if any(not isinstance(each, str) for each in apps):
        raise TypeError('assert_migrations takes labels of apps, such as "billing".')
    given: Iterable[tuple[str, Any]] = (
        ("apps", list(apps)),
        ("alembic", alembic),
        ("url-env", url_env),
        ("apply", apply),
    )
    demand_family("migrations", {name: value for name, value in given if value}, "assert_migrations")
