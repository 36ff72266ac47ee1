"""What a row of a table of configuration keys is; the rows stand in each family's `table` module."""

from __future__ import annotations

from typing import Any, NamedTuple

SHAPES = {
    "text": "a string",
    "texts": "a string or a list of strings",
    "boolean": "true or false",
    "number": "a number",
    "date": "a date, such as 2027-01-31",
    "choice": "one of its choices",
    "target": 'an object\'s place, such as "billing.choices:PLANS"',
    "targets": 'an object\'s place, such as "billing.choices:PLANS", or a list of them',
    "mapping": "a table of strings",
    "table": "a table",
    "named": "a table of such tables, by name",
    "listed": "a list of tables",
    "object": "a table of any values",
    "profiled": 'one of its choices, or a table such as { ci = "required", local = "optional" }',
    "any": "any value",
}


class Key(NamedTuple):
    """One key. `doc` is one sentence, `example` its value as TOML; `keys` are those of a `table`, `named` or `listed`.

    `short` lets a string stand for a table with only this key (`plans = "billing.choices:PLANS"`); `required` must be there.
    `beside` are keys without all of which this one would have no effect.
    """

    name: str
    shape: str
    doc: str
    example: str = ""
    choices: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    short: str = ""
    required: bool = False
    default: Any = None
    beside: tuple[str, ...] = ()
