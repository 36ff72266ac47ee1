"""What uv sees of the host's environment."""

from __future__ import annotations

import pytest

from integrity.system.uv import uv_environment


@pytest.mark.parametrize(
    "name", ["HOME", "PATH", "https_proxy", "SSL_CERT_FILE", "UV_INDEX_URL", "UV_CACHE_DIR", "XDG_CACHE_HOME"]
)
def test_passed(name):
    """What finding, downloading and authenticating need."""
    assert uv_environment({name: "x"})[name] == "x"


@pytest.mark.parametrize(
    "name",
    [
        "UV_PYTHON",
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE",
        "UV_PROJECT_ENVIRONMENT",
        "UV_FROZEN",
        "AWS_SECRET",
        "PIP_USER",
    ],
)
def test_kept_away(name):
    """What would lead uv to another interpreter, env or command, and secrets that are none of its business."""
    assert name not in uv_environment({name: "x"})
