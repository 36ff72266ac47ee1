"""Whatever a manifest holds, discovery ends with a unit, a problem or a reason."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.discover.constraints import python_marker, specifier
from tests.discover.finding import found
from tests.monorepo import make_monorepo, pep621

WORDS = st.sampled_from(
    [
        "project",
        "name",
        "version",
        "dependencies",
        "optional-dependencies",
        "dynamic",
        "requires-python",
        "dependency-groups",
        "include-group",
        "tool",
        "uv",
        "sources",
        "workspace",
        "members",
        "exclude",
        "path",
        "git",
        "url",
        "subdirectory",
        "rev",
        "marker",
        "extra",
        "group",
        "dev-dependencies",
        "poetry",
        "extras",
        "optional",
        "python",
        "package-mode",
        "markers",
        "platform",
        "integrity",
        "setuptools",
        "file",
        "hatch",
        "metadata",
        "hooks",
        "requirements_txt",
        "files",
        "a",
        "b",
        "dev",
        "**",
        "*",
        ".",
        "..",
        "./x",
        "../b",
        "/etc",
        "b>=1",
        "b[x]==2",
        "^1.2",
        "~1",
        "||",
        "git+https://h/o/r.git@m#subdirectory=b",
        "file:///b",
        "{{x}}",
    ]
)
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(0, 9), st.booleans(), st.text(st.characters(codec="ascii"), max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=25,
)
TABLES = st.one_of(
    VALUES, st.dictionaries(WORDS, VALUES), st.dictionaries(WORDS, VALUES).map(lambda table: {"name": "a"} | table)
)
LINES = st.lists(
    st.one_of(
        WORDS, st.text(max_size=12), st.builds("{} {}".format, st.sampled_from(["-r", "-e", "-c", "--hash"]), WORDS)
    )
)


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value).replace("\x7f", "\\u007f")


def found_in(files):
    with tempfile.TemporaryDirectory() as folder:
        return found(Path(folder), files)


@settings(deadline=None)
@given(project=TABLES, groups=TABLES, uv=TABLES, poetry=TABLES)
def test_any_document_is_survived(project, groups, uv, poetry):
    """A manifest with any values under the keys that are read makes a unit, perhaps with a problem, or is passed over."""
    tables = {"project": project, "dependency-groups": groups, "tool": {"uv": uv, "poetry": poetry}}
    text = "".join(f"{key} = {toml(value)}\n" for key, value in tables.items())

    monorepo = found_in({"packages/a/pyproject.toml": text, "packages/b/setup.cfg": "[metadata]\nname = b\n"})

    assert {"packages/a", "packages/b"} <= {one.path for one in (*monorepo.units, *monorepo.passed_over)}


@settings(deadline=None)
@given(lines=LINES, text=st.text())
def test_any_text_is_survived(lines, text):
    """So does any text in a requirements file, setup.cfg and setup.py."""
    files = {
        "packages/a/requirements.txt": "\n".join(lines),
        "packages/b/setup.cfg": f"[metadata]\n{text}",
        "packages/c/setup.py": f"from setuptools import setup\n{text}\nsetup()",
    }

    monorepo = found_in({path: content.encode("utf-8", "replace") for path, content in files.items()})

    assert "packages/a" in {unit.path for unit in monorepo.units}


@settings(deadline=None)
@given(st.text("^~<>=!.*,| 0123abxX-+\n()"))
def test_any_constraint_is_survived(constraint):
    """Poetry's constraints come from people, too; what means nothing is judged where it is used."""
    assert isinstance(specifier(constraint), str)
    assert isinstance(python_marker(constraint), str)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (f"[tool.x]\na = {'1' * 5000}\n", "not TOML: Exceeds the limit"),
        ('[tool.uv.sources]\nb = { path = "b\\u0000" }\n', None),
    ],
    ids=["huge number", "NUL in a path"],
)
def test_what_python_itself_refuses_is_survived(tmp_path, more, words):
    """Legal TOML that no path and no number of Python can hold."""
    monorepo = found(tmp_path, {"packages/a/pyproject.toml": pep621("a", dependencies=["b"], more=more)})

    (one,) = monorepo.units
    assert (one.problem is None) is (words is None)
    assert words is None or words in one.problem.message


def test_folder_whose_name_is_no_text_is_a_unit_with_a_problem(tmp_path):
    """It can be no id in any report, and is not silently left out."""
    files = {"packages/a/pyproject.toml": pep621("a"), "packages/b/pyproject.toml": pep621("b")}
    make_monorepo(tmp_path, files)
    os.rename(tmp_path / "packages/b", os.fsencode(tmp_path) + b"/packages/\xff")  # noqa: PTH104 - a path that pathlib has no text for

    one, other = found(tmp_path, {}).units

    assert one.problem is None
    assert other.path == "packages/\\xff"
    assert "its path is not UTF-8" in other.problem.message


def test_own_extras_are_its_own_whoever_has_its_name(tmp_path):
    """`all = ["a[x]"]` of two units that are both called `a`."""
    text = pep621("a", more='[project.optional-dependencies]\nx = ["six"]\nall = ["a[x]"]\n')

    monorepo = found(tmp_path, {"packages/a/pyproject.toml": text, "packages/b/pyproject.toml": text})

    assert [
        dependency.target for one in monorepo.units for dependency in one.dependencies if dependency.extra == "all"
    ] == ["packages/a", "packages/b"]
