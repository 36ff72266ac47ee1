"""The codes and configuration keys of services."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = ()
KEYS: tuple[Key, ...] = ()
