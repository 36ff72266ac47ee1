"""Keeps the registries and configuration of a Python monorepo true.

This file is also what a unit's environment sees as `integrity`, so it imports the standard library only.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def register(nox: Any, **options: Any) -> None:
    """Add the sessions `integrity` and `integrity-<unit>` to the calling noxfile (see `integrity.sessions`)."""
    from integrity.sessions import register as register_sessions  # noqa: PLC0415 - not there in a unit's env

    register_sessions(nox, **options)
