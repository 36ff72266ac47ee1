"""Globs mean what they mean to a shell."""

from __future__ import annotations

import pytest

from integrity.checks.sources import Sources
from integrity.checks.sources.globs import glob_pattern
from tests.checks.harness import write


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.yaml", "deep/down/a.yaml", True),
        ("*.yaml", "a.yml", False),
        (".env*", "config/.env.example", True),
        ("config/*.yaml", "config/a.yaml", True),
        ("config/*.yaml", "config/deep/a.yaml", False),
        ("config/*.yaml", "other/config/a.yaml", False),
        ("config/**/*.yaml", "config/a.yaml", True),
        ("config/**/*.yaml", "config/x/y/a.yaml", True),
        ("**/config/*.yaml", "config/a.yaml", True),
        ("legacy/**", "legacy/x/y.py", True),
        ("legacy/", "legacy/x/y.py", True),
        ("legacy/**", "legacy.py", False),
        ("a?c.py", "abc.py", True),
        ("a?c/x", "a/c/x", False),
        ("[ab].py", "b.py", True),
        ("[!ab].py", "b.py", False),
        ("[^a].py", "^.py", True),
        ("[a.py", "[a.py", True),
        ("a+b.py", "a+b.py", True),
        ("a.py", "a.py\n", False),
        ("/a.py", "a.py", True),
    ],
)
def test_glob(glob, path, matches):
    """`*` stays within a folder, `**` crosses folders, a glob without '/' names a file anywhere."""
    assert (glob_pattern(glob).match(path) is not None) == matches


def test_globs_are_relative_to_the_unit(tmp_path):
    """Not to the root, and each file is given once."""
    write(tmp_path, {"shop/config/a.json": "", "shop/b.json": "", "config/c.json": ""})
    sources = Sources(str(tmp_path / "shop"), str(tmp_path))

    assert sources.matching("config/*.json", "a.json") == ("shop/config/a.json",)
    assert sources.matching("shop/*.json") == ()
