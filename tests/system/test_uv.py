"""uv is found, and told no more than what it has to know."""

from __future__ import annotations

import os

from integrity.system.environment import tool_environment
from integrity.system.uv import Uv


def test_an_interpreter_that_is_asked_sees_next_to_nothing():
    """Not the index's credentials; the run's mark, by which it is found should the run be killed."""
    uv = Uv({"PATH": "/bin", "HOME": "/h", "UV_INDEX_URL": "https://me:secret@host", "INTEGRITY_ATTEMPT": "r/envs"})

    assert uv.python_environment == {"PATH": "/bin", "HOME": "/h", "INTEGRITY_ATTEMPT": "r/envs"}


def test_output_of_uv_is_plain():
    """No progress bars and no colours, whatever the host says."""
    uv = Uv(tool_environment({**os.environ, "UV_NO_PROGRESS": "0", "NO_COLOR": ""}))

    assert uv.environment["UV_NO_PROGRESS"] == "1"
    assert uv.environment["NO_COLOR"] == "1"
