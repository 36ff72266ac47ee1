"""Finds the units of a repository by reading manifests; nothing is imported, built or run."""

from __future__ import annotations

from integrity.discover.find import discover
from integrity.discover.globs import Globs

__all__ = ["Globs", "discover"]
