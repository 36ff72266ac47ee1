"""Base classes: one for every service, one for each kind of backing service.

A field's name in upper case is its variable. Each carries a description, because a person who
deploys the service sees nothing else of it.
"""

from enum import StrEnum

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings_kit.urls import PostgresUrl, RedisUrl


class Environment(StrEnum):
    """Where a process runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    """The least severe message that is logged, in the words of ``logging``."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True)


class ServiceSettings(_Settings):
    """What every service reads."""

    environment: Environment = Field(default=Environment.DEVELOPMENT, description="Where the process runs.")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="The least severe message that is logged.")


class PostgresSettings(_Settings):
    """For a service that keeps its data in PostgreSQL."""

    database_url: PostgresUrl = Field(repr=False, description="The service's own database, with user and password.")


class RedisSettings(_Settings):
    """For a service that uses Redis as broker, counter or cache."""

    redis_url: RedisUrl = Field(repr=False, description="The Redis server and the number of its database.")


class TokenSettings(_Settings):
    """For a service that calls other services or is called by them."""

    service_token: SecretStr = Field(min_length=8, description="The bearer token by which services know each other.")
