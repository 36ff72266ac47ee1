"""What a unit's manifest and settings name outside of its folder."""

from __future__ import annotations

import pytest

from integrity.commands.planned import find
from integrity.commands.selection import inputs_of, want_of
from integrity.settings import load_root
from tests.monorepo import make_monorepo, pep621


def wanted(root, path="services/a"):
    found = find(load_root(root, environ={}, flags={}))
    (unit,) = (unit for unit in found.monorepo.units if unit.path == path)
    return want_of(found.live_of(unit))


def with_manifest(tmp_path, more, **files):
    return make_monorepo(tmp_path, {"pyproject.toml": "", "services/a/pyproject.toml": pep621("a", more=more), **files})


@pytest.mark.parametrize(
    ("more", "files"),
    [
        (
            '[tool.poetry]\npackages = [{ include = "example/kafka", from = "../../components" }]',
            {"components/example/kafka"},
        ),
        ('[tool.hatch.build.force-include]\n"../../vendored/x.py" = "x.py"', {"vendored/x.py"}),
        ('[tool.setuptools.packages.find]\nwhere = ["../lib"]', {"services/lib"}),
        ('[tool.uv.build-backend]\nmodule-root = "../b/src"', {"services/b/src"}),
        ('[tool.integrity.registries]\nlimits = { file = "../b/limits.yaml:LIMITS" }', {"services/b/limits.yaml"}),
        ('[tool.integrity.registries]\nlimits = { file = "../../deploy/*/x.yaml" }', {"deploy"}),
        ('[tool.uv.sources]\nb = { path = "../b" }', set()),
        ('[tool.poetry]\npackages = 7\n[tool.hatch]\nbuild = "x"', set()),
        ('[tool.integrity]\nenv-file = ["own.env"]', set()),
    ],
)
def test_files_outside_that_a_manifest_names(tmp_path, more, files):
    """Whatever its build or a declared check takes from elsewhere; where a dependency stands is the graph's to know."""
    root = with_manifest(tmp_path, more, **{"services/a/own.env": ""})

    assert wanted(root).files == files


def test_env_file_of_the_root_and_sql_of_another_folder(tmp_path):
    """The root's env files are each unit's; SQL is named as the unit's folder sees it."""
    files = {
        "pyproject.toml": '[tool.integrity]\nenv-file = ["config/all.env"]\n',
        "config/all.env": "",
        "db/1.sql": "",
        "services/a/pyproject.toml": pep621("a", more='[tool.integrity.needs]\npostgres = { init = ["../../db"] }'),
    }

    assert wanted(make_monorepo(tmp_path, files)).files == {"config/all.env", "db"}


def test_requirements_of_another_folder(tmp_path):
    """A file that a requirements file includes is as the manifest itself."""
    files = {
        "pyproject.toml": "",
        "base/common.txt": "rich\n",
        "services/a/requirements.txt": "-r ../../base/common.txt\n",
    }

    assert wanted(make_monorepo(tmp_path, files)).files == {"base/common.txt"}


def test_whole_repository_is_an_extra_input(tmp_path):
    """What leads to the root itself may be any file in it."""
    want = wanted(with_manifest(tmp_path, '[tool.setuptools.packages.find]\nwhere = ["../.."]'))

    assert (want.extra_inputs, want.files) == ((".",), set())


def test_unit_whose_settings_cannot_be_used_wants_nothing_known(tmp_path):
    """Not an empty wish: nobody can tell."""
    assert wanted(with_manifest(tmp_path, "[tool.integrity]\ntimeuot = 1")) is None


def test_folders_that_runs_write_are_named(tmp_path):
    """Results inside of the root, and the tool's own folder."""
    root = make_monorepo(tmp_path, {"pyproject.toml": '[tool.integrity]\nresults = "build/out"\n'})

    assert inputs_of(load_root(root, environ={}, flags={})).written == (".integrity", "build/out")
    outside = load_root(root, environ={}, flags={"results": str(tmp_path.parent / "elsewhere")})
    assert inputs_of(outside).written == (".integrity",)
