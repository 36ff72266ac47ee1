"""Catalog's registries agree with each other and with contracts; the service works on real servers.

What holds for each registry, and for routes, models, migrations, environment and services, is declared in pyproject.toml.
"""

from collections.abc import Iterator

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
from settings_kit import load
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

import integrity

test_declared = integrity.declared_tests()


def test_every_state_is_reached_and_told_of() -> None:
    """Each state but the first can be arrived at, and has an event."""
    reached = {state for following in TRANSITIONS.values() for state in following}

    integrity.assert_covers([INITIAL, *reached], ProductState, relation="equals", names=("reached", "states"))
    integrity.assert_covers(STATE_EVENTS, reached, relation="equals", names=("events", "reached"))


def test_every_product_event_is_told() -> None:
    """Catalog tells exactly the events about products."""
    promised = [event for event in EventType if event.startswith("product.")]

    integrity.assert_covers(STATE_EVENTS.values(), promised, relation="equals", names=("told", "contracts"))


def test_endpoints_are_those_that_were_promised() -> None:
    """Each promised endpoint is served, and each served one is promised."""
    served = [
        f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"
        for rule in create_app().url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    promised = [f"{each.method} {each.path}" for each in ENDPOINTS if each.service == ServiceName.CATALOG]

    integrity.assert_covers(served, promised, relation="equals", names=("routes", "contracts"))


def test_code_has_the_status_that_flask_answers() -> None:
    """An error of Flask's keeps its status when it is written as a problem document."""
    changed = {status for status, code in HTTP_CODES.items() if ERRORS[code].status != status}

    assert HTTP_CODES
    assert changed == set()


# --- migrations, on a real PostgreSQL


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
