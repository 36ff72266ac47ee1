"""What the tests share: the application on an SQLite database with the migrated schema."""

from collections.abc import Iterator

import pytest
from alembic import command
from catalog.app import create_app
from catalog.migrate import migrations
from catalog.settings import CatalogSettings
from flask.testing import FlaskClient
from sqlalchemy import Engine, StaticPool, create_engine

HEADERS = {"Authorization": "Bearer placeholder"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Return a database of its own for each test, made by the migrations."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    config = migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    yield engine
    engine.dispose()


@pytest.fixture
def settings() -> CatalogSettings:
    """Return settings with short pages, so that there can be a second one."""
    values = {
        "database_url": "postgresql://unused.invalid",
        "service_token": "placeholder",
        "page_size": 2,
    }
    return CatalogSettings.model_validate(values)


@pytest.fixture
def stranger(engine: Engine, settings: CatalogSettings) -> FlaskClient:
    """Return a caller without a token."""
    return create_app(settings, engine).test_client()


@pytest.fixture
def client(stranger: FlaskClient) -> FlaskClient:
    """Return a caller that knows the token."""
    stranger.environ_base["HTTP_AUTHORIZATION"] = HEADERS["Authorization"]
    return stranger
