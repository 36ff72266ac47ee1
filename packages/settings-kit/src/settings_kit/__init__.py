"""Typed environment configuration for the services, on pydantic-settings."""

from settings_kit.bases import (
    Environment,
    LogLevel,
    PostgresSettings,
    RedisSettings,
    ServiceSettings,
    TokenSettings,
)
from settings_kit.loading import SettingsError, Variable, load, variables
from settings_kit.urls import PostgresUrl, RedisUrl

__all__ = [
    "Environment",
    "LogLevel",
    "PostgresSettings",
    "PostgresUrl",
    "RedisSettings",
    "RedisUrl",
    "ServiceSettings",
    "SettingsError",
    "TokenSettings",
    "Variable",
    "load",
    "variables",
]
