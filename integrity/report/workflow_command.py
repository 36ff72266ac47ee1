"""Commands to GitHub's runner as lines of output, as the runner's own parser reads them back.

The runner shows ten annotations of each type for a step and drops the rest without a word; so the tenth says how many more there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from integrity.report.sanitise import for_terminal
from integrity.report.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MESSAGE_LIMIT_BYTES = 4000  # the runner cuts a message after 4096 characters
PROPERTY_LIMIT_BYTES = 1000
ANNOTATIONS = {"error": "error", "warning": "warning", "info": "notice"}  # by the level of a finding
SHOWN = 9  # of each type, before the one that counts the rest
_TYPES = ("error", "warning", "notice")
_CUT = " […]"


class Annotation(NamedTuple):
    """What is shown beside a line of the change; `kind` is `error`, `warning` or `notice`."""

    kind: str
    title: str
    text: str
    path: str | None = None
    line: int | None = None
    column: int | None = None

    def command(self) -> str:
        """The line, without its end."""
        place = {"file": self.path, "line": self.line, "col": self.column}
        return workflow_command(self.kind, {**place, "title": self.title}, self.text)


def bounded(found: Sequence[Annotation], elsewhere: str) -> Iterator[str]:
    """Their commands, errors first, at most ten of each type; `elsewhere` says where the others are to be seen."""
    for kind in _TYPES:
        alike = [each for each in found if each.kind == kind]
        shown = alike if len(alike) <= SHOWN + 1 else alike[:SHOWN]
        yield from (each.command() for each in shown)
        if len(shown) < len(alike):
            more = f"… and {plural(len(alike) - len(shown), f'more {kind}')}: {elsewhere}"
            yield workflow_command(kind, {"title": "integrity"}, more)


def workflow_command(name: str, properties: Mapping[str, str | int | None], text: str) -> str:
    """The line, without its end. Nothing in `text` or in a property can end it or add another; absent properties are left out.

    A path that is too long is left out too, since a part of it would be another path.
    """
    given = [(key, for_terminal(str(value))) for key, value in properties.items() if value is not None]
    told = ",".join(
        f"{key}={_escaped(cut_to_bytes(value, PROPERTY_LIMIT_BYTES), ':,')}"
        for key, value in given
        if key != "file" or len(value.encode("utf-8", "replace")) <= PROPERTY_LIMIT_BYTES
    )
    shown = "\n".join(map(for_terminal, text.split("\n")))
    return f"::{name}{' ' if told else ''}{told}::{_escaped(cut_to_bytes(shown, MESSAGE_LIMIT_BYTES))}"


def cut_to_bytes(text: str, limit_bytes: int) -> str:
    """The beginning of `text` that UTF-8 holds in so many bytes, with a mark where something is missing."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit_bytes:
        return text
    return data[: limit_bytes - len(_CUT.encode())].decode("utf-8", "ignore") + _CUT


def _escaped(text: str, also: str = "") -> str:
    """`%` and line ends spelled as percent codes; in properties `:` and `,` too."""
    for character in f"%\r\n{also}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
