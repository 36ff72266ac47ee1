"""pydantic-settings: the variables that a settings class reads, as the class itself tells. Its source is read in `env.classes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.checks.model import CannotExamine, Finding
from integrity.checks.targets import live

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def variables(target: Any, unit: Unit) -> tuple[tuple[str, ...], ...]:
    """The names that each field of a settings class reads at runtime, upper case unless the class minds it.

    Raises CannotExamine (ENV103) for what is no settings class.
    """
    found = live(target, unit)
    fields = getattr(found, "model_fields", None)
    config = getattr(found, "model_config", None)
    if (
        not isinstance(found, type)
        or fields is None
        or config is None
        or not hasattr(found, "settings_customise_sources")
    ):
        message = f"{target} is no settings class of pydantic-settings."
        raise CannotExamine(Finding("ENV103", str(target), message, "Name a class that inherits BaseSettings."))
    prefix = config.get("env_prefix") or ""
    fold = str if config.get("case_sensitive") else str.upper
    return tuple(
        tuple(fold(name) for name in _names_of(field.validation_alias or field.alias, prefix + name))
        for name, field in fields.items()
    )


def _names_of(alias: Any, otherwise: str) -> tuple[str, ...]:
    if alias is None:
        return (otherwise,)
    choices = getattr(alias, "choices", None) or [alias]
    return tuple(str(each if isinstance(each, str) else each.path[0]) for each in choices)
