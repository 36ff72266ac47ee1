"""Databases by the connections of Django and SQLAlchemy, and the migrations that they lack, in real envs."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.checks.harness import run_tests as run_tests_once
from tests.checks.harness import write

MODELS = """\
from django.db import models


class Plan(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "shop"
"""
MIGRATION = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.CreateModel("Plan", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=20))])]
"""
SETTINGS = """\
import os
from urllib.parse import urlsplit

url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": url.hostname,
        "PORT": url.port,
        "USER": url.username,
        "PASSWORD": url.password,
        "NAME": url.path[1:],
    }
}
INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""
DJANGO = {
    "pyproject.toml": '[tool.integrity.checks.services]\ndb = { kind = "postgres", connection = "default", migrations = "django", min-version = "12" }\n',
    "settings.py": SETTINGS,
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
    "shop/migrations/__init__.py": "",
    "shop/migrations/0001_initial.py": MIGRATION,
}
VERSION = '''\
"""First."""

revision = "{}"
down_revision = {}


def upgrade() -> None:
    """Do nothing."""
'''
ALEMBIC = {
    "pyproject.toml": '[tool.integrity.checks.services]\ndb = { kind = "postgres", connection = "db:engine", migrations = "alembic.ini" }\n',
    "alembic.ini": "[alembic]\nscript_location = %(here)s/scripts\n",
    "scripts/env.py": "from alembic import context\nfrom db import engine\n\nwith engine.connect() as connection:\n    context.configure(connection=connection)\n    with context.begin_transaction():\n        context.run_migrations()\n    connection.commit()\n",
    "scripts/versions/a1.py": VERSION.format("a1", "None"),
    "scripts/versions/b2.py": VERSION.format("b2", '"a1"'),
    "db.py": 'import os\nimport sqlalchemy\n\nengine = sqlalchemy.create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))\n',
}


def command(folder, python, *arguments, **variables):
    """Run a module's command in the unit."""
    environment = {**variables, "PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
    subprocess.run([str(python), "-m", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def own_url(postgres, postgres_url):
    """A database of the test's own in the running PostgreSQL."""
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS own")
        connection.execute("CREATE DATABASE own")
    return postgres_url.rpartition("/")[0] + "/own"


SQLITE = """\
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""


def run_tests(folder, python, **variables):
    """Run the unit's tests anew."""
    (folder / "stream.jsonl").unlink(missing_ok=True)
    return run_tests_once(folder, python, **variables)


def test_django_migrations_are_found_until_they_are_applied(tmp_path, own_url, newest):
    """By a connection of its own, although pytest-django guards those of tests; nothing is applied by the check."""
    variables = {"DATABASE_URL": own_url, "DJANGO_SETTINGS_MODULE": "settings"}
    write(tmp_path, DJANGO)

    first, _ = run_tests(tmp_path, newest, **variables)
    again, _ = run_tests(tmp_path, newest, **variables)
    command(tmp_path, newest, "django", "migrate", **variables)
    migrated, output = run_tests(tmp_path, newest, **variables)

    assert [finding["code"] for finding in first] == ["DB102"]
    assert "shop.0001_initial" in first[0]["message"]
    assert again == first
    assert migrated == [], output
    assert "3 passed" in output


def test_django_migrations_are_found_with_the_oldest_django(tmp_path, oldest):
    """In a database of any engine."""
    manifest = DJANGO["pyproject.toml"].replace(', min-version = "12"', "")
    write(tmp_path, {**DJANGO, "pyproject.toml": manifest, "settings.py": SQLITE})

    first, _ = run_tests(tmp_path, oldest, DJANGO_SETTINGS_MODULE="settings")
    command(tmp_path, oldest, "django", "migrate", DJANGO_SETTINGS_MODULE="settings")
    migrated, output = run_tests(tmp_path, oldest, DJANGO_SETTINGS_MODULE="settings")

    assert [finding["code"] for finding in first] == ["DB102"]
    assert migrated == [], output


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_alembic_revisions_are_found_until_they_are_applied(tmp_path, own_url, request, version):
    """All at first, then those behind the one that the database has."""
    python = request.getfixturevalue(version)
    own_url = own_url if version == "newest" else f"sqlite:///{tmp_path}/db.sqlite3"
    write(tmp_path, ALEMBIC)

    none, output = run_tests(tmp_path, python, DATABASE_URL=own_url)
    command(tmp_path, python, "alembic", "upgrade", "a1", DATABASE_URL=own_url)
    first, _ = run_tests(tmp_path, python, DATABASE_URL=own_url)
    command(tmp_path, python, "alembic", "upgrade", "head", DATABASE_URL=own_url)
    both, output = run_tests(tmp_path, python, DATABASE_URL=own_url)
    (tmp_path / "scripts/versions/b2.py").unlink()
    ahead, _ = run_tests(tmp_path, python, DATABASE_URL=own_url)

    assert "lacks 2 migrations that the code has: a1, b2" in none[0]["message"]
    assert "lacks 1 migration that the code has: b2" in first[0]["message"]
    assert both == [], output
    assert "a revision that the code does not have: b2" in ahead[0]["message"]


def test_alembic_is_also_asked_by_the_url(tmp_path, own_url, newest):
    """With the driver of the env, and the Config from a function."""
    manifest = '[tool.integrity.checks.services]\ndb = { kind = "postgres", migrations = "migrate:config" }\n'
    config = 'from alembic.config import Config\n\n\ndef config():\n    return Config("alembic.ini")\n'
    write(tmp_path, {**ALEMBIC, "pyproject.toml": manifest, "migrate.py": config})

    found, _ = run_tests(tmp_path, newest, DATABASE_URL=own_url)

    assert [finding["code"] for finding in found] == ["DB102"]
    assert "a1, b2" in found[0]["message"]


def test_wrong_password_is_told_by_every_way_to_connect(tmp_path, own_url, newest):
    """By Django's, by SQLAlchemy's, and never shown."""
    wrong = own_url.replace("admin:", "admin:wrong-s3cret")
    write(tmp_path / "django", DJANGO)
    write(tmp_path / "alembic", ALEMBIC)

    by_django, output = run_tests(tmp_path / "django", newest, DATABASE_URL=wrong, DJANGO_SETTINGS_MODULE="settings")
    by_engine, more = run_tests(tmp_path / "alembic", newest, DATABASE_URL=wrong)

    assert {finding["code"] for finding in [*by_django, *by_engine]} == {"DB101", "DB102", "DB103"}
    assert all("authentication failed" in finding["message"] for finding in [*by_django, *by_engine]), by_django
    assert "s3cret" not in output
    assert "s3cret" not in more


@pytest.mark.parametrize(
    ("name", "words"),
    [("replica", "has no 'replica'"), ("db:nothing", "has no 'nothing'"), ("db:url", "no SQLAlchemy engine")],
)
def test_connection_that_is_not_there_is_told(tmp_path, own_url, newest, name, words):
    """An alias, a name, an object of another kind."""
    manifest = f'[tool.integrity.checks.services]\ndb = {{ kind = "postgres", connection = "{name}" }}\n'
    write(tmp_path, {**DJANGO, "pyproject.toml": manifest, "db.py": "url = 1\n"})

    found, _ = run_tests(tmp_path, newest, DATABASE_URL=own_url, DJANGO_SETTINGS_MODULE="settings")

    assert len(found) == 1
    assert words in found[0]["message"]


def test_migration_that_can_not_be_imported_is_told(tmp_path, own_url, newest):
    """By the error that it raises; it is no question of time."""
    broken = "raise RuntimeError('no such operation')\n"
    write(tmp_path, {**DJANGO, "shop/migrations/0001_initial.py": broken})

    found, _ = run_tests(tmp_path, newest, DATABASE_URL=own_url, DJANGO_SETTINGS_MODULE="settings")

    assert [(finding["code"], "no such operation" in finding["message"]) for finding in found] == [("DB102", True)]
