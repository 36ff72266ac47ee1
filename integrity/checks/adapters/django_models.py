"""Django's models as they are at runtime: their fields, tables, constraints and indexes. No query is made, nothing is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.adapters.django import set_up
from integrity.checks.adapters.places import is_own, place_of
from integrity.checks.model import CannotExamine, Entry, Finding
from integrity.checks.models.model_field import ModelField

if TYPE_CHECKING:
    from integrity.checks.case import Unit

Found = tuple[tuple[ModelField, ...], tuple[Entry, ...], tuple[Entry, ...], tuple[str, ...]]
EMPTY = (None, "")


def live_models(unit: Unit, labels: tuple[str, ...]) -> Found:
    """Fields, tables, names of constraints and indexes, and notes, of the apps that are named, or of the unit's own."""
    models = [model for config in own_apps(unit, labels) for model in config.get_models()]
    fields = [(model, field) for model in models for field in model._meta.local_fields]  # noqa: SLF001 - Django's documented API
    notes = [
        f"{_label(model)}.{field.name}: its choices are made by a call." for model, field in fields if _is_called(field)
    ]
    read = tuple(_field(model, field, unit) for model, field in fields if not _is_called(field))
    tables = tuple(entry for model in models for entry in _table(model, unit))
    named = tuple(entry for model in models for entry in _named(model, unit))
    return read, tables, named, tuple(notes)


def own_apps(unit: Unit, labels: tuple[str, ...]) -> list[Any]:
    """The apps of these labels, or those whose folder is in the unit. Raises CannotExamine where there is none."""
    set_up(unit)
    from django.apps import apps  # noqa: PLC0415 - only where the unit has it

    configs = [
        config
        for config in apps.get_app_configs()
        if config.label in labels or (not labels and is_own(config.path, unit))
    ]
    missing = sorted(set(labels) - {config.label for config in configs})
    if missing or not configs:
        names = ", ".join(sorted(config.label for config in apps.get_app_configs()))
        message = (
            f"No app is labelled {missing[0]!r}." if missing else "None of the installed apps belongs to the unit."
        )
        raise CannotExamine(
            Finding("APP104", missing[0] if missing else "apps", message, f"The installed apps are: {names}.")
        )
    return configs


def _field(model: Any, field: Any, unit: Unit) -> ModelField:
    choices = tuple(value for value, _ in field.flatchoices) if field.choices else None
    default = () if field.default in EMPTY or not field.has_default() or callable(field.default) else (field.default,)
    width = field.max_length if isinstance(field.max_length, int) else None
    return ModelField(
        f"{_label(model)}.{field.name}",
        choices,
        default if choices else (),
        width,
        place_of(model, unit, field.name),
        finds_doubles=True,
    )


def _is_called(field: Any) -> bool:
    """Whether choices come from a function, which may ask the database."""
    return callable(getattr(field.choices, "func", None)) or callable(field.choices)


def _table(model: Any, unit: Unit) -> Iterator[Entry]:
    options = model._meta  # noqa: SLF001 - Django's documented API
    if options.managed and not options.proxy:
        yield Entry(options.db_table, _label(model), place_of(model, unit), "runtime")
    for many in options.local_many_to_many:
        through = many.remote_field.through._meta  # noqa: SLF001 - likewise
        if through.auto_created and through.managed:
            yield Entry(through.db_table, f"{_label(model)}.{many.name}", place_of(model, unit, many.name), "runtime")


def _named(model: Any, unit: Unit) -> Iterator[Entry]:
    options = model._meta  # noqa: SLF001 - Django's documented API
    if options.managed and not options.proxy:
        for each in (*options.indexes, *options.constraints):
            yield Entry(each.name, _label(model), place_of(model, unit), "runtime")


def _label(model: Any) -> str:
    return f"{model.__module__}.{model.__qualname__}"
