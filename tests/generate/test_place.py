"""Where a new unit goes."""

from __future__ import annotations

import pytest

from integrity.discover import Globs, discover
from integrity.generate.place import place_for
from tests.monorepo import make_monorepo, pep621


@pytest.mark.parametrize(
    ("globs", "place"),
    [
        (("services/*",), "services/shop"),
        (("legal-api", "jobs/*"), "jobs/shop"),
        (("libs/**",), "libs/shop"),
        (("backend/apps/*",), "backend/apps/shop"),
        (("jobs/nightly-*", "jobs/s*"), "jobs/shop"),
        (("./services/*/",), "services/shop"),
        (("*",), "shop"),
        (("**",), "shop"),
    ],
)
def test_first_glob_with_room_is_taken(tmp_path, globs, place):
    """And discovery finds a unit that stands there."""
    make_monorepo(tmp_path, {f"{place}/pyproject.toml": pep621("shop")})

    assert place_for("shop", globs) == place
    assert place in {unit.path for unit in discover(tmp_path, Globs(services=globs)).units}


@pytest.mark.parametrize("globs", [(), (".",), ("shop-api",), ("*/src",), ("jobs/nightly-*",), ("apps/*/units/*",)])
def test_no_glob_has_room(globs):
    """A path that is named, or a wildcard above the last part, says nothing about where new ones go."""
    assert place_for("shop", globs) is None
