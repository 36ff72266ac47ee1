"""Poetry's manifests in PEP 508 terms."""

from __future__ import annotations

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from integrity.discover.constraints import both, python_marker, specifier
from integrity.model.unit import ManifestKind
from tests.discover.finding import REMOTE, edges, found, lines, only, texts
from tests.monorepo import pep621


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2.0.0"),
        ("^1.2", ">=1.2,<2.0"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("^1.0.0b2", ">=1.0.0b2,<2.0.0"),
        ("~1.2.3", ">=1.2.3,<1.3.0"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4.2", "~=1.4.2"),
        ("*", ""),
        ("1.2.*", "==1.2.*"),
        ("1.*", "==1.*"),
        ("!=1.3.*", "!=1.3.*"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        ("==1.2.3", "==1.2.3"),
        (">= 1.2, < 2", ">=1.2,<2"),
        (">=1.2 <2", ">=1.2,<2"),
        (">1,!=1.5,<=2", ">1,!=1.5,<=2"),
        ("^1.0 || ^2.0", ">=1.0,<3.0"),
        ("^1.0|^3.0", ">=1.0,<4.0"),
        ("<1 || 2.*", "<3"),
        (">=2 || 1.0", ">=1.0"),
    ],
)
def test_constraint_as_specifier(constraint, expected):
    """Carets, tildes, wildcards, plain versions, lists and unions become PEP 440."""
    assert specifier(constraint) == expected
    SpecifierSet(expected)


@pytest.mark.parametrize(
    ("constraint", "holds", "fails"),
    [
        (">=3.9", "3.9.0", "3.8.9"),
        ("^3.9", "3.13.1", "4.0.0"),
        ("~3.9", "3.9.7", "3.10.0"),
        (">=3.9.2", "3.9.2", "3.9.1"),
        ("3.9.*", "3.9.7", "3.10.0"),
        ("3", "3.11.1", "2.7.1"),
        ("<3.9 || >=3.11", "3.11.0", "3.10.0"),
    ],
)
def test_python_constraint_as_marker(constraint, holds, fails):
    """A dependency for some Pythons only gets the marker that says so."""
    marker = Marker(python_marker(constraint))

    def evaluated(version):
        return marker.evaluate({"python_full_version": version, "python_version": ".".join(version.split(".")[:2])})

    assert evaluated(holds)
    assert not evaluated(fails)


def test_python_constraint_that_always_holds_is_no_marker():
    """`python = "*"` says nothing."""
    assert python_marker("*") == ""


def test_two_markers_hold_together():
    """An `or` inside keeps its meaning."""
    assert both("a or b", "c") == "(a or b) and c"
    assert both("", "c") == "c"


def test_poetry_project_is_read(tmp_path):
    """Identity, dependencies of every form, groups, old dev-dependencies, and optional ones under their extras."""
    unit = only(
        found(
            tmp_path,
            {
                "services/a/pyproject.toml": """
                    [tool.poetry]
                    name = "my-service"
                    version = "0.3.0"
                    [tool.poetry.dependencies]
                    python = "^3.9"
                    django = "^4.2"
                    celery = { version = "~5.3", extras = ["redis", "sqs"] }
                    tomli = { version = "*", python = "<3.11" }
                    pywin32 = { version = ">=300", platform = "win32", markers = "python_version > '3.8'" }
                    numpy = [{ version = "1.*", python = "<3.12" }, { version = "2.*", python = ">=3.12" }]
                    sentry = { version = "*", optional = true }
                    unused = { version = "*", optional = true }
                    tool = { git = "https://example.org/tool.git", tag = "v1", subdirectory = "py" }
                    wheel = { url = "https://example.org/wheel-1.0-py3-none-any.whl" }
                    [tool.poetry.extras]
                    monitoring = ["sentry"]
                    all = ["sentry"]
                    [tool.poetry.group.test.dependencies]
                    pytest = "8.*"
                    [tool.poetry.dev-dependencies]
                    black = "*"
                    """
            },
        ),
        "services/a",
    )

    assert (unit.name, unit.version, unit.requires_python, unit.manifest) == (
        "my-service",
        "0.3.0",
        ">=3.9,<4.0",
        ManifestKind.POETRY,
    )
    assert [(one.text, one.extra, one.group) for one in unit.dependencies] == [
        ("django>=4.2,<5.0", None, None),
        ("celery[redis,sqs]>=5.3,<5.4", None, None),
        ('tomli ; python_version < "3.11"', None, None),
        ("pywin32>=300 ; sys_platform == \"win32\" and python_version > '3.8'", None, None),
        ('numpy==1.* ; python_version < "3.12"', None, None),
        ('numpy==2.* ; python_version >= "3.12"', None, None),
        ("sentry", "monitoring", None),
        ("sentry", "all", None),
        ("tool @ git+https://example.org/tool.git@v1#subdirectory=py", None, None),
        ("wheel @ https://example.org/wheel-1.0-py3-none-any.whl", None, None),
        ("pytest==8.*", None, "test"),
        ("black", None, "dev"),
    ]


def test_poetry_paths_and_git_urls_to_this_repository_are_edges(tmp_path):
    """A path, and a git URL of this repository with a subdirectory, mean the unit that lies there."""
    monorepo = found(
        tmp_path,
        {
            ".git/config": REMOTE,
            "services/a/pyproject.toml": """
                [tool.poetry]
                name = "a"
                [tool.poetry.dependencies]
                shop-base = { path = "../../packages/base", develop = true, extras = ["sql"] }
                models = { git = "https://github.com/acme/shop.git", subdirectory = "packages/models", branch = "main" }
                [tool.poetry.group.dev.dependencies]
                shop-base = "*"
                """,
            "packages/base/pyproject.toml": pep621("shop-base"),
            "packages/models/pyproject.toml": pep621("models"),
        },
    )

    assert lines(monorepo) == [
        ("services/a", "packages/base", "services/a/pyproject.toml:4"),
        ("services/a", "packages/models", "services/a/pyproject.toml:5"),
        ("services/a", "packages/base", "services/a/pyproject.toml:7"),
    ]
    assert only(monorepo, "services/a").dependencies[0].target_extras == ("sql",)


def test_poetry_beside_project_adds_groups_and_sources(tmp_path):
    """With `[project]`, Poetry's own table adds groups and says where a dependency comes from, and adds no dependency."""
    monorepo = found(
        tmp_path,
        {
            "services/a/pyproject.toml": """
                [project]
                name = "a"
                dependencies = ["renamed (>=1)"]
                [tool.poetry.dependencies]
                renamed = { path = "../../packages/b" }
                extra = "*"
                [tool.poetry.group.dev.dependencies]
                pytest = "^8"
                """,
            "packages/b/pyproject.toml": pep621("other-name"),
        },
    )

    assert edges(monorepo) == [("services/a", "packages/b")]
    assert texts(only(monorepo, "services/a")) == ["renamed (>=1)", "pytest>=8,<9"]


def test_poetry_dependencies_count_where_project_calls_them_dynamic(tmp_path):
    """`dynamic = ["dependencies"]` leaves them to Poetry's table."""
    manifest = '[project]\nname = "a"\ndynamic = ["dependencies"]\n[tool.poetry.dependencies]\ndjango = "^5"\n'

    assert texts(only(found(tmp_path, {"services/a/pyproject.toml": manifest}), "services/a")) == ["django>=5,<6"]


def test_poetry_without_package_mode_is_named_by_its_folder(tmp_path):
    """A Poetry project that is no package needs no name."""
    unit = only(found(tmp_path, {"services/a/pyproject.toml": "[tool.poetry]\npackage-mode = false\n"}), "services/a")

    assert (unit.name, unit.distribution, unit.problem) == ("a", None, None)


def test_poetry_version_from_tags_is_unknown(tmp_path):
    """The placeholder beside poetry-dynamic-versioning is no version that a specifier could refuse."""
    monorepo = found(
        tmp_path,
        {
            "packages/b/pyproject.toml": '[tool.poetry]\nname = "b"\nversion = "0.0.0"\n[tool.poetry-dynamic-versioning]\nenable = true\n',
            "packages/a/pyproject.toml": pep621("a", dependencies=["b>=2"]),
        },
    )

    assert only(monorepo, "packages/b").version is None
    assert edges(monorepo) == [("packages/a", "packages/b")]
