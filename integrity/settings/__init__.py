"""What a monorepo and its units may set: one table of options and one cascade. Standard library only; nothing is printed.

`options` is the table, `values` judges one value, `toml` knows where a key stands, `cascade` puts the sources in
order, `roots` finds the root, `documents` makes the JSON Schema and the reference page from the table.
"""

from __future__ import annotations

from integrity.settings.cascade import RootSettings, UnitSettings, load_root, origins, unit_settings
from integrity.settings.options import OPTIONS, Option, Scope, Type
from integrity.settings.roots import find_root

__all__ = [
    "OPTIONS",
    "Option",
    "RootSettings",
    "Scope",
    "Type",
    "UnitSettings",
    "find_root",
    "load_root",
    "origins",
    "unit_settings",
]
