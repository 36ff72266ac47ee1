"""Which units need no build, and what of them goes on the path."""

from __future__ import annotations

import tomllib

import pytest

from integrity.envs.layout import is_package, plain_layout
from integrity.envs.versions import readable_version
from integrity.model.unit import Kind, ManifestKind, Unit, normalised
from tests.monorepo import make_monorepo

HATCH = 'hatchling"]\nbuild-backend = "hatchling.build"'
UV = 'uv_build"]\nbuild-backend = "uv_build"'
SETUPTOOLS = 'setuptools>=64", "wheel"]\nbuild-backend = "setuptools.build_meta"'
FLIT = 'flit_core>=3"]\nbuild-backend = "flit_core.buildapi"'
PDM = 'pdm-backend"]\nbuild-backend = "pdm.backend"'
POETRY = 'poetry-core"]\nbuild-backend = "poetry.core.masonry.api"'
MESON = 'meson-python"]\nbuild-backend = "mesonpy"'


def unit_of(text, name="my-thing", manifest=ManifestKind.PEP621, **more) -> Unit:
    return Unit(
        path=".",
        name=name,
        kind=Kind.PACKAGE,
        manifest=manifest,
        distribution=normalised(name),
        document=tomllib.loads(text),
        **more,
    )


def layout(tmp_path, backend, files, more="", **unit):
    make_monorepo(tmp_path, dict.fromkeys(files, ""))
    found = plain_layout(unit_of(f'{more}\n[build-system]\nrequires = ["{backend}\n', **unit), tmp_path)
    return None if found is None else [str(path.relative_to(tmp_path)) for path in found]


@pytest.mark.parametrize(
    ("backend", "files", "more", "paths"),
    [
        (HATCH, ["src/my_thing/__init__.py"], "", ["src"]),
        (HATCH, ["my_thing/__init__.py", "tests/__init__.py"], "", ["."]),
        (HATCH, ["my_thing.py"], "", ["."]),
        (
            HATCH,
            ["lib/a/x.py", "src/b/x.py"],
            'tool.hatch.build.targets.wheel.packages = ["lib/a", "src/b"]',
            ["lib", "src"],
        ),
        (HATCH, ["shared_ns/x.py"], 'tool.hatch.build.targets.wheel.include = ["shared_ns"]', ["."]),
        (UV, ["src/my_thing/__init__.py"], "", ["src"]),
        (UV, ["ns/part/x.py"], 'tool.uv.build-backend = { module-root = "", module-name = "ns.part" }', ["."]),
        (FLIT, ["src/my_thing/__init__.py"], "", ["src"]),
        (PDM, ["src/my_thing/__init__.py"], "", ["src"]),
        (POETRY, ["my_thing/__init__.py"], "", ["."]),
        (
            POETRY,
            ["lib/x/a.py", "y/b.py"],
            'tool.poetry.packages = [{include = "x", from = "lib"}, {include = "y"}]',
            ["lib", "."],
        ),
        (SETUPTOOLS, ["src/a/__init__.py", "src/b/__init__.py"], "", ["src"]),
        (SETUPTOOLS, ["a/__init__.py", "tests/x.py", "docs/y.py"], "", ["."]),
        (SETUPTOOLS, ["lib/a/__init__.py"], 'tool.setuptools.packages.find.where = ["lib"]', ["lib"]),
        (
            SETUPTOOLS,
            ["lib/a/__init__.py"],
            'tool.setuptools = { packages = ["a"], package-dir = { "" = "lib" } }',
            ["lib"],
        ),
    ],
)
def test_plain_layouts(tmp_path, backend, files, more, paths):
    """What the backend's documentation gives for its defaults, and its plain settings."""
    assert layout(tmp_path, backend, files, more) == paths


@pytest.mark.parametrize(
    ("backend", "files", "more"),
    [
        (MESON, ["src/my_thing/__init__.py"], ""),
        (HATCH, ["other/__init__.py"], ""),
        (HATCH, ["src/my_thing/__init__.py"], "tool.hatch.build.hooks.custom = {}"),
        (HATCH, ["src/my_thing/__init__.py"], "tool.hatch.metadata.hooks.custom = {}"),
        (HATCH, ["src/my_thing/__init__.py"], 'tool.hatch.build.targets.wheel.force-include = { "a" = "b" }'),
        (HATCH, ["src/my_thing/__init__.py"], 'tool.hatch.build.dev-mode-dirs = ["."]'),
        (HATCH.replace('"]', '", "hatch-vcs"]', 1), ["src/my_thing/__init__.py"], ""),
        (UV, ["my_thing/__init__.py"], ""),
        (POETRY, ["my_thing/__init__.py"], 'tool.poetry.build = "build.py"'),
        (POETRY, ["lib/x/a.py"], 'tool.poetry.packages = [{include = "x", from = "lib", to = "z"}]'),
        (SETUPTOOLS, ["a/__init__.py", "b/__init__.py"], ""),
        (SETUPTOOLS, ["src/a/__init__.py", "setup.cfg"], ""),
        (SETUPTOOLS, ["src/a/__init__.py"], 'tool.setuptools.package-dir = { a = "elsewhere" }'),
        (SETUPTOOLS, ["src/a/__init__.py"], "tool.setuptools.cmdclass = {}"),
        (SETUPTOOLS, ["src/a/__init__.py"], "tool.setuptools.ext-modules = []"),
    ],
)
def test_all_else_is_built(tmp_path, backend, files, more):
    """Hooks, compilers, plugins, moved packages and what is not where the defaults look are for the backend."""
    assert layout(tmp_path, backend, files, more) is None


@pytest.mark.parametrize(
    ("setup", "plain"),
    [
        ("from setuptools import setup\n\nsetup()\n", True),
        ("import setuptools\nif __name__ == '__main__':\n    setuptools.setup()\n", True),
        ("from setuptools import setup\nsetup(ext_modules=[])\n", False),
        ("print('hello')\n", False),
        ("from setuptools import (\n", False),
    ],
)
def test_setup_py_that_does_nothing_needs_no_build(tmp_path, setup, plain):
    """Only a bare call of setup() says nothing that the manifest does not."""
    (tmp_path / "setup.py").write_text(setup, encoding="utf-8")

    assert (layout(tmp_path, SETUPTOOLS, ["src/a/__init__.py"]) is not None) is plain


@pytest.mark.parametrize("field", ["dependencies", "scripts", "optional-dependencies"])
def test_dynamic_metadata_is_built(tmp_path, field):
    """What a backend computes and an env depends on can only be asked for."""
    assert layout(tmp_path, HATCH, ["src/my_thing/__init__.py"], dynamic=frozenset({field})) is None
    assert layout(tmp_path, HATCH, ["src/my_thing/__init__.py"], dynamic=frozenset({"readme", "version"})) == ["src"]


@pytest.mark.parametrize(
    ("text", "manifest", "package"),
    [
        ("[project]\nname = 'a'\n", ManifestKind.PEP621, False),
        ("[project]\nname = 'a'\n[tool.uv]\npackage = true\n", ManifestKind.PEP621, True),
        ("[build-system]\nrequires = []\n[tool.uv]\npackage = false\n", ManifestKind.PEP621, False),
        ("[build-system]\nrequires = []\n", ManifestKind.PEP621, True),
        ("[tool.poetry]\npackage-mode = false\n", ManifestKind.POETRY, False),
        ("[tool.poetry]\nname = 'a'\n", ManifestKind.POETRY, True),
        ("", ManifestKind.REQUIREMENTS, False),
        ("", ManifestKind.SETUPTOOLS, True),
    ],
)
def test_what_is_a_package(text, manifest, package):
    """As uv and Poetry see it: a build system, unless the manifest says otherwise."""
    assert is_package(unit_of(text, manifest=manifest)) is package


@pytest.mark.parametrize(
    ("more", "source", "version"),
    [
        ('tool.hatch.version.path = "a.py"', "__version__: str = 'v1.2'", "1.2"),
        ('tool.hatch.version.path = "a.py"', "nothing = 1", None),
        ('tool.hatch.version = { path = "a.py", pattern = "x" }', "__version__ = '1'", None),
        ('tool.hatch.version.source = "vcs"', "__version__ = '1'", None),
        ('tool.setuptools.dynamic.version.attr = "a.VERSION"', "VERSION = '3.0.0'", "3.0.0"),
        ('tool.setuptools.dynamic.version.attr = "a.VERSION"', "VERSION = '.'.join('30')", None),
        ('tool.setuptools.dynamic.version.file = "a.py"', "4.1", "4.1"),
        ("", "", None),
    ],
)
def test_versions_that_a_file_holds(tmp_path, more, source, version):
    """Read without importing anything; None where only the backend can tell."""
    (tmp_path / "a.py").write_text(f"{source}\n", encoding="utf-8")

    assert readable_version(unit_of(more, dynamic=frozenset({"version"})), tmp_path) == version


@pytest.mark.parametrize(
    ("stated", "version"), [("1.0", "1.0"), ("01.2-rc1", "1.2rc1"), ("not one", None), (None, None)]
)
def test_stated_version_is_normalised(tmp_path, stated, version):
    """PEP 440; what is no version is left to the backend to refuse."""
    assert readable_version(unit_of("", version=stated), tmp_path) == version
