"""What a monorepo and its units may set: one table of options and one cascade. Standard library only; nothing is printed.

`options` is the table (its part about backing services in `service_options`), `values` and `tables` judge one value, `wording` says
what is wrong with it, `toml` knows where a key stands, `cascade` puts the sources in order, `needs`, `serve` and `own_kinds` make
of tables what the run works with, `roots` finds the root, `schema` and `documents` describe the table.
"""

from __future__ import annotations

from integrity.settings.cascade import RootSettings, UnitSettings, load_root, origins, unit_settings
from integrity.settings.option import Option, Scope, Type
from integrity.settings.options import OPTIONS
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
