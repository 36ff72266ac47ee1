"""Tables of parsed manifests, read without trusting that a manifest has the shape that it should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def section(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A table inside a document, empty where it is absent or none."""
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
