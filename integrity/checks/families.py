"""The families of checks, in the order in which they report. A family's configuration table has its name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Iterator, Mapping

if TYPE_CHECKING:
    from integrity.checks.case import Case, Unit
    from integrity.checks.code import Code
    from integrity.checks.key import Key

REGISTRIES = "registries"  # the one family with a table of its own beside `checks`
NAMED = (REGISTRIES, "services")  # families whose table holds one table for each name
FAMILIES = (
    REGISTRIES,
    "exports",
    "files",
    "env",
    "settings",
    "models",
    "migrations",
    "routes",
    "rates",
    "tasks",
    "services",
    "tests",
)


def cases(family: str, unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The family's cases for a unit (see `case`)."""
    found: Iterator[Case] = import_module(f"integrity.checks.{family}").cases(unit, declared)
    return found


def codes(family: str) -> tuple[Code, ...]:
    """The family's rows of the table of codes."""
    rows: tuple[Code, ...] = import_module(f"integrity.checks.{family}.table").CODES
    return rows


def keys(family: str) -> tuple[Key, ...]:
    """The keys of the family's table; of `registries`, those of each registry."""
    rows: tuple[Key, ...] = import_module(f"integrity.checks.{family}.table").KEYS
    return rows
