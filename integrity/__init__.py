"""Keeps the registries and configuration of a Python monorepo true.

This file is also what a unit's environment sees as `integrity`, so it imports the standard library only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrity.checks import declared_tests as declared_tests

__version__ = "0.1.0"


def register(nox: Any, **options: Any) -> None:
    """Add the sessions `integrity` and `integrity-<unit>` to the calling noxfile (see `integrity.sessions`)."""
    from integrity.sessions import register as register_sessions  # noqa: PLC0415 - not there in a unit's env

    register_sessions(nox, **options)


def __getattr__(name: str) -> Any:
    """Give what tests use (`declared_tests`, `assert_…`): the names of `integrity.checks`, loaded when they are asked for."""
    if name.startswith("_"):
        raise AttributeError(name)
    from importlib import import_module  # noqa: PLC0415 - a command that checks nothing pays nothing

    return getattr(import_module("integrity.checks"), name)
