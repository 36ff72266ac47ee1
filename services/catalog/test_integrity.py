"""Catalog's registries are complete and agree with each other and with contracts; the service works on real servers."""

import ast
import os
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib.metadata import EntryPoint
from pathlib import Path

import catalog
import httpx
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from catalog.app import HTTP_CODES, create_app
from catalog.migrate import migrations
from catalog.models import Base, Product
from catalog.products import add_product, events_after, move_product
from catalog.settings import CatalogSettings
from catalog.states import INITIAL, STATE_EVENTS, TRANSITIONS, Category, ProductState
from contracts import ENDPOINTS, ERRORS, Event, EventType, ServiceName
from dotenv.parser import parse_stream
from settings_kit import load, variables
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

PACKAGE = Path(catalog.__file__).parent
UNIT = Path(__file__).parent


def repeated(items: Iterable[object]) -> list[object]:
    """Return what occurs more than once; an empty collection proves nothing and fails."""
    counts = Counter(items)
    assert counts, "nothing was examined"
    return [item for item, count in counts.items() if count > 1]


# --- states


@pytest.mark.parametrize("enum", [Category, ProductState], ids=lambda enum: enum.__name__)
def test_stored_value_has_one_name(enum: type[StrEnum]) -> None:
    """Iteration hides an alias, so the members' mapping is what is examined."""
    assert repeated(member.value for member in enum.__members__.values()) == []


def test_no_key_is_overwritten() -> None:
    """Of two equal keys in a dict literal the last silently wins: only the source shows it."""
    trees = [ast.parse((PACKAGE / name).read_text(encoding="utf-8")) for name in ("states.py", "app.py")]
    literals = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    overwritten = [
        key for literal in literals if literal.keys for key in repeated(ast.unparse(key) for key in literal.keys if key)
    ]

    assert len(literals) > 2
    assert overwritten == []


def test_every_state_is_reached_and_told_of() -> None:
    """Each state has its transitions, each but the first can be arrived at and has an event."""
    reached = set().union(*TRANSITIONS.values())

    assert set(TRANSITIONS) == set(ProductState)
    assert reached == set(STATE_EVENTS) == set(ProductState) - {INITIAL}


def test_every_product_event_is_told() -> None:
    """Catalog tells exactly the events about products, each on one occasion."""
    promised = {event for event in EventType if event.startswith("product.")}

    assert repeated(STATE_EVENTS.values()) == []
    assert set(STATE_EVENTS.values()) == promised


# --- endpoints


def test_endpoints_are_those_that_were_promised() -> None:
    """Each promised endpoint is served, and each served one is promised; none twice."""
    rules = create_app().url_map.iter_rules()
    served = [
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]

    assert repeated(served) == []
    assert set(served) == {(e.method, e.path) for e in ENDPOINTS if e.service == ServiceName.CATALOG}


def test_code_has_the_status_that_flask_answers() -> None:
    """An error of Flask's keeps its status when it is written as a problem document."""
    changed = {status for status, code in HTTP_CODES.items() if ERRORS[code].status != status}

    assert HTTP_CODES
    assert changed == set()


# --- migrations, on a real PostgreSQL


def test_migrations_are_one_line() -> None:
    """There is one last migration, and each file is on the way to it."""
    script = ScriptDirectory.from_config(migrations())
    files = [file.stem for file in (PACKAGE / "migrations" / "versions").glob("[!_]*.py")]

    assert len(script.get_heads()) == 1
    assert len(list(script.walk_revisions())) == len(files) > 0


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Return the database of the running service."""
    engine = create_engine(load(CatalogSettings, ServiceName.CATALOG).database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Return a connection that sees an empty schema; closing it takes back whatever was done."""
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA rehearsal"))
        connection.execute(text("SET LOCAL search_path TO rehearsal"))
        yield connection


def test_service_has_migrated_its_database(engine: Engine) -> None:
    """`catalog-migrate`, which was run before it, has left the newest revision."""
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()

    assert engine.dialect.name == "postgresql"
    assert [revision] == ScriptDirectory.from_config(migrations()).get_heads()


def test_migrations_say_what_the_models_say(connection: Connection) -> None:
    """After all migrations the tables are those of the models, and all can be taken back."""
    config = migrations()
    config.attributes["connection"] = connection
    context = MigrationContext.configure(connection, opts={"compare_type": True})

    command.upgrade(config, "head")
    difference = compare_metadata(context, Base.metadata)
    command.downgrade(config, "base")
    left = compare_metadata(context, Base.metadata)

    assert difference == []
    assert {step[1].name for step in left if step[0] == "add_table"} == set(Base.metadata.tables) != set()


def test_models_are_written_and_read(connection: Connection) -> None:
    """A product comes back as it was stored; the feed, whose end writers lock in turn, tells of it in order."""
    config = migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    values = {"sku": "b-1", "name": "Notes", "email": "ada@example.org", "category": Category.BOOK.value}

    with Session(connection) as session:
        add_product(session, values)
        for state in (ProductState.PUBLISHED, ProductState.RETIRED):
            move_product(session, "b-1", state)
        session.commit()
        session.expire_all()
        (product,) = session.query(Product).all()
        feed = [(entry.position, Event.from_document(entry.event)) for entry in events_after(session, 0, 10)]

    assert {name: getattr(product, name) for name in values} == values
    assert product.state == ProductState.RETIRED
    assert [(position, event.type) for position, event in feed] == [
        (1, EventType.PRODUCT_PUBLISHED),
        (2, EventType.PRODUCT_RETIRED),
    ]


# --- running


def test_running_service_is_healthy() -> None:
    """Who keeps it running has no token, and needs none."""
    answer = httpx.get(f"{os.environ['CATALOG_URL']}/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


# --- environment, entry points


def test_example_documents_what_is_read() -> None:
    """Each variable that the settings read stands once in ``.env.example``, and no other does."""
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        documented = [binding.key for binding in parse_stream(stream) if binding.key]

    assert repeated(documented) == []
    assert set(documented) == {variable.name for variable in variables(CatalogSettings)}


def test_commands_can_be_started() -> None:
    """Each console script of the manifest points to something callable."""
    manifest = tomllib.loads((UNIT / "pyproject.toml").read_text(encoding="utf-8"))
    scripts = manifest["project"]["scripts"]

    assert scripts
    for name, target in scripts.items():
        assert callable(EntryPoint(name, target, "console_scripts").load()), name
