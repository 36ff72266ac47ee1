"""Whatever a manifest holds, discovery ends with a unit, a problem or a reason."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discover.finding import found

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
