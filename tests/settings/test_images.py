"""The parts of an image's name."""

from __future__ import annotations

import pytest

from integrity.settings.images import repository, version_of

DIGEST = "@sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "name", "version"),
    [
        ("postgres:17", "postgres", "17"),
        ("postgres:17.2-alpine", "postgres", "17.2"),
        ("host:5000/x:1", "host:5000/x", "1"),
        ("host:5000/x", "host:5000/x", ""),
        (f"host:5000/team/x:1{DIGEST}", "host:5000/team/x", "1"),
        (f"x{DIGEST}", "x", ""),
        ("x:latest", "x", ""),
        ("x:RELEASE.2025-01-01", "x", ""),
    ],
)
def test_image_is_taken_apart(image, name, version):
    """A registry's port is no tag, and a tag that is no number is no version."""
    assert (repository(image), version_of(image)) == (name, version)
