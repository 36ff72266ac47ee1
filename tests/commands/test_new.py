"""`integrity new` writes a unit where it belongs, and nothing over anything."""

from __future__ import annotations

import ast
import tomllib

import pytest

from integrity.commands.new import NewRequest, run
from integrity.discover import Globs, discover
from integrity.errors import UsageError
from integrity.generate.unit import FRAMEWORKS
from integrity.model.unit import Kind
from integrity.settings import load_root, unit_settings
from tests.monorepo import make_monorepo, pep621


@pytest.fixture
def new(tmp_path):
    """Makes a unit in a monorepo."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n"})

    def make(name="shop", kind=Kind.SERVICE, framework="plain", **more):
        settings = load_root(tmp_path, environ={}, flags={})
        return run(NewRequest(name=name, kind=kind, framework=framework, **more), settings)

    return make


EVERY = [(kind, framework) for kind in Kind for framework in FRAMEWORKS]


@pytest.mark.parametrize(("kind", "framework"), EVERY)
def test_unit_is_found_and_whole(tmp_path, new, kind, framework):
    """Its settings are accepted, its modules parse, and no placeholder is left in any file."""
    made = new("rate-shop", kind, framework)

    (unit,) = discover(tmp_path, Globs.of(load_root(tmp_path, environ={}, flags={}))).units
    assert (unit.path, unit.kind, unit.problem) == (f"{kind}s/rate-shop", kind, None)
    assert unit_settings(load_root(tmp_path, environ={}, flags={}), unit).groups == ("test",)
    paths = {change.path.removeprefix(f"{kind}s/rate-shop/") for change in made.changes}
    assert {
        "pyproject.toml",
        "README.md",
        "test_integrity.py",
        "src/rate_shop/__init__.py",
        "src/rate_shop/py.typed",
    } <= paths
    for change in made.changes:
        assert "__module__" not in change.path
        assert "{{" not in change.after
        assert "{%" not in change.after
        assert change.path.endswith("py.typed") or change.after.endswith("\n")
        if change.path.endswith(".py"):
            ast.parse(change.after)


@pytest.mark.parametrize(("kind", "framework"), EVERY)
def test_use_of_the_library_is_short(new, kind, framework):
    """At most ten lines of the test file say what the declarations say already."""
    made = new("shop", kind, framework)
    (test,) = [change.after for change in made.changes if change.path.endswith("/test_integrity.py")]

    assert "test_declared = integrity.declared_tests()" in test
    assert len(test.partition("\n\n\ndef ")[0].splitlines()) <= 10
    assert test.count("\ndef test_") >= 1


def test_next_steps_are_said(tmp_path, new):
    """How to run it; in a workspace, that the lock has to follow; where no glob finds it, what to add."""
    found = new("shop").text()
    elsewhere = new("other", path=tmp_path / "tools" / "other").text()
    (tmp_path / "pyproject.toml").write_text('[tool.integrity]\n[tool.uv.workspace]\nmembers = ["packages/*"]\n')
    member = new("plans", Kind.PACKAGE).text()

    assert "made services/shop/pyproject.toml" in found
    assert "  integrity run shop" in found
    assert 'add "tools/other" to `services`' in elsewhere
    assert "  uv lock" in member
    assert "uv lock" not in found


def test_dry_run_writes_nothing(tmp_path, new):
    """It shows each file as a diff."""
    text = new("shop", dry_run=True).text()

    assert "+++ b/services/shop/pyproject.toml" in text
    assert not (tmp_path / "services").exists()


@pytest.mark.parametrize("made", ["folder", "file", "link"])
def test_folder_that_is_there_is_left_alone(tmp_path, new, made):
    """Even where it is empty."""
    (tmp_path / "services").mkdir()
    path = tmp_path / "services" / "shop"
    {"folder": path.mkdir, "file": path.touch, "link": lambda: path.symlink_to("nowhere")}[made]()

    with pytest.raises(UsageError, match="services/shop is there already"):
        new("shop")

    assert made != "folder" or list(path.iterdir()) == []


def test_name_of_another_unit_is_refused(tmp_path, new):
    """Wherever that one is."""
    make_monorepo(tmp_path, {"packages/x/pyproject.toml": pep621("Shop")})

    with pytest.raises(UsageError, match="there is a unit"):
        new("shop")


def test_path_outside_the_root_is_refused(tmp_path, new):
    """And so is the root itself."""
    for path in (tmp_path / "..", tmp_path, tmp_path / "services" / ".." / ".." / "x"):
        with pytest.raises(UsageError, match="not below the root"):
            new("shop", path=path)


def test_without_room_a_path_is_asked_for(tmp_path, new):
    """Globs that name each unit say nothing about new ones."""
    (tmp_path / "pyproject.toml").write_text('[tool.integrity]\nservices = ["api"]\n')

    with pytest.raises(UsageError, match="'shop' has no room") as refusal:
        new("shop")

    assert "--path DIR" in refusal.value.hint


def test_manifest_says_what_this_repository_says(new):
    """Its tables are TOML, with the unit's own name in them."""
    made = new("rate-shop", Kind.SERVICE, "django")
    (manifest,) = [change.after for change in made.changes if change.path.endswith("pyproject.toml")]

    tables = tomllib.loads(manifest)["tool"]["integrity"]

    assert tables["env"]["DJANGO_SETTINGS_MODULE"] == "rate_shop.settings"
