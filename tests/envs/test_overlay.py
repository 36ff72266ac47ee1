"""The files of an env, and what becomes of them when something changes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from integrity.envs.env import EnvRequest
from integrity.envs.interpreter import Interpreter
from integrity.envs.layer import Layer
from integrity.envs.overlay import Overlay, ensure, env_name, path_lines
from integrity.envs.project import Project, declared_entry_points, metadata
from integrity.envs.scripts import console_script, rebased_script, shebang
from integrity.model.unit import Dependency, Kind, ManifestKind, Place, Unit

SITE = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
BASE = Path(getattr(sys, "_base_executable", sys.executable))


def project(name, **more) -> Project:
    one = Unit(path=f"packages/{name}", name=name, kind=Kind.PACKAGE, manifest=ManifestKind.PEP621, distribution=name)
    plain = Project(
        unit=one,
        dependencies=(),
        paths=(Path(f"/root/{name}/src"),),
        version="1",
        metadata=metadata(one, "1"),
        entry_points={},
    )
    return replace(plain, **more)


@pytest.fixture
def overlay(tmp_path) -> Overlay:
    layer = tmp_path / "layer"
    (layer / "site-packages").mkdir(parents=True)
    (layer / "site-packages" / "third.py").write_text("def main():\n    print('third')\n", encoding="utf-8")
    (layer / "bin").mkdir()
    (layer / "bin" / "native").write_bytes(b"\x7fELF")
    version = ".".join(map(str, sys.version_info[:3]))
    return Overlay(
        directory=tmp_path / "envs" / "one",
        root=tmp_path,
        interpreter=Interpreter(path=BASE, version=version, site=SITE, tag="t", markers={}),
        layer=Layer(digest="d", folder=layer, packages={}, scripts={"third": "third:main"}, programs=("native",)),
        projects=(project("own"), project("near", paths=(), editable=Path("/built/near")), project("far")),
        inside=Path("/inside"),
    )


def named(path="services/x", python=None, extras=(), groups=(), *, workers=False) -> str:
    one = Unit(path=path, name="../Ünit of/mine", kind=Kind.SERVICE, manifest=ManifestKind.PEP621)
    asked = EnvRequest(unit=one, python=python, extras=extras, groups=groups, workers=workers, timeout_s=1)
    return env_name(asked)


def made(overlay) -> bool:
    return asyncio.run(ensure(overlay, timeout_s=5))


def test_path_has_own_source_first_and_inside_last(overlay):
    """Own source, siblings', the layer, built editables, and what the tool adds at the very end."""
    lines = path_lines(overlay).splitlines()

    assert lines[:2] == ["/root/own/src", "/root/far/src"]
    assert "site.addsitedir" in lines[2]
    assert str(overlay.layer.site_packages) in lines[2]
    assert "/built/near" in lines[3]
    assert lines[4:] == ["/inside"]


def test_env_is_written_once(overlay):
    """The second time nothing is written, and nothing has changed."""
    assert made(overlay)
    before = (overlay.directory / "pyvenv.cfg").stat()

    assert not made(overlay)
    assert (overlay.directory / "pyvenv.cfg").stat() == before


@pytest.mark.e2e
def test_env_is_a_virtual_environment(overlay):
    """Python started in it has it as its prefix, sees the layer, and runs the layer's scripts."""
    made(overlay)
    asked = subprocess.run(
        [overlay.python, "-c", "import sys, third; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    script = subprocess.run([overlay.directory / "bin" / "third"], capture_output=True, text=True, check=True)

    assert asked.stdout.strip() == str(overlay.directory)
    assert script.stdout == "third\n"
    assert (overlay.directory / "bin" / "native").resolve() == overlay.layer.folder / "bin" / "native"


@pytest.mark.parametrize(
    "change",
    [
        lambda overlay: replace(overlay, inside=Path("/other")),
        lambda overlay: replace(overlay, projects=overlay.projects[:1]),
        lambda overlay: replace(overlay, projects=(project("own", version="2"), *overlay.projects[1:])),
        lambda overlay: replace(
            overlay, projects=(project("own", entry_points={"g": {"a": "b:c"}}), *overlay.projects[1:])
        ),
        lambda overlay: replace(overlay, layer=replace(overlay.layer, digest="e")),
        lambda overlay: replace(overlay, interpreter=replace(overlay.interpreter, tag="u")),
    ],
)
def test_change_of_an_input_writes_it_anew(overlay, change):
    """Whatever the files are made from: when it changes they are."""
    made(overlay)

    assert made(change(overlay))


@pytest.mark.parametrize("damage", ["pth", "python", "seal", "other seal", "installed", "metadata"])
def test_damage_is_mended(overlay, damage):
    """A path file that was edited, a Python link that leads elsewhere, a lost seal and what was installed by hand are seen."""
    made(overlay)
    if damage == "pth":
        overlay.path_file.write_text("/elsewhere\n", encoding="utf-8")
    elif damage == "python":
        overlay.python.unlink()
        overlay.python.symlink_to("/elsewhere/python")
    elif damage == "installed":
        overlay.path_file.with_name("intruder.py").touch()
    elif damage == "metadata":
        (overlay.path_file.with_name("own-1.dist-info") / "METADATA").unlink()
    elif damage == "other seal":
        (overlay.directory / "integrity.json").write_text('{"made_from": "x"}', encoding="utf-8")
    else:
        (overlay.directory / "integrity.json").unlink()

    assert made(overlay)
    assert not made(overlay)
    assert not overlay.path_file.with_name("intruder.py").exists()


def test_names_of_env_folders_are_safe_and_unique():
    """Whatever a unit is called; what is asked for otherwise at the same time has another folder, and takes none away."""
    name = named()
    others = {
        named(path="services/y"),
        named(python="3.13"),
        named(extras=("api",)),
        named(groups=("api",)),
        named(workers=True),
    }

    assert "/" not in name
    assert not name.startswith(".")
    assert len({name} | others) == 6
    assert named(groups=("a", "b")) == named(groups=("b", "a"))


@pytest.mark.e2e
@pytest.mark.parametrize("folder", ["short", "with space", "long" * 40])
def test_console_script_starts_the_python_it_names(tmp_path, folder):
    """Also where the path is longer than a first line may be, or has a space."""
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    script = tmp_path / "script"
    script.write_text(console_script(python, "platform:python_implementation.__call__ [extra]"), encoding="utf-8")
    script.chmod(0o755)

    assert subprocess.run([script], capture_output=True, text=True, check=False).stderr.strip() == "CPython"
    assert all(len(line) < 128 or not line.startswith("#!") for line in shebang(python).splitlines())


def test_python_script_of_a_wheel_is_rebased(tmp_path):
    """A script that a wheel ships starts the env's Python; a program that is no script is linked."""
    (tmp_path / "script").write_text("#!/usr/bin/python3\nprint()\n", encoding="utf-8")
    (tmp_path / "shell").write_text("#!/bin/sh\n", encoding="utf-8")

    assert rebased_script(tmp_path / "script", Path("/env/python")) == "#!/env/python\nprint()\n"
    assert rebased_script(tmp_path / "shell", Path("/env/python")) == tmp_path / "shell"


def test_metadata_states_requirements_as_an_index_would_have_them():
    """Extras as markers, local paths as names, no groups."""
    place = Place(path="p")
    dependencies = (
        Dependency(text="six>=1; python_version > '3'", name="six", via="", place=place, extra="x"),
        Dependency(text="b @ ../b", name="b", via="", place=place, target="packages/b"),
        Dependency(text="c[y] @ file:///c", name="c", via="", place=place, target="packages/c"),
        Dependency(text="toml", name="toml", via="", place=place, group="test"),
    )
    one = Unit(
        path=".", name="a", kind=Kind.PACKAGE, manifest=ManifestKind.PEP621, distribution="a", dependencies=dependencies
    )

    lines = metadata(one, "1.0").splitlines()

    assert "Provides-Extra: x" in lines
    assert [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist")] == [
        'six>=1; (python_version > "3") and extra == "x"', "b", "c[y]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (
            {"project": {"scripts": {"a": "m:f"}, "entry-points": {"g": {"b": "m"}}}},
            {"console_scripts": {"a": "m:f"}, "g": {"b": "m"}},
        ),
        (
            {"tool": {"poetry": {"scripts": {"a": "m:f"}, "plugins": {"g": {"b": "m"}}}}},
            {"console_scripts": {"a": "m:f"}, "g": {"b": "m"}},
        ),
        ({"tool": {"poetry": {"scripts": {"a": {"reference": "x.sh", "type": "file"}}}}}, None),
        ({}, {}),
    ],
)
def test_entry_points_of_a_manifest(document, found):
    """By group; None where only the backend understands one."""
    one = Unit(path=".", name="a", kind=Kind.PACKAGE, manifest=ManifestKind.PEP621, document=document)

    assert declared_entry_points(one) == found
