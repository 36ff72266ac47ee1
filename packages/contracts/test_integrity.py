"""The registries of contracts are complete and agree with each other."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from http import HTTPMethod, HTTPStatus
from pathlib import Path

import contracts
import pytest
from contracts import ENDPOINTS, ERRORS, EVENT_FIELDS, TASK_QUEUES, ErrorCode, EventType
from contracts.endpoints import ServiceName
from contracts.queues import QueueName, RemoteTask

PACKAGE = Path(contracts.__file__).parent
ENUMS = [ErrorCode, EventType, QueueName, RemoteTask, ServiceName]
TABLES = [
    ("errors", "ERRORS", ErrorCode, ERRORS),
    ("events", "EVENT_FIELDS", EventType, EVENT_FIELDS),
    ("queues", "TASK_QUEUES", RemoteTask, TASK_QUEUES),
]


def repeated(items: Iterable[object]) -> list[object]:
    """Return what occurs more than once; an empty collection proves nothing and fails."""
    counts = Counter(items)
    assert counts, "nothing was examined"
    return [item for item, count in counts.items() if count > 1]


def keys_in_source(module: str, table: str) -> list[str]:
    """Return a dict literal's keys as written: at run time the last of two silently wins."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    declared = [
        node.value for node in tree.body if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == table
    ]
    literals = [n for value in declared if value for n in ast.walk(value) if isinstance(n, ast.Dict)]
    return [ast.unparse(key) for literal in literals for key in literal.keys if key]


# --- names


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_value_has_one_name(enum: type[StrEnum]) -> None:
    """Iteration hides an alias, so the members' mapping is what is examined."""
    assert repeated(member.value for member in enum.__members__.values()) == []


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_value_is_spelled_as_the_others(enum: type[StrEnum]) -> None:
    """Values are lower case words joined by dots or dashes."""
    misspelled = [m for m in enum if not re.fullmatch(r"[a-z]+(?:[.-][a-z]+)*", m)]

    assert len(enum) > 0
    assert misspelled == []


# --- tables over those names


@pytest.mark.parametrize(("module", "table", "enum", "entries"), TABLES, ids=lambda p: str(p)[:20])
def test_table_has_each_name_once(module: str, table: str, enum: type[StrEnum], entries: dict[StrEnum, object]) -> None:
    """Each member has one entry, and each entry a member."""
    assert repeated(keys_in_source(module, table)) == []
    assert set(entries) == set(enum)


def test_title_tells_errors_apart() -> None:
    """Two codes with one title could not be told apart by people."""
    assert repeated(spec.title for spec in ERRORS.values()) == []


def test_error_status_is_an_error() -> None:
    """A problem document with a 2xx status would be read as success."""
    assert ERRORS
    assert [code for code, spec in ERRORS.items() if spec.status < HTTPStatus.BAD_REQUEST] == []


def test_event_concerns_somebody() -> None:
    """Every event can be delivered, because it says to whom."""
    assert EVENT_FIELDS
    assert [event for event, fields in EVENT_FIELDS.items() if "email" not in fields] == []


def test_remote_task_goes_to_its_service() -> None:
    """A task is named after the service whose queue it is sent to."""
    assert TASK_QUEUES
    assert [task for task, queue in TASK_QUEUES.items() if task.split(".")[0] != queue] == []


# --- endpoints


def test_endpoint_is_promised_once() -> None:
    """Neither a name nor an operation is promised twice."""
    assert repeated(entry.name for entry in ENDPOINTS) == []
    assert repeated((e.service, e.method, e.path) for e in ENDPOINTS) == []


def test_endpoint_is_well_formed() -> None:
    """Its name starts with its service; method and path are what HTTP knows."""
    path = re.compile(r"(/([a-z]+|\{[a-z]+\}))+")
    malformed = [
        e
        for e in ENDPOINTS
        if not e.name.startswith(f"{e.service}.")
        or e.method not in HTTPMethod.__members__
        or not path.fullmatch(e.path)
    ]

    assert malformed == []


# --- the package itself


def test_only_standard_library_is_imported() -> None:
    """Every service takes this package in, so it must bring nothing along."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in PACKAGE.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    imported = {name.partition(".")[0] for name in names}

    assert "contracts" in imported, "no import was found: the scan is broken"
    assert imported - sys.stdlib_module_names == {"contracts"}
