"""Reading settings from the environment, and telling what would be read.

No value of a variable may appear in what this module raises or returns.
"""

from dataclasses import dataclass
from typing import TypeVar

from contracts import ServiceName
from pydantic import ValidationError
from pydantic_settings import BaseSettings

SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class SettingsError(Exception):
    """The environment lacks variables or holds malformed ones; the message names them all."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that a settings class reads."""

    name: str
    is_required: bool
    description: str


def load(settings_class: type[SettingsType], service: ServiceName) -> SettingsType:
    """Return the settings of ``service``; raise SettingsError for all that is wrong with them."""
    try:
        return settings_class()
    except ValidationError as error:
        problems = [f"{part['loc'][0]}".upper() + f": {part['msg']}" for part in error.errors()]
    # Raised outside the handler: the original error holds the offending values.
    raise SettingsError(f"{service} cannot start: " + "; ".join(sorted(problems)))


def variables(settings_class: type[BaseSettings]) -> tuple[Variable, ...]:
    """Return what ``settings_class`` reads, inherited fields included, sorted by name."""
    prefix = settings_class.model_config.get("env_prefix", "")
    read = (
        Variable((prefix + name).upper(), field.is_required(), field.description or "")
        for name, field in settings_class.model_fields.items()
    )
    return tuple(sorted(read, key=lambda variable: variable.name))
