"""Globs that are proposed for monorepos that were there before."""

from __future__ import annotations

import pytest

from integrity.discover import Globs, discover
from integrity.generate.layout import kind_of, layout_of
from integrity.model.unit import Kind
from tests.monorepo import make_monorepo, pep621


def proposed(folder, files):
    """The layout of a monorepo, and what discovery finds with it: path → kind."""
    make_monorepo(folder, files)
    units = discover(folder, Globs(packages=("**", "."))).units
    layout = layout_of(units, {unit.path: [path.name for path in (folder / unit.path).iterdir()] for unit in units})
    globs = Globs(services=layout.services, packages=layout.packages, exclude=layout.exclude)
    return layout, {unit.path: str(unit.kind) for unit in discover(folder, globs).units}


def manifests(*paths):
    return {f"{path}/pyproject.toml": pep621(path.rpartition("/")[2]) for path in paths}


def test_folders_of_one_kind_become_a_glob(tmp_path):
    """So that what is added later is found too."""
    layout, found = proposed(tmp_path, manifests("apps/web", "apps/mail", "libs/money", "libs/dates"))

    assert (layout.services, layout.packages) == (("apps/*",), ("libs/*",))
    assert found == {"apps/mail": "service", "apps/web": "service", "libs/dates": "package", "libs/money": "package"}


def test_mixed_folder_names_its_services(tmp_path):
    """The glob is for packages, as a folder that both match is a service."""
    layout, found = proposed(tmp_path, manifests("queue_services/filer", "queue_services/common"))

    assert (layout.services, layout.packages) == (("queue_services/filer",), ("queue_services/*",))
    assert found == {"queue_services/common": "package", "queue_services/filer": "service"}


def test_units_at_the_top_are_named(tmp_path):
    """Beside them stands all sorts of things."""
    layout, found = proposed(tmp_path, {**manifests("accounts", "orders"), "accounts/Dockerfile": "", "docs/x.md": ""})

    assert (layout.services, layout.packages) == (("accounts",), ("orders",))
    assert found == {"accounts": "service", "orders": "package"}


def test_samples_are_left_out(tmp_path):
    """Examples, fixtures of tests and templates are no units, also beside units."""
    paths = ("libs/cli", "libs/cli-example", "libs/cli/tests/fixtures/app", "examples/shop", "templates/unit")
    layout, found = proposed(tmp_path, manifests(*paths))

    assert found == {"libs/cli": "package"}
    assert layout.exclude == ("libs/cli-example",)
    assert set(layout.left_out) == set(paths) - {"libs/cli"}


def test_root_counts_where_nothing_else_does(tmp_path):
    """A repository of one project is one unit; one that holds units isn't."""
    single, found = proposed(tmp_path / "single", {"pyproject.toml": pep621("shop"), "shop/manage.py": ""})
    several, _ = proposed(tmp_path / "several", {"pyproject.toml": pep621("all"), **manifests("services/shop")})

    assert (single.services, single.packages, found) == ((".",), (), {".": "service"})
    assert several.left_out == {".": "it holds the other units"}


def test_weak_signs_inside_a_unit_are_no_unit(tmp_path):
    """A manage.py in a folder of a project belongs to the project."""
    layout, found = proposed(tmp_path, {**manifests("backend"), "backend/site/manage.py": ""})

    assert found == {"backend": "service"}
    assert layout.left_out == {"backend/site": "it belongs to backend"} or "backend/site" not in layout.left_out


@pytest.mark.parametrize(
    ("path", "files", "kind"),
    [
        ("services/common", (), Kind.PACKAGE),
        ("packages/api", ("Dockerfile",), Kind.PACKAGE),
        ("backend/money", (), Kind.SERVICE),
        ("python/common/money", (), Kind.PACKAGE),
        ("legal-api", (), Kind.SERVICE),
        ("money", ("Procfile",), Kind.SERVICE),
        ("money", (), Kind.PACKAGE),
    ],
)
def test_kind_is_read_from_names_and_files(path, files, kind):
    """The nearest name that says something decides; files only where none does."""
    assert kind_of(path, files) is kind
