"""Path templates of each framework: their shape, their parameters, concrete paths that match them, and a pattern for sources."""

from __future__ import annotations

import re
from typing import Iterable, Mapping, NamedTuple, Sequence, Union

from integrity.checks.routes.samples import samples_of

BRACES = re.compile(r"{(?P<name>\w+)(?::(?P<converter>[^{}]*))?}")
ANGLES = re.compile(r"<(?:(?P<converter>[^<>:]+):)?(?P<name>\w+)>")
CONVERTERS = {
    "": "[^/]+",
    "str": "[^/]+",
    "string": "[^/]+",
    "default": "[^/]+",
    "int": "[0-9]+",
    "slug": "[-a-zA-Z0-9_]+",
    "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "float": r"[0-9]+(?:\.[0-9]+)?",
    "path": ".+",
}
_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_PLAIN = re.compile(r"[\w/.~@-]*")
_EVERYDAY = ("str", "string", "default")


class Parameter(NamedTuple):
    """A parameter of a template, with its converter as it was written."""

    name: str
    converter: str


Piece = Union[str, Parameter]


def pieces_of(template: str, syntax: re.Pattern[str]) -> tuple[Piece, ...]:
    """The literal texts and the parameters of a template, in their order."""
    found: list[Piece] = []
    end = 0
    for match in syntax.finditer(template):
        found += [template[end : match.start()], Parameter(match["name"], match["converter"] or "")]
        end = match.end()
    return (*found, template[end:])


def shape_of(pieces: Sequence[Piece]) -> str:
    """The template without the names of its parameters."""
    return "".join(piece if isinstance(piece, str) else _shape(piece) for piece in pieces)


def parameters_of(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """The names of the parameters."""
    return tuple(piece.name for piece in pieces if isinstance(piece, Parameter))


def paths_of(pieces: Sequence[Piece], patterns: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Concrete paths of a template, unlike each other; none where a converter is unknown.

    `patterns` are the converters' regular expressions by the parameter's name, where the framework tells them.
    """
    choices: list[tuple[str, ...]] = []
    for piece in pieces:
        if isinstance(piece, str):
            choices.append((piece,))
            continue
        pattern = (patterns or {}).get(piece.name) or CONVERTERS.get(piece.converter)
        samples = samples_of(pattern) if pattern is not None else ()
        if not samples:
            return ()
        choices.append(samples)
    return _combined(choices)


def pattern_of(pieces: Sequence[Piece]) -> str:
    """A regular expression for whole paths; "" where a converter is unknown."""
    parts = [re.escape(piece) if isinstance(piece, str) else CONVERTERS.get(piece.converter) for piece in pieces]
    return "".join(part for part in parts if part is not None) if None not in parts else ""


def regex_shape(regex: str) -> str:
    """The shape of a regular expression; that of the plain path where it stands for only one."""
    inner = regex[1:-1]
    if regex.startswith("^") and regex.endswith("$") and _PLAIN.fullmatch(inner.replace(r"\.", "").replace(".", "(")):
        return inner.replace("\\", "")
    return _GROUP_NAME.sub("(", regex)


def joined_paths(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Whole paths from the samples of each part; none where a part has none."""
    choices = list(parts)
    return _combined(choices) if all(choices) else ()


def _shape(parameter: Parameter) -> str:
    return f"{{{'' if parameter.converter in _EVERYDAY else parameter.converter}}}"


def _combined(choices: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    count = max(map(len, choices), default=0)
    return tuple("".join(choice[min(index, len(choice) - 1)] for choice in choices) for index in range(count))
