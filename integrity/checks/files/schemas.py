"""Files against their JSON Schemas (SRC105), in an env that has jsonschema."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple

from integrity.checks.case import Case, Check
from integrity.checks.files.choice import File, kind_of
from integrity.checks.model import CannotExamine, Examined, Finding, Place
from integrity.checks.sources.json import NotJson, node_of
from integrity.checks.sources.yaml import NotYaml, documents, value_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.sources.node import Node


class Document(NamedTuple):
    """A document with its nodes and the plain value that they stand for."""

    path: str
    root: Node
    value: Any


class Ruled(NamedTuple):
    """Documents, and the validator of their schema; `schema` is its path."""

    schema: str
    documents: tuple[Document, ...]
    validator: Any


def cases(unit: Unit, schemas: Mapping[str, str]) -> Iterator[Case]:
    """One case for each glob."""
    for glob, schema in schemas.items():
        yield Case(f"files:{glob}", Check("SRC105", violations, spoiled), _Loading(unit, glob, schema), is_static=False)


def violations(ruled: Ruled) -> Examined:
    """SRC105."""
    findings = []
    for document in ruled.documents:
        for error in ruled.validator.iter_errors(document.value):
            where = error.json_path if hasattr(error, "json_path") else str(list(error.absolute_path))
            rule = "/".join(map(str, error.absolute_schema_path))
            line = _node_at(document.root, list(error.absolute_path)).line
            message = f"{where} of {document.path} breaks the rule {rule} of {ruled.schema}."
            hint = "Mend the value, or the schema."
            places = (Place(document.path, line), Place(ruled.schema, None, None, "expected"))
            findings.append(Finding("SRC105", f"{where} {rule}", message, hint, places, registry=document.path))
    return Examined(len(ruled.documents), tuple(findings))


def spoiled(ruled: Ruled) -> Iterator[Ruled]:
    """A copy whose first document is of a type that no document of its kind has."""
    for document in ruled.documents[:1]:
        value = "spoiled" if not isinstance(document.value, str) else {}
        yield ruled._replace(documents=(document._replace(value=value), *ruled.documents[1:]))


class _Loading:
    def __init__(self, unit: Unit, glob: str, schema: str) -> None:
        self.unit = unit
        self.glob = glob
        self.schema = schema

    def __call__(self) -> Ruled:
        path = self.unit.sources.from_unit(self.schema)
        try:
            schema = json.loads(self.unit.sources.bytes(path))
            library = import_module("jsonschema")
        except ValueError:
            raise self._trouble(f"{self.schema} is not there, or is no JSON.", "Mend the path of the schema.") from None
        except ImportError:
            message = f"{self.glob} can't be examined: that needs jsonschema in this env."
            raise self._trouble(message, "Add jsonschema to the dependencies of the unit's tests.") from None
        validator = library.validators.validator_for(schema)(schema)
        found = tuple(each for file in self._files() for each in self._documents(file))
        return Ruled(path, found, validator)

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


def _node_at(node: Node, path: list[Any]) -> Node:
    for part in path:
        if node.kind == "mapping":
            found = next((value for key, value in node.pairs if key.text == str(part)), None)
        else:
            found = node.items[part] if isinstance(part, int) and part < len(node.items) else None
        if found is None:
            return node
        node = found
    return node
