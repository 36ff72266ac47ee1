"""Variables that compose files take from the environment: `${NAME}`, in every place where compose puts a value in."""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

GLOBS = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml")
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?P<rest>(?::?[-?+][^{}$]*(?:\$\{[^{}]*\}[^{}$]*)*)?)\})"
)
_COMMENT = re.compile(r"(^|\s)#.*")


class Interpolation(NamedTuple):
    """One variable. `is_required`: compose fails without it (`${NAME:?why}`); `has_default`: it does well without."""

    name: str
    line: int
    has_default: bool = False
    is_required: bool = False


def interpolations(text: str) -> Iterator[Interpolation]:
    """All variables of a compose file, in their order; `$$` is a plain dollar."""
    for number, line in enumerate(text.splitlines(), 1):
        if "$" in line:
            for match in _VARIABLE.finditer(_COMMENT.sub("", line)):
                name = match["plain"] or match["name"]
                rest = (match["rest"] or "").lstrip(":")
                if name:
                    yield Interpolation(name, number, rest[:1] in {"-", "+"}, rest[:1] == "?")
