"""A unit's sources, read once: which files there are, their text, their Python syntax trees with what checks ask of them."""

from __future__ import annotations

from integrity.checks.sources.module import Module, in_passing
from integrity.checks.sources.tree import Sources

__all__ = ["Module", "Sources", "in_passing"]
