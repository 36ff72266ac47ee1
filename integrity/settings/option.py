"""What an option is: the shape of each row of the tables in `options` and `service_options`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """Whose `[tool.integrity]` a key may stand in."""

    ROOT = "root"
    UNIT = "unit"


class Type(StrEnum):
    """The shapes of values; `values` checks them and `documents` describes them."""

    BOOLEAN = "boolean"
    TRUE = "true"  # nothing else
    INTEGER = "integer"  # 0 or more
    PORT = "port"
    SECONDS = "seconds"  # more than 0
    WORKERS = "workers"  # 0 or more, or "auto"
    CHOICE = "choice"
    TEXT = "text"
    REGEX = "regex"
    STRINGS = "strings"
    MAPPING = "mapping"  # variable name → string
    PATH = "path"
    PATHS = "paths"
    COMMAND = "command"  # one string as a shell splits it, or a list of strings
    READY = "ready"  # a table with exactly one of its keys, beside `port`
    NEEDS = "needs"  # a list of short forms, or a table of tags and tables by name
    SERVE = "serve"  # a table, or a table of such tables by name
    KINDS = "kinds"  # a table of tables by name
    DECLARED = "declared"  # what the check library judges


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option, or one key of a table that is an option. `name` is its TOML key; `doc` is one sentence.

    An option without a scope is only set by a flag. `pattern` holds for each string (of a mapping: each name), `shape`
    says it in words, `placeholders` are what may stand in braces in a string (of a mapping: in its values), `choices` are those of a choice.
    `single` lets one string stand for a list of one. `adds_up` says that a later source adds to an earlier one instead
    of taking its place. `hidden` values are not repeated in messages. `keys` are those of a table, `required` must be in it.
    """

    name: str
    type: Type
    doc: str
    default: Any = None
    scopes: frozenset[Scope] = frozenset()
    variable: str | None = None
    flag: str | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    shape: str = ""
    placeholders: tuple[str, ...] = ()
    keys: tuple[Option, ...] = ()
    required: tuple[str, ...] = ()
    single: bool = False
    filled: bool = False
    adds_up: bool = False
    hidden: bool = False
    example: str = ""

    @property
    def attribute(self) -> str:
        """The name of its field in RootSettings or UnitSettings."""
        return self.name.replace("-", "_") + ("_s" if self.type is Type.SECONDS else "")


ROOT_ONLY = frozenset({Scope.ROOT})
UNIT_ONLY = frozenset({Scope.UNIT})
BOTH = frozenset({Scope.ROOT, Scope.UNIT})
