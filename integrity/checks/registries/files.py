"""Entries of a registry in a file: JSON, YAML, TOML or .env, with every key that is written, also those a parser drops."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.model import CannotExamine, Entry, Finding, Place
from integrity.checks.registries.view import View
from integrity.checks.sources.envfile import envfile_of
from integrity.checks.sources.json import NotJson, node_of
from integrity.checks.sources.node import Node
from integrity.checks.sources.yaml import MERGE, NotYaml, documents, value_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def file_view(unit: Unit, file: str, at: str = "", *, key: str = "", registry: str = "") -> View:
    """The view of a file's entries below a path of keys. Raises CannotExamine (REG002) where it isn't there or doesn't parse."""
    path = unit.sources.from_unit(file)
    if not os.path.isfile(os.path.join(unit.folder, file)):
        raise _refused(file, Place(path), f"{file} is not there", registry)
    text = unit.sources.text(path)
    name = path.rpartition("/")[2]
    if name.startswith(".env") or name.endswith(".env"):
        if at:
            raise _refused(file, Place(path), f"{file} has no tables, so that at = {at!r} leads nowhere", registry)
        settings = envfile_of(text).active
        names = tuple(Entry(setting.name, None, Place(path, setting.line), "file") for setting in settings)
        return View("file", (names,), Place(path))
    root = _below(_root(file, path, text, registry), at, file, path, registry)
    kind = "items" if root.kind == "sequence" else "file"
    return View(kind, (tuple(_entries(root, path, key)),), Place(path, root.line))


def _root(file: str, path: str, text: str, registry: str) -> Node:
    try:
        if path.endswith((".json", ".jsonc")):
            return node_of(text)
        if path.endswith(".toml"):
            return _of_toml(text)
        found = documents(text, path, "REG002")
    except (NotYaml, NotJson, ValueError) as error:
        line = getattr(error, "line", None)
        raise _refused(file, Place(path, line), f"{file} doesn't parse: {error}", registry) from None
    return found[0] if found else Node("mapping", 1, 1)


def _below(root: Node, at: str, file: str, path: str, registry: str) -> Node:
    for part in at.split(".") if at else ():
        values = [value for name, value in root.pairs if name.text == part]
        if not values:
            raise _refused(file, Place(path, root.line), f"{file} has no {at!r}: {part!r} is missing", registry)
        root = values[-1]
    return root


def _entries(root: Node, path: str, key: str) -> Iterator[Entry]:
    for name, value in root.pairs:
        if not (name.is_plain and name.text == MERGE):
            yield Entry(value_of(name), value_of(value), Place(path, name.line, name.column or None), "file")
    for item in root.items:
        value = value_of(item)
        place = Place(path, item.line, item.column or None)
        if key and isinstance(value, dict):
            yield Entry(value.get(key), value, place, "file")
        else:
            yield Entry(value, None, place, "file")


def _of_toml(text: str) -> Node:
    from integrity.checks.unit import _toml  # noqa: PLC0415 - only where a TOML file is a registry

    return _of_value(_toml().loads(text), text.splitlines(), 1, "")


def _of_value(value: Any, lines: list[str], line: int, path: str) -> Node:
    if isinstance(value, dict):
        node = Node("mapping", line, 0)
        for name, each in value.items():
            inside = f"{path}.{name}".lstrip(".")
            below = _line_of(lines, line, str(name), inside)
            node.pairs.append((Node("scalar", below, 0, str(name)), _of_value(each, lines, below, inside)))
        return node
    if isinstance(value, list):
        return Node("sequence", line, 0, items=[_of_value(each, lines, line, path) for each in value])
    text = json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)
    return Node("scalar", line, 0, text, not isinstance(value, str))


def _line_of(lines: list[str], start: int, name: str, path: str) -> int:
    """The line of a TOML key: the header of its table, else its own `name =` below where its parent stands."""
    header = re.compile(rf"\s*\[+\s*{re.escape(path)}\s*[\].]")
    own = re.compile(rf"\s*([\w.\"'-]+\.)?[\"']?{re.escape(name)}[\"']?(\.[\w.\"'-]+)*\s*=")
    for pattern in (header, own):
        for number in range(start, len(lines) + 1):
            if pattern.match(lines[number - 1].replace('"', "")):
                return number
    return start


def _refused(file: str, place: Place, what: str, registry: str) -> CannotExamine:
    return CannotExamine(
        Finding("REG002", file, f"{what}.", "Correct the file, or its declaration.", (place,), registry)
    )
