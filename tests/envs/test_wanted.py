"""From requirements to what uv is asked to resolve."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from integrity.envs.closure import ThirdParty
from integrity.envs.resolution import Pins, indexed_project
from integrity.envs.uv_settings import UvSettings
from integrity.envs.wanted import Gatherer
from integrity.model.unit import Kind, ManifestKind, Unit
from tests.monorepo import make_monorepo

MARKERS = {"sys_platform": "linux", "python_version": "3.11"}


def gathered(root, *requirements, document=None, manifest=ManifestKind.PEP621, **more):
    one = Unit(path="packages/a", name="a", kind=Kind.PACKAGE, manifest=manifest, document=document or {}, **more)
    third_party = [ThirdParty(requirement=Requirement(text), owner=one) for text in requirements]
    return Gatherer(root).gather(one, (), third_party, MARKERS)


def test_equal_requirements_are_equal_texts():
    """Spelling, order and repetition make no difference: units that want the same share one resolution."""
    one = gathered(Path("/r"), "Foo_Bar[B,a]>=1,<2", "six", "six")
    two = gathered(Path("/r"), "six", "foo-bar[a,b]<2,>=1")

    assert one == two
    assert one.requirements == ("foo-bar[a,b]<2,>=1", "six")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            {"git": "https://g.example/x", "tag": "v1", "subdirectory": "sub"},
            "x @ git+https://g.example/x@v1#subdirectory=sub",
        ),
        ({"git": "https://g.example/x"}, "x @ git+https://g.example/x"),
        ({"url": "https://g.example/x.whl"}, "x @ https://g.example/x.whl"),
        ({"path": "../../vendor/x"}, "x @ file:///r/vendor/x"),
        ([{"path": "w", "marker": "sys_platform == 'win32'"}, {"path": "l"}], "x @ file:///r/packages/a/l"),
        ([{"path": "w", "marker": "sys_platform == 'win32'"}], "x>=1"),
        ({"workspace": True}, "x>=1"),
    ],
)
def test_sources_become_urls(source, text):
    """What `[tool.uv.sources]` says, in the words of a requirement."""
    wanted = gathered(Path("/r"), "X>=1", document={"tool": {"uv": {"sources": {"x": source}}}})

    assert wanted.requirements == (text,)


def test_source_of_the_workspace_holds_for_members(tmp_path):
    """A member without a source of its own has its workspace's, with paths from there."""
    root = make_monorepo(tmp_path, {"pyproject.toml": '[tool.uv.sources]\nx = { path = "vendor/x" }\n'})

    wanted = gathered(root, "x", workspace=".")

    assert wanted.requirements == (f"x @ {(root / 'vendor/x').as_uri()}",)
    assert wanted.directory == root


def test_named_index_makes_a_project_of_its_own():
    """An index source keeps its definition, and uv reads it from a generated manifest."""
    index = {"name": "inner", "url": "https://inner.example/simple", "explicit": True}
    document = {"tool": {"uv": {"sources": {"x": {"index": "inner"}}, "index": [index]}}}

    wanted = gathered(Path("/r"), "x>=1", "six", document=document)

    assert wanted.requirements == ("six",)
    project = tomllib.loads(indexed_project(wanted.indexed))
    assert project["project"]["dependencies"] == ["x>=1"]
    assert project["tool"]["uv"] == {"sources": {"x": {"index": "inner"}}, "index": [index]}


def test_options_of_requirements_files(tmp_path):
    """Constraints and indexes are taken along, through included files, with their paths made whole; nothing else is."""
    files = {
        "packages/a/requirements.txt": "-r more/base.txt\n--extra-index-url https://x.example  # ours\nsix\n-e ../b\n",
        "packages/a/more/base.txt": "-c ../limits.txt\n-f wheels\n-r base.txt\n",
        "packages/a/limits.txt": "six<2\n",
    }
    root = make_monorepo(tmp_path, files)

    wanted = gathered(root, "six", manifest=ManifestKind.REQUIREMENTS, manifest_path="packages/a/requirements.txt")

    folder = root / "packages/a"
    assert wanted.options == (
        f"-c {folder}/limits.txt",
        f"-f {folder}/more/wheels",
        "--extra-index-url https://x.example",
    )


def test_names_of_pins():
    """Whatever they were pinned from."""
    pins = Pins(
        directory=Path("/"),
        settings="",
        lines=("six==1", "a-b @ git+https://x"),
        indexed=(("c==2", "{}"),),
        locked=("d==3 digest",),
    )

    assert pins.names == {"six", "a-b", "c", "d"}


def digest(root, path="a", **variables) -> str:
    return UvSettings({"HOME": str(root / "home"), **variables}).digest(root / path)


@pytest.mark.parametrize(
    "files",
    [
        {"uv.toml": 'index-url = "https://x.example"\n'},
        {"pyproject.toml": '[tool.uv]\nindex-url = "https://x.example"\n'},
        {"a/pyproject.toml": '[tool.uv]\nconstraint-dependencies = ["six<2"]\n'},
        {"home/.config/uv/uv.toml": "no-index = true\n"},
    ],
)
def test_digest_changes_with_settings(tmp_path, files):
    """Settings of the folder, of one above it, and of the user."""
    before = digest(make_monorepo(tmp_path, {"a/x": ""}))

    assert digest(make_monorepo(tmp_path, files)) != before


def test_digest_changes_with_variables_that_matter(tmp_path):
    """An index does, a cache folder does not."""
    assert digest(tmp_path) != digest(tmp_path, UV_INDEX_URL="https://x.example")
    assert digest(tmp_path) == digest(tmp_path, UV_CACHE_DIR="/elsewhere")


def test_digest_does_not_change_with_what_has_no_effect(tmp_path):
    """Sources, workspaces and the like stand in the same table: units with none but these share resolutions."""
    before = digest(make_monorepo(tmp_path, {"a/x": ""}))

    assert (
        digest(make_monorepo(tmp_path, {"a/pyproject.toml": "[tool.uv.sources]\nb = { workspace = true }\n"})) == before
    )


def test_pins_of_a_local_file_change_with_it(tmp_path):
    """A `file:` pin's layer is another one after the file changed."""
    wheel = tmp_path / "x.whl"
    wheel.write_bytes(b"1")
    pins = Pins(directory=tmp_path, settings="", lines=(f"x @ {wheel.as_uri()}",))
    before = json.dumps(pins.identity)
    wheel.write_bytes(b"22")

    assert json.dumps(pins.identity) != before
