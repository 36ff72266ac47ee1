"""Under which name a file is imported, as far as paths tell."""

from __future__ import annotations

import pytest

from integrity.checks.sources.importing import Importing


@pytest.mark.parametrize(
    ("files", "path", "name"),
    [
        (["shop/__init__.py", "shop/plans.py"], "shop/plans.py", "shop.plans"),
        (["shop/__init__.py"], "shop/__init__.py", "shop"),
        (["src/shop/__init__.py", "src/shop/plans.py"], "src/shop/plans.py", "shop.plans"),
        (["src/company/shop/__init__.py"], "src/company/shop/__init__.py", "company.shop"),
        (["src/company/shop/plans.py"], "src/company/shop/plans.py", "company.shop.plans"),
        (["app/main.py", "app/routers/users.py"], "app/routers/users.py", "app.routers.users"),
        (["manage.py"], "manage.py", "manage"),
        (["backend/manage.py", "backend/app/models.py"], "backend/app/models.py", "app.models"),
        (["backend/app/__init__.py", "backend/app/models.py"], "backend/app/models.py", "app.models"),
        (["backend/manage.py", "backend/core/__init__.py"], "backend/core/__init__.py", "core"),
        (["scripts/my-tools/fix.py"], "scripts/my-tools/fix.py", "fix"),
        (["__init__.py"], "__init__.py", "__init__"),
    ],
)
def test_name_of_file(files, path, name):
    """It begins below `src`, at the first package, or behind the folder that Python starts in."""
    assert Importing(files, ".").name_of(path) == name


def test_unit_below_the_root_is_the_top():
    """What lies above the unit's folder is no part of a name."""
    files = ["services/shop/app/main.py", "services/shop/src/shop/__init__.py"]
    importing = Importing(files, "services/shop")

    assert [importing.name_of(path) for path in files] == ["app.main", "shop"]


@pytest.mark.parametrize(
    ("files", "name", "path"),
    [
        (["src/shop/__init__.py", "src/shop/plans.py"], "shop.plans", "src/shop/plans.py"),
        (["src/shop/__init__.py"], "shop", "src/shop/__init__.py"),
        (["company/shop/__init__.py", "company/shop/plans.py"], "company.shop.plans", "company/shop/plans.py"),
        (["backend/app/models.py"], "app.models", "backend/app/models.py"),
        (["app/__init__.py", "app/email/utils.py", "app/email/__init__.py"], "email.utils", None),
        (["config/redis.py"], "redis", None),
        (["shop/plans.py"], "shop.prices", None),
    ],
)
def test_file_of_name(files, name, path):
    """Also by the end of its path, but never where a package makes its name a longer one."""
    assert Importing(files, ".").path_of(name) == path
