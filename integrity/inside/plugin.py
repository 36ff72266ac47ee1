"""What `-p integrity.inside.plugin` loads: starts the observer where a stream is asked for, and does nothing elsewhere.

PYTEST_DONT_REWRITE: there is no assert here, and rewriting would cost every unit's start.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from integrity.inside import wire

if TYPE_CHECKING:
    import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Begin in the first hook that pytest calls on a plugin.

    The variable leaves the environment, so that only this process writes: xdist's workers, and any pytest that a
    test starts, find none. A stream that can't be opened stays empty, which the runner never takes for green.
    """
    path = os.environ.pop(wire.STREAM_VARIABLE, "")
    if not path:
        return
    try:
        writer = wire.Writer(path)
    except OSError:
        return
    from integrity.inside.observer import Observer  # noqa: PLC0415 - a pytest without a stream does not pay for it

    pluginmanager.register(Observer(writer), "integrity-observer")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Leave the findings that an `integrity.assert_…` raised with its test, also in a worker of xdist."""
    asserts = sys.modules.get("integrity.checks.asserts")
    error = None if call.excinfo is None else call.excinfo.value
    if asserts is not None and isinstance(error, asserts.IntegrityError):
        item.user_properties += error.told()
