"""YAML as nodes with lines, every key that is written among them, also those that a parser silently overwrites.

The parser is the env's own: ruamel.yaml, else PyYAML. Values are read as YAML 1.1, as nearly all Python code does.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Callable, Iterable, Iterator

from integrity.checks.model import CannotExamine, Finding, Place
from integrity.checks.sources.node import Node

MERGE = "<<"
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_SIXTIES = re.compile(r"[-+]?[1-9][\d_]*(:[0-5]?\d)+")
_FLOAT = re.compile(r"[-+]?(\d[\d_]*\.[\d_]*|\.\d[\d_]*)([eE][-+]\d+)?")
_INTEGERS = (
    (re.compile(r"[-+]?0b_*[01][01_]*"), 2),
    (re.compile(r"[-+]?0x_*[\da-fA-F][\da-fA-F_]*"), 16),
    (re.compile(r"[-+]?0[0-7_]+"), 8),
    (re.compile(r"[-+]?(0|[1-9][\d_]*)"), 10),
)


class NotYaml(Exception):  # noqa: N818 - it says what the text is not
    """A text that doesn't parse; `line` counts from 1 and may be unknown."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def documents(text: str, path: str, code: str) -> list[Node]:
    """The root node of each document that isn't empty.

    Raises NotYaml for what doesn't parse, and CannotExamine, as a finding of `code` in `path`, where the env has no parser.
    """
    compose, errors = _parser(path, code)
    try:
        composed = list(compose(text))
        seen: dict[int, Node] = {}
        return [_node(each, text, seen) for each in composed if each is not None]
    except errors as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it doesn't parse"
        raise NotYaml(str(problem), mark.line + 1 if mark is not None else None) from None
    except (RecursionError, ValueError) as error:
        raise NotYaml(str(error) or "it is nested too deeply", None) from None


def repeated_keys(node: Node) -> Iterator[tuple[Any, list[tuple[Node, Node]]]]:
    """The keys that stand more than once in a mapping, each with all its pairs; merge keys may."""
    pairs: dict[Any, list[tuple[Node, Node]]] = {}
    for key, value in node.pairs:
        if key.kind == "scalar" and not key.tag and not (key.is_plain and key.text == MERGE):
            pairs.setdefault(value_of(key), []).append((key, value))
    yield from ((key, found) for key, found in pairs.items() if len(found) > 1)


def value_of(node: Node) -> Any:
    """The plain value of a node: dict, list, str, int, float, bool or None; what has a tag of its own is its text or parts.

    Keys are scalars; merged mappings are merged. What contains itself is None inside itself; dates stay text.
    """
    return _value(node, {})


def _parser(path: str, code: str) -> tuple[Callable[[str], Iterable[Any]], type[Exception]]:
    try:
        ruamel = import_module("ruamel.yaml")
    except ImportError:
        pass
    else:
        return ruamel.YAML(typ="safe", pure=True).compose_all, ruamel.error.YAMLError
    try:
        yaml = import_module("yaml")
    except ImportError:
        message = f"{path} can't be examined: reading YAML needs ruamel.yaml or PyYAML in this env."
        hint = "Add pyyaml to the dependencies of the unit's tests."
        raise CannotExamine(Finding(code, path, message, hint, (Place(path),))) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return lambda text: yaml.compose_all(text, Loader=loader), yaml.YAMLError


def _node(composed: Any, text: str, seen: dict[int, Node]) -> Node:
    if id(composed) in seen:
        return seen[id(composed)]
    start = composed.start_mark
    node = seen[id(composed)] = Node("scalar", start.line + 1, start.column + 1)
    tag = str(composed.tag or "")
    node.tag = "" if tag.startswith("tag:yaml.org,2002:") else tag
    if isinstance(composed.value, str):
        node.text = composed.value
        written = text[start.index : composed.end_mark.index]
        node.is_plain = not composed.style and "!" not in written[: max(len(written) - len(node.text), 0)]
    elif type(composed).__name__ == "MappingNode":
        node.kind = "mapping"
        node.pairs = [(_node(key, text, seen), _node(value, text, seen)) for key, value in composed.value]
    else:
        node.kind = "sequence"
        node.items = [_node(item, text, seen) for item in composed.value]
    return node


def _value(node: Node, known: dict[int, Any]) -> Any:
    if node.kind == "scalar":
        return _plain(node.text) if node.is_plain else node.text
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = None
    if node.kind == "sequence":
        found: Any = [_value(item, known) for item in node.items]
    else:
        own = {
            _value(key, known): _value(value, known)
            for key, value in node.pairs
            if key.kind == "scalar" and not _merges(key)
        }
        found = {**_merged(node, known), **own}
    known[id(node)] = found
    return found


def _merges(key: Node) -> bool:
    return key.is_plain and key.text == MERGE


def _merged(node: Node, known: dict[int, Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in node.pairs:
        if _merges(key):
            bases = [_value(base, known) for base in (value.items if value.kind == "sequence" else [value])]
            for base in bases:
                found = {**(base if isinstance(base, dict) else {}), **found}
    return found


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    for pattern, base in _INTEGERS:
        if pattern.fullmatch(text):
            return int(text.replace("_", ""), base)
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if _SIXTIES.fullmatch(text):
        total = 0
        for part in text.lstrip("+-").split(":"):
            total = total * 60 + int(part.replace("_", ""))
        return -total if text.startswith("-") else total
    return float(text.lower().replace(".", "", 1)) if text.lower().lstrip("+-") in {".inf", ".nan"} else text
