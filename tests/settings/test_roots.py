"""Where the root of a monorepo is, seen from a folder in it."""

from __future__ import annotations

import pytest

from integrity.errors import UsageError
from integrity.settings import find_root
from tests.monorepo import make_monorepo

UNIT_TABLE = "[tool.integrity]\ntimeout = 60\n"
ROOT_TABLE = '[tool.integrity]\nservices = ["apps/*"]\n'


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({"pyproject.toml": ROOT_TABLE, "apps/a/pyproject.toml": UNIT_TABLE}, "."),
        ({"integrity.toml": "", "apps/a/pyproject.toml": UNIT_TABLE}, "."),
        ({".git/HEAD": "", "apps/a/pyproject.toml": UNIT_TABLE}, "."),
        ({".git/HEAD": "", "apps/pyproject.toml": ROOT_TABLE, "apps/a/x": ""}, "apps"),
        (
            {
                ".git/HEAD": "",
                "apps/pyproject.toml": UNIT_TABLE,
                "apps/services/b/x": "",
                "apps/a/pyproject.toml": UNIT_TABLE,
            },
            "apps",
        ),
        ({"pyproject.toml": UNIT_TABLE + "[tool.uv.workspace]\n", "apps/a/pyproject.toml": UNIT_TABLE}, "."),
        ({"pyproject.toml": "[tool.integrity]\n", "apps/a/pyproject.toml": UNIT_TABLE}, "."),
        ({"pyproject.toml": ROOT_TABLE, "apps/pyproject.toml": ROOT_TABLE, "apps/a/x": ""}, "apps"),
        (
            {
                "pyproject.toml": UNIT_TABLE,
                "services/x": "",
                "apps/a/pyproject.toml": UNIT_TABLE,
                "apps/a/packages/x": "",
            },
            ".",
        ),
        ({"pyproject.toml": ROOT_TABLE, "apps/.git": "gitdir: x", "apps/a/x": ""}, "apps"),
        ({".git/HEAD": "", "apps/a/pyproject.toml": "no toml"}, "."),
    ],
    ids=[
        "root-key",
        "integrity-toml",
        "git",
        "below-git",
        "beside-units",
        "workspace",
        "topmost",
        "nearest-root",
        "unit-with-packages",
        "not-above-git",
        "broken-manifest",
    ],
)
def test_root_is_found_from_within_a_unit(tmp_path, files, root):
    """The unit's own table does not make it the root; the root's keys, its surroundings and git do."""
    make_monorepo(tmp_path, files)

    assert find_root(tmp_path / "apps" / "a") == (tmp_path / root).resolve()


def test_folder_outside_of_any_monorepo_is_refused(tmp_path):
    """Without any sign of a root the error says what one looks like."""
    with pytest.raises(UsageError, match="is in no monorepo") as caught:
        find_root(tmp_path)

    assert "--root" in caught.value.hint
