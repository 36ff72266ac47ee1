"""Behaviour of loading settings from an environment."""

import pytest
from contracts import ServiceName
from pydantic import Field
from settings_kit import (
    PostgresSettings,
    RedisSettings,
    ServiceSettings,
    SettingsError,
    TokenSettings,
    load,
    variables,
)


class ExampleSettings(PostgresSettings, RedisSettings, TokenSettings, ServiceSettings):
    """A service's settings, with one field of its own."""

    page_size: int = Field(default=50, description="Entries on one page.")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return a complete environment, to be spoilt by the test."""
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:word@db.example.org/shop")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example.org/3")
    monkeypatch.setenv("SERVICE_TOKEN", "not-a-secret")
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_database_url_is_given_the_driver() -> None:
    """The short scheme that platforms hand out becomes the one that SQLAlchemy needs."""
    settings = load(ExampleSettings, ServiceName.BILLING)

    assert settings.database_url == "postgresql+psycopg://ada:word@db.example.org/shop"


@pytest.mark.usefixtures("environment")
def test_repr_holds_no_secret() -> None:
    """Settings may be logged."""
    text = repr(load(ExampleSettings, ServiceName.BILLING))

    assert "page_size=50" in text
    assert "word" not in text
    assert "not-a-secret" not in text


def test_every_problem_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    """One start shows all that must be mended."""
    environment.delenv("REDIS_URL")
    environment.setenv("PAGE_SIZE", "many")

    with pytest.raises(SettingsError, match=r"PAGE_SIZE: .*; REDIS_URL: "):
        load(ExampleSettings, ServiceName.BILLING)


def test_error_and_its_causes_hold_no_value(environment: pytest.MonkeyPatch) -> None:
    """A malformed secret does not reach the log by way of the traceback."""
    environment.setenv("DATABASE_URL", "mysql://ada:word@db.example.org/shop")

    with pytest.raises(SettingsError) as caught:
        load(ExampleSettings, ServiceName.BILLING)

    assert "word" not in str(caught.value)
    assert caught.value.__context__ is None


def test_empty_variable_counts_as_unset(environment: pytest.MonkeyPatch) -> None:
    """``REDIS_URL=`` in an env file is a variable that somebody forgot."""
    environment.setenv("REDIS_URL", "")

    with pytest.raises(SettingsError, match="REDIS_URL: Field required"):
        load(ExampleSettings, ServiceName.BILLING)


def test_variables_include_inherited_ones() -> None:
    """What a service reads is told completely and in order."""
    read = {variable.name: variable.is_required for variable in variables(ExampleSettings)}

    assert list(read) == sorted(read)
    assert read["DATABASE_URL"]
    assert not read["PAGE_SIZE"]
