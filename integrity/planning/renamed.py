"""Whether a unit's manifest called it by another name before: who asked for that name got the unit, and now gets something else. Pure."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from integrity.model.document import section
from integrity.model.unit import normalised

if TYPE_CHECKING:
    from integrity.model.unit import Unit

_NAME = re.compile(r"""\bname\s*=\s*["']?([A-Za-z0-9][A-Za-z0-9._-]*)""")


def former_name(path: str, text: str | None, unit: Unit) -> str | None:
    """The name in the former `text` of the manifest at `path`, where it is not the unit's name now."""
    if text is None:
        return None
    names = _names_of_toml(text) if path.endswith(".toml") else _NAME.findall(text)
    if not names or any(normalised(name) == unit.distribution for name in names):
        return None
    return names[0]


def _names_of_toml(text: str) -> list[str]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return []  # nobody could depend on what it declared
    tables = (section(document, "project"), section(document, "tool", "poetry"))
    return [table["name"] for table in tables if isinstance(table.get("name"), str)][:1]
