"""Django's models, migrations and settings as they really are, at the oldest and the newest version."""

from __future__ import annotations

import pytest

from tests.checks import harness

SETTINGS = (
    "SECRET_KEY = 'x'\nINSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'shop']\n"
    "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware']\n"
)
MODELS = (
    "from django.contrib.auth.models import User\nfrom django.db import models\n\n\nclass Base(models.Model):\n"
    "    state = models.CharField(max_length=4, choices=[(each, each) for each in ('new', 'paid')], default='new')\n"
    "    class Meta:\n        abstract = True\n\n\nclass Order(Base):\n    buyer = models.ForeignKey(User, models.CASCADE)\n"
    "    tags = models.ManyToManyField('self')\n\n\nclass Special(Order):\n    class Meta:\n        proxy = True\n"
)
MIGRATION = """from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            "Order",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("new", "new"), ("paid", "paid")], default="new", max_length=4)),
                ("buyer", models.ForeignKey(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
                ("tags", models.ManyToManyField(to="shop.order")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel("Special", [], options={"proxy": True, "indexes": [], "constraints": []}, bases=("shop.order",)),
    ]
"""
VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])


def run(folder, request, version, families, **files):
    unit = {
        "pyproject.toml": "".join(f"[tool.integrity.checks.{family}]\n" for family in families.split()),
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS + files.pop("settings", ""),
        "shop/models.py": MODELS + files.pop("models", ""),
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": MIGRATION,
        **{name.replace("__", "/") + ".py": text for name, text in files.items()},
    }
    python = request.getfixturevalue(version)
    return harness.run_tests(harness.write(folder, unit), python, DJANGO_SETTINGS_MODULE="shop.settings")


def told(found):
    return sorted((each["code"], each["entry"]) for each in found)


@VERSIONS
def test_whole_unit_is_silent(tmp_path, request, version):
    """Abstract and proxy models, many-to-many tables and swappable dependencies are no findings."""
    found, output = run(tmp_path, request, version, "models migrations settings")

    assert found == [], output


@VERSIONS
def test_inherited_field_is_judged_where_it_is_written(tmp_path, request, version):
    """A computed default outside the computed choices is found at the abstract class that holds it."""
    extra = "\n\nclass Draft(models.Model):\n    KINDS = [(each, each) for each in 'ab']\n    kind = models.CharField(max_length=9, choices=KINDS, default='c')\n    class Meta:\n        abstract = True\n\n\nclass Offer(Draft):\n    pass\n"

    found, output = run(tmp_path, request, version, "models", models=extra)

    assert told(found) == [("MIG104", "shop.models.Offer.kind default")], output
    lines = (MODELS + extra).splitlines()
    assert lines[found[0]["places"][0]["line"] - 1].strip().startswith("kind =")


@VERSIONS
def test_table_of_a_many_to_many_field_counts(tmp_path, request, version):
    """A model that takes the table of another model's many-to-many field is found; an unmanaged one may."""
    extra = "\n\nTAGS = 'shop_' + 'order_tags'\n\n\nclass Tags(models.Model):\n    class Meta:\n        db_table = TAGS.lower()\n"

    assert told(run(tmp_path, request, version, "models", models=extra)[0]) == [("MIG105", "shop_order_tags")]
    assert (
        told(run(tmp_path / "unmanaged", request, version, "models", models=extra + "        managed = False\n")[0])
        == []
    )


@VERSIONS
def test_every_missing_operation_is_a_finding(tmp_path, request, version):
    """A new model and a changed field are two findings, each at its model; nothing is asked and no database is opened."""
    extra = "\n\nclass Offer(models.Model):\n    price = models.IntegerField()\n"
    settings = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '/nowhere/at/all'}}\n"
    (tmp_path / "shop").mkdir()

    found, output = run(tmp_path, request, version, "migrations", models=extra, settings=settings)

    assert [entry for _, entry in told(found)] == ["shop: Create model Offer"], output
    assert found[0]["places"][0]["line"] == len(MODELS.splitlines()) + 3


@VERSIONS
def test_migration_that_fails_to_import_is_red(tmp_path, request, version):
    """The error and the migration's line are told."""
    found, output = run(tmp_path, request, version, "migrations", shop__migrations__0002_bad="import gone\n")

    assert [each["code"] for each in found] == ["MIG101"], output
    assert found[0]["places"] == [
        {"path": "shop/migrations/0002_bad.py", "line": 1, "column": None, "role": "declared"}
    ]


@VERSIONS
def test_unknown_app_is_red(tmp_path, request, version):
    """A label that no app has is an error that names the apps."""
    harness.write(
        tmp_path,
        {
            "pyproject.toml": '[tool.integrity.checks.models]\napps = ["shopp"]\n',
            "shop/__init__.py": "",
            "shop/settings.py": SETTINGS,
            "shop/models.py": MODELS,
        },
    )

    found, output = harness.run_tests(
        tmp_path, request.getfixturevalue(version), DJANGO_SETTINGS_MODULE="shop.settings"
    )

    assert {(each["code"], each["entry"]) for each in found} == {("APP104", "shopp")}
    assert "auth, contenttypes, shop" in output


@VERSIONS
def test_settings_are_judged_as_they_are(tmp_path, request, version):
    """A computed member twice, one that can't be imported, and a misspelt name, which is only a warning."""
    settings = "MIDDLEWARE = MIDDLEWARE * 2 + ['shop.gone.' + 'Gone']\nLOGIN_REDIRCT_URL = '/'\n"

    found, output = run(tmp_path, request, version, "settings", settings=settings)

    assert told(found) == [
        ("APP102", "MIDDLEWARE django.middleware.common.CommonMiddleware"),
        ("APP102", "MIDDLEWARE shop.gone.Gone import"),
        ("APP103", "LOGIN_REDIRCT_URL"),
    ], output


@VERSIONS
def test_checks_for_deployment_are_on_request(tmp_path, request, version):
    """`deploy = true` brings Django's security messages, as warnings with their ids."""
    assert run(tmp_path, request, version, "settings")[0] == []

    harness.write(tmp_path, {"pyproject.toml": "[tool.integrity.checks.settings]\ndeploy = true\n"})
    found, _ = harness.run_tests(tmp_path, request.getfixturevalue(version), DJANGO_SETTINGS_MODULE="shop.settings")

    assert {each["code"] for each in found} == {"APP101"}
    assert {each["level"] for each in found} == {"warning"}
    assert any(each["entry"].startswith("security.W") for each in found)


def test_setup_that_fails_is_told_with_its_place(tmp_path, oldest):
    """The unit's own line that raised, for every check that needs Django."""
    files = {
        "pyproject.toml": "[tool.integrity.checks.settings]\n",
        "shop/__init__.py": "",
        "shop/settings.py": "SECRET_KEY = 'x'\nimport gone\n",
    }

    found, output = harness.run_tests(harness.write(tmp_path, files), oldest, DJANGO_SETTINGS_MODULE="shop.settings")

    assert {each["code"] for each in found} == {"APP104"}, output
    assert all(each["places"][0]["path"] == "shop/settings.py" and each["places"][0]["line"] == 2 for each in found)


ASSERTION = """import integrity
import pytest


def test_migrations():
    integrity.assert_migrations()
    integrity.assert_migrations("shop")
    with pytest.raises(TypeError, match="labels of apps"):
        integrity.assert_migrations(["shop"])
    with pytest.raises(integrity.IntegrityError, match="APP104"):
        integrity.assert_migrations("shopp")
"""


@VERSIONS
def test_assertion_about_migrations(tmp_path, request, version):
    """`assert_migrations` passes for a whole unit, and raises for an app that isn't there."""
    _, output = run(tmp_path, request, version, "", test_integrity=ASSERTION)

    assert "1 passed" in output, output
