"""The documents of a run: `plan.json`, `run.json`, `report.json`, and the JSON Schemas of all that is written."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from integrity.errors import IntegrityError, UsageError
from integrity.model import event, findings, plan, report, run
from integrity.report.sanitise import json_for_stdout, without_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMAS = Path(__file__).parent.parent / "schemas"

Document = TypeVar("Document", bound=msgspec.Struct)


def write(path: Path, document: msgspec.Struct) -> None:
    """Write a document whole, or leave what was there. Raises OSError."""
    replace_file(path, [encoded(document)])


def encoded(document: msgspec.Struct) -> bytes:
    """The bytes of a document: indented JSON, a line feed at its end."""
    try:
        data = msgspec.json.encode(document)
    except UnicodeEncodeError:
        data = msgspec.json.encode(without_surrogates(msgspec.to_builtins(document)))
    return msgspec.json.format(data, indent=2) + b"\n"


def printed(document: msgspec.Struct) -> bytes:
    """`encoded` for stdout."""
    return json_for_stdout(encoded(document).decode("utf-8"))


def read(path: Path, kind: type[Document]) -> Document:
    """The document at `path`, which is of this kind. Raises IntegrityError for a missing, broken or newer one."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise IntegrityError(f"{path} can't be read: {problem}") from problem
    return decoded(data, kind, str(path))


def decoded(data: bytes, kind: type[Document], place: str) -> Document:
    """The document of this kind, which is named `place` in errors. Raises IntegrityError for a broken or newer one."""
    expected = str(msgspec.structs.fields(kind)[0].default)
    try:
        schema = msgspec.json.decode(data, type=_Header).schema
        if schema != expected:
            raise IntegrityError(f"{place} is {schema}, and this version reads {expected}", hint=_NEWER)
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise IntegrityError(f"{place} can't be read: {problem}") from problem


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas, by the names of their files."""
    documents = {
        "plan": plan.Plan,
        "run": run.RunDocument,
        "report": report.Report,
        "findings": findings.FindingsDocument,
    }
    named = {name: _schema(kind, f"integrity.{name}/1") for name, kind in documents.items()}
    named["event"] = _schema(event.Event, event.SCHEMA)
    return {f"{name}.schema.json": schema for name, schema in named.items()}


def write_schemas(folder: Path = SCHEMAS) -> None:
    """Generate the shipped schemas anew."""
    for name, schema in schemas().items():
        replace_file(folder / name, [msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"])


_NEWER = "Read it with the version of nox-integrity that wrote it."


class _Header(msgspec.Struct):
    schema: str


def _schema(kind: Any, title: str) -> dict[str, Any]:
    schema = msgspec.json.schema(kind)
    for definition in schema["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])  # Python 3.13 does so itself
        stated = definition.get("properties", {}).get("schema")
        if stated is not None:
            stated["const"] = stated["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def write_output(path: Path, parts: Iterable[bytes]) -> None:
    """Write to what a person named: a file as a whole, where a link leads to; a device or a pipe as it is.

    Raises UsageError where there is no folder for it, OSError.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder.", hint="Make it first, or name another file.")
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            stream.writelines(parts)
    else:
        replace_file(path.resolve(), parts)


def replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole, part by part, or leave what was there. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            stream.writelines(parts)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


if __name__ == "__main__":
    write_schemas()
