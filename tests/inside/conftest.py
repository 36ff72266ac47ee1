"""A fresh unit for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.inside.recording import Recording, record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@pytest.fixture
def run(tmp_path) -> Callable[..., Recording]:
    """Run pytest on files in a fresh unit; `pytest.ini` there keeps it apart from this project's configuration."""
    folder = tmp_path / "unit"
    folder.mkdir()

    def run_unit(files: Mapping[str, str] | str, *arguments: str, **options: Any) -> Recording:
        tests = {"test_unit.py": files} if isinstance(files, str) else files
        return record(folder, {"pytest.ini": "[pytest]\n", **tests}, *arguments, **options)

    return run_unit
