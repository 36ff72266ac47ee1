"""Files against their JSON Schemas (SRC105)."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple

from integrity.checks.case import Case, Check
from integrity.checks.files.choice import File, kind_of
from integrity.checks.files.schema import Breach, UnknownRule, breaches
from integrity.checks.model import CannotExamine, Examined, Finding, Place
from integrity.checks.sources.json import NotJson, node_of
from integrity.checks.sources.yaml import NotYaml, documents, value_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.sources.node import Node


MOST_COPIES = 300


class Document(NamedTuple):
    """A document with its nodes and the plain value that they stand for."""

    path: str
    root: Node
    value: Any


class Ruled(NamedTuple):
    """Documents and their schema; `path` is the schema's."""

    path: str
    schema: Any
    documents: tuple[Document, ...]


def cases(unit: Unit, schemas: Mapping[str, str]) -> Iterator[Case]:
    """One case for each glob."""
    for glob, schema in schemas.items():
        yield Case(f"files:{glob}", Check("SRC105", violations, spoiled), _Loading(unit, glob, schema))


def violations(ruled: Ruled) -> Examined:
    """SRC105."""
    findings = []
    for document in ruled.documents:
        for breach in _breaches(document, ruled):
            where = (
                "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in breach.path).lstrip(".")
                or "the document"
            )
            line = _node_at(document.root, breach.path).line
            message = f"{where} of {document.path} breaks the rule {breach.rule!r} of {ruled.path}."
            places = (Place(document.path, line), Place(ruled.path, None, None, "expected"))
            findings.append(
                Finding(
                    "SRC105", f"{where} {breach.rule}", message, "Mend the value, or the schema.", places, document.path
                )
            )
    return Examined(len(ruled.documents), tuple(findings))


def _breaches(document: Document, ruled: Ruled) -> list[Breach]:
    try:
        return list(breaches(document.value, ruled.schema, ruled.schema))
    except (UnknownRule, RecursionError) as unknown:
        message = (
            f"{document.path} can't be examined: {ruled.path} has the rule {unknown}, which this check doesn't know."
        )
        hint = "Say it with rules that it knows, or use a validator of its own."
        raise CannotExamine(Finding("SRC105", document.path, message, hint, (Place(ruled.path),))) from None


def spoiled(ruled: Ruled) -> Iterator[Ruled]:
    """A copy of the first document with one defect that its schema should notice: a value of another type, or a key that is gone.

    Schemas leave most things open, so the defect is looked for; where no such copy breaks a rule, the schema allows all.
    """
    for document in ruled.documents[:1]:
        copies = [document._replace(value=value) for value in islice(_spoiled_values(document.value), MOST_COPIES)]
        known = set(_breaches(document, ruled))
        noticed = next((copy for copy in copies if set(_breaches(copy, ruled)) - known), copies[0])
        yield ruled._replace(documents=(noticed, *ruled.documents[1:]))


def _spoiled_values(value: Any) -> Iterator[Any]:
    yield from ("spoiled", 0.5, None)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield {each: content for each, content in value.items() if each != name}
            for worse in _spoiled_values(inner):
                yield {**value, name: worse}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for worse in _spoiled_values(item):
                yield [*value[:index], worse, *value[index + 1 :]]


class _Loading:
    def __init__(self, unit: Unit, glob: str, schema: str) -> None:
        self.unit = unit
        self.glob = glob
        self.schema = schema

    def __call__(self) -> Ruled:
        path = self.unit.sources.from_unit(self.schema)
        try:
            schema = json.loads(self.unit.sources.bytes(path))
        except ValueError:
            raise self._trouble(f"{self.schema} is not there, or is no JSON.", "Mend the path of the schema.") from None
        return Ruled(path, schema, tuple(each for file in self._files() for each in self._documents(file)))

    def _files(self) -> Iterator[File]:
        for path in self.unit.sources.matching(self.glob):
            yield File(path, self.unit.sources.bytes(path))

    def _documents(self, file: File) -> Iterator[Document]:
        try:
            if kind_of(file.path) == "json":
                yield Document(file.path, node_of(file.text), json.loads(file.text))
            else:
                for root in documents(file.text, file.path, "SRC105"):
                    yield Document(file.path, root, value_of(root))
        except (NotJson, NotYaml, ValueError) as wrong:
            raise self._trouble(f"{file.path} can't be read: {wrong}.", "Mend it.") from None

    def _trouble(self, message: str, hint: str) -> CannotExamine:
        return CannotExamine(
            Finding("SRC105", self.glob, message, hint, (Place(self.unit.sources.from_unit(self.schema)),))
        )


def _node_at(node: Node, path: tuple[Any, ...]) -> Node:
    for part in path:
        if node.kind == "mapping":
            found = next((value for key, value in node.pairs if key.text == str(part)), None)
        else:
            found = node.items[part] if isinstance(part, int) and part < len(node.items) else None
        if found is None:
            return node
        node = found
    return node
