"""The shapes of strings, as regular expressions that the loader and the JSON Schema share."""

from __future__ import annotations

from integrity.settings.variables import RESERVED

# These patterns mean the same in Python and in ECMAScript, so that the JSON Schema judges as the loader does.
_PLAIN = r"^(?![\s\S]*[\x00-\x1f\x7f\\])(?![/~]|[A-Za-z]:)"
_INSIDE = r"(?!(?:[\s\S]*/)?\.\.(?:/|$))"
GLOB = _PLAIN + _INSIDE + r"(?![\s\S]*(?:[{}]|//|[^/]\*\*|\*\*[^/]))(?!!)(?:[^\[\]]|\[[^\[\]]+\])+$"
FILE_IN_UNIT = _PLAIN + _INSIDE + r"[\s\S]*[^/.][\s\S]*$"
FILE = _PLAIN + r"[\s\S]*[^/.][\s\S]*$"
VARIABLE_NAME = rf"^(?!{RESERVED})[A-Za-z_][A-Za-z0-9_]*$(?!\n)"
VARIABLE_GLOB = rf"^(?!{RESERVED})[A-Za-z_*?][A-Za-z0-9_*?]*$(?!\n)"
EXTRA_NAME = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$(?!\n)"
PYTHON_VERSION = r"^3\.(?:9|[1-9][0-9])(?:\.[0-9]+)?t?$(?!\n)"
