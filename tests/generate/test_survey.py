"""What is known of a unit from its files."""

from __future__ import annotations

import pytest

from integrity.checks.unit import unit_around
from integrity.discover import Globs, discover
from integrity.generate.survey import survey_of
from tests.monorepo import make_monorepo, pep621


@pytest.fixture
def survey(tmp_path):
    """Looks through a service of these files and dependencies."""

    def look(files, *dependencies, tables=""):
        scripts = '[project.scripts]\nshop = "shop.main:main"\n'
        manifest = pep621("shop", dependencies=dependencies, more=scripts + tables)
        make_monorepo(tmp_path, {"services/shop/pyproject.toml": manifest})
        make_monorepo(tmp_path / "services/shop", files)
        (unit,) = discover(tmp_path, Globs(services=("services/*",))).units
        return survey_of(unit, unit_around(str(tmp_path / "services/shop/pyproject.toml")))

    return look


def test_frameworks_are_read_from_dependencies_and_code(survey):
    """In one order, each once."""
    found = survey({"shop/app.py": "from celery import Celery\napp = Celery()\n"}, "Flask>=3", "django")

    assert found.frameworks == ("django", "flask", "celery")


@pytest.mark.parametrize(
    ("path", "source", "target"),
    [
        ("shop/main.py", "from fastapi import FastAPI\napi = FastAPI()\n", {"fastapi": "shop.main:api"}),
        ("src/shop/app.py", "import flask\napp = flask.Flask(__name__)\n", {"flask": "shop.app:app"}),
        ("shop/celery.py", "from celery import Celery as C\napp: C = C('shop')\n", {"celery": "shop.celery:app"}),
        ("shop/app.py", "from fastapi import FastAPI\ndef make():\n    app = FastAPI()\n", {}),
        ("shop/app.py", "from own import FastAPI\napp = FastAPI()\n", {}),
        ("shop/admin.py", "from fastapi import FastAPI\napp = FastAPI()\n", {}),
        ("tests/app.py", "from fastapi import FastAPI\napp = FastAPI()\n", {}),
    ],
)
def test_application_is_found_where_it_is_sure(survey, path, source, target):
    """An object of the module that is named as the main one; not one of the tests, of a function or of another library."""
    assert survey({"shop/__init__.py": "", "src/shop/__init__.py": "", path: source}).applications == target


def test_outermost_application_counts(survey):
    """An application deeper inside is a part of it."""
    source = "from fastapi import FastAPI\napp = FastAPI()\n"
    packages = {"shop/__init__.py": "", "shop/admin/__init__.py": ""}

    assert survey({**packages, "shop/admin/app.py": source, "shop/main.py": source}).applications == {
        "fastapi": "shop.main:app"
    }


def test_settings_of_django_are_read_from_its_doorways(survey):
    """A template's placeholder is no name."""
    line = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\n'

    found = survey({"a.py": line.format("{{ project }}.settings"), "manage.py": line.format("shop.settings")})

    assert (found.settings, found.frameworks) == ("shop.settings", ("django",))


def test_rest_of_the_unit_is_read(survey):
    """Env files, exports and scripts."""
    found = survey({".env.sample": "A=1\n", "shop/__init__.py": '__all__ = ["a"]\n'})
    empty = survey({"shop/__init__.py": "", ".env.sample": ""})

    assert (found.example, found.exports, found.scripts) == (".env.sample", True, ("shop",))
    assert not empty.exports


def test_files_that_do_not_parse_are_no_trouble(survey):
    """Nothing is found in them."""
    found = survey({"shop/app.py": "app = FastAPI(\n", "shop/b.py": b"\xff\xfeclass A(Enum): ...", "manage.py": "if"})

    assert (found.applications, found.registries, found.settings) == ({}, (), "")


@pytest.mark.parametrize(
    ("configured", "tables", "groups", "extras"),
    [
        (True, '[dependency-groups]\ndev = ["pytest"]\ntest = ["pytest-x", "pytest"]\n', ("test",), ()),
        (True, '[dependency-groups]\nlint = ["ruff"]\nqa = ["pytest"]\n', ("qa",), ()),
        (True, '[project.optional-dependencies]\ntests = ["pytest"]\n', (), ("tests",)),
        (True, '[dependency-groups]\nlint = ["ruff"]\n', (), ()),
        (False, '[dependency-groups]\ntest = ["pytest"]\n', (), ()),
    ],
)
def test_what_brings_pytests_plugins_is_found(survey, configured, tables, groups, extras):
    """Where the unit configures pytest, which would fail without them."""
    found = survey({"conftest.py": ""} if configured else {}, tables=tables)

    assert (found.groups, found.extras) == (groups, extras)
