"""The template, as a reader of `docs/how-to/template.md` uses it: copied, customised, green; red once a registry is broken."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checks.conftest import framework_env
from tests.docs.pages import DOCS, blocks
from tests.e2e.command import report_of, run
from tests.monorepo import make_monorepo, pep621

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "integrity" / "templates" / "test_integrity_template.py"
PAGE = DOCS / "how-to" / "template.md"
PARTS = [text for _, text in blocks(PAGE, "python")]
(TABLES,) = [text for _, text in blocks(PAGE, "toml")]
SETTINGS = """
    import os
    from urllib.parse import urlsplit

    database = urlsplit(os.environ["DATABASE_URL"])
    REDIS_URL = os.environ["REDIS_URL"]
    SECRET_KEY = os.environ["SECRET_KEY"]
    ALLOWED_HOSTS = ["*"]
    INSTALLED_APPS = ["billing"]
    ROOT_URLCONF = "billing.urls"
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database.path.lstrip("/"),
            "USER": database.username,
            "PASSWORD": database.password,
            "HOST": database.hostname,
            "PORT": database.port,
        }
    }
"""
BILLING = {
    "pyproject.toml": "[tool.integrity]\n",
    "services/billing/pyproject.toml": pep621("billing", dependencies=["django>=5.2", "psycopg[binary]"], more=TABLES),
    "services/billing/.env.example": "DATABASE_URL=\nREDIS_URL=\nSECRET_KEY=\n",
    "services/billing/manage.py": """
        import os
        import sys

        from django.core.management import execute_from_command_line

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing.settings")
        execute_from_command_line(sys.argv)
    """,
    "services/billing/src/billing/__init__.py": "",
    "services/billing/src/billing/settings.py": SETTINGS,
    "services/billing/src/billing/choices.py": """
        PLANS = (
            ("free", "Free"),
            ("team", "Team"),
        )
        PRICES = {
            "free": 0,
            "team": 1900,
        }
    """,
    "services/billing/src/billing/models.py": """
        from django.db import models

        from billing.choices import PLANS


        class Subscription(models.Model):
            plan = models.CharField(max_length=20, choices=PLANS, default="free")
    """,
    "services/billing/src/billing/urls.py": """
        from django.db import connection
        from django.http import HttpResponse
        from django.urls import path


        def health(request):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return HttpResponse("ok")


        urlpatterns = [path("health", health)]
    """,
}
MONEY = {
    "pyproject.toml": pep621("money"),
    "money/__init__.py": "",
    "money/currencies.py": """
        CURRENCIES = {
            "EUR": {"name": "Euro", "digits": 2},
            "JPY": {"name": "Yen", "digits": 0},
        }
    """,
}


def headed(text: str) -> dict[str, str]:
    """The parts of a test file by their heading, what stands before the first under the empty one."""
    start, *rest = re.split(r"(?m)^# --- (.+)\n", text)
    return {"": start, **dict(zip(rest[::2], rest[1::2], strict=True))}


def together(parts: dict[str, str]) -> str:
    return "".join(f"# --- {head}\n{text}" if head else text for head, text in parts.items())


def customised_service(text: str) -> str:
    """The template with the page's parts in the place of its own, and the page's values of names that it assigns."""
    parts = headed(text)
    registries, environment, endpoints, dependencies = PARTS[:4]
    for part in (registries, environment):
        parts.update({head: body for head, body in headed(part).items() if head})
    text = together(parts)
    for line in (endpoints + dependencies).splitlines():
        name = line.partition(" = ")[0]
        text, count = re.subn(rf"(?m)^{name} = .*$", line.replace("\\", r"\\"), text)
        assert count == 1, name
    return text


def customised_package(text: str) -> str:
    """The head of the template with only the page's last part."""
    return headed(text)[""] + PARTS[4]


@pytest.fixture(scope="module")
def billing(tmp_path_factory):
    """The service of the page, with the copied and customised template; what its first run ended with."""
    root = make_monorepo(tmp_path_factory.mktemp("billing"), BILLING)
    (root / "services/billing/test_integrity.py").write_text(customised_service(TEMPLATE.read_text()))
    return root, run(root, "run", "--services", "embedded")


def test_customised_service_is_green(billing):
    """Every part of the template passed, on real servers and beside the running service."""
    root, done = billing
    (unit,) = report_of(root)["units"]
    passed = {test["id"].partition("::")[2].partition("[")[0] for test in unit["tests"] if test["outcome"] == "passed"}

    assert done.returncode == 0, done.stdout + done.stderr
    assert passed == {
        "test_declared",
        "test_registry_has_no_duplicates",
        "test_every_plan_has_a_price",
        "test_required_variables_are_set",
        "test_variables_are_documented",
        "test_database_answers",
        "test_service_is_healthy",
        "test_dependency_is_reachable",
    }


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "place"),
    [
        (
            "src/billing/choices.py",
            '    ("team", "Team"),\n',
            '    ("team", "Team"),\n    ("team", "Teams"),\n',
            "REG101",
            4,
        ),
        ("src/billing/choices.py", '    "team": 1900,\n', '    "free": 1900,\n', "REG101", 7),
        ("src/billing/choices.py", '    "team": 1900,\n', "", "REG110", 3),
        (".env.example", "SECRET_KEY=\n", "", "ENV105", None),
        ("src/billing/models.py", 'default="free"', 'default="gratis"', "MIG104", 7),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)
def test_broken_service_is_red(billing, path, old, new, code, place):  # noqa: PLR0917 - one defect in five words
    """By the code of the defect, at its line, and the report says so."""
    root, _ = billing
    file = root / "services" / "billing" / path
    text = file.read_text()
    file.write_text(text.replace(old, new, 1))
    try:
        done = run(root, "run", "--services", "embedded")
    finally:
        file.write_text(text)

    (unit,) = report_of(root)["units"]
    found = {finding["code"]: finding for test in unit["tests"] for finding in test.get("findings", ())}
    assert old in text
    assert done.returncode == 1, done.stdout
    assert code in found
    assert code in done.stdout
    lines = {each.get("line") for each in found[code]["places"] if each["path"].endswith(path)}
    assert place is None or place in lines, found[code]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An interpreter that has pytest."""
    return framework_env("newest", tmp_path_factory)


@pytest.fixture
def pytest_by_hand(tmp_path, python):
    """Runs a package's test file with pytest alone; the library is importable, as an installation makes it."""

    def go(test: str, **files: str) -> subprocess.CompletedProcess[str]:
        folder = make_monorepo(tmp_path / "money", {**MONEY, "test_integrity.py": test, **files})
        shutil.rmtree(folder / "money" / "__pycache__", ignore_errors=True)
        return subprocess.run(
            [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_integrity.py"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
            capture_output=True,
            text=True,
            check=False,
        )

    return go


def test_customised_package_is_green_and_then_red(pytest_by_hand):
    """A currency that is written twice, and one that lost a field."""
    test = customised_package(TEMPLATE.read_text())
    twice = '\nCURRENCIES = {\n    "EUR": {"name": "Euro", "digits": 2},\n    "EUR": {"name": "Yen", "digits": 0},\n}\n'

    green = pytest_by_hand(test)
    doubled = pytest_by_hand(test, **{"money/currencies.py": twice})
    lacking = pytest_by_hand(
        test, **{"money/currencies.py": MONEY["money/currencies.py"].replace('"name": "Yen", ', "")}
    )

    assert (green.returncode, "2 passed" in green.stdout) == (0, True), green.stdout
    assert doubled.returncode == lacking.returncode == 1
    assert "REG101" in doubled.stdout
    assert "REG120" in lacking.stdout


def test_template_as_it_is_passes_nowhere(pytest_by_hand):
    """Nothing is declared, which is said first; without that line, each test fails, and none was skipped."""
    whole = TEMPLATE.read_text()
    without = whole.replace("test_declared = integrity.declared_tests()\n", "")

    first = pytest_by_hand(whole)
    second = pytest_by_hand(without)

    functions = [
        node for node in ast.parse(whole).body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_"
    ]
    assert "declared_tests() found nothing that the unit declares" in first.stdout
    assert first.returncode not in (0, 5)
    assert not re.search(r"\d (?:passed|skipped)", second.stdout)
    assert {node.name for node in functions} <= set(re.findall(r"::(test_\w+)", second.stdout))
    for hint in ("your_package.your_module:YOUR_REGISTRY", "YOUR_VARIABLE", "DATABASE_URL", "REDIS_URL"):
        assert hint in second.stdout
