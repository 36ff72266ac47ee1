"""SQLAlchemy's tables as they are at runtime: columns with their types and defaults, constraints and indexes. Nothing is connected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.adapters.places import place_of
from integrity.checks.model import CannotExamine, Entry, Finding
from integrity.checks.models.model_field import ModelField
from integrity.checks.targets import live

if TYPE_CHECKING:
    from integrity.checks.case import Unit

Found = tuple[tuple[ModelField, ...], tuple[Entry, ...], tuple[Entry, ...], tuple[str, ...]]


def live_metadata(target: Any, unit: Unit) -> Found:
    """Columns, tables, names of constraints and indexes, and notes. Raises CannotExamine for what is no base or metadata."""
    base = live(target, unit, registry="models")
    metadata = metadata_of(base, target)
    registry = getattr(base, "registry", None) or getattr(getattr(base, "Model", None), "registry", None)
    mappers = sorted(getattr(registry, "mappers", ()), key=lambda mapper: _label(mapper.class_))
    owners = {mapper.local_table: mapper.class_ for mapper in reversed(mappers)}
    columns = tuple(field for table in metadata.tables.values() for field in _columns(table, owners.get(table), unit))
    tables = tuple(
        Entry(
            mapper.local_table.fullname,
            _label(mapper.class_),
            place_of(mapper.class_, unit, "__tablename__"),
            "runtime",
        )
        for mapper in mappers
        if mapper.inherits is None and mapper.local_table in owners and hasattr(mapper.local_table, "fullname")
    )
    named = tuple(entry for table in metadata.tables.values() for entry in _named(table, owners.get(table), unit))
    return columns, tables, named, ()


def metadata_of(thing: Any, target: Any) -> Any:
    """The metadata that something is or has."""
    from sqlalchemy import MetaData  # noqa: PLC0415 - only where the unit has it

    found = getattr(thing, "metadata", thing)
    if isinstance(found, MetaData):
        return found
    hint = 'Name the declarative base: base = "….models:Base".'
    raise CannotExamine(
        Finding("REG002", str(target), f"{target} is no declarative base and no MetaData.", hint, registry="models")
    )


def _columns(table: Any, owner: Any, unit: Unit) -> Iterator[ModelField]:
    from sqlalchemy import Enum, String  # noqa: PLC0415 - only where the unit has it

    for column in table.columns:
        label = f"{_label(owner) if owner is not None else table.fullname}.{column.key}"
        place = place_of(owner, unit, column.key) if owner is not None else None
        if isinstance(column.type, Enum):
            words = "names" if column.type.enum_class is not None else "choices"
            yield ModelField(label, tuple(column.type.enums), _default(column, column.type), None, place, words=words)
        elif isinstance(column.type, String):
            yield ModelField(label, None, _default(column, None), column.type.length, place)


def _default(column: Any, enumeration: Any) -> tuple[Any, ...]:
    """The default as the column stores it: a member of an Enum class by what its type makes of it."""
    default = column.default
    value = default.arg if default is not None and getattr(default, "is_scalar", False) else None
    if value is None:
        served = getattr(column.server_default, "arg", None)
        value = served if isinstance(served, str) else None
    owner = getattr(enumeration, "enum_class", None)
    if owner is not None and isinstance(value, owner):
        stored = list(enumeration.enums)
        position = list(owner.__members__.values()).index(value)
        return (stored[position],) if len(stored) == len(owner.__members__) else ()
    return (value,) if isinstance(value, str) else ()


def _named(table: Any, owner: Any, unit: Unit) -> Iterator[Entry]:
    from sqlalchemy import UniqueConstraint  # noqa: PLC0415 - only where the unit has it

    schema = f"{table.schema}." if table.schema else ""
    for each in (*table.indexes, *(one for one in table.constraints if isinstance(one, UniqueConstraint))):
        if isinstance(each.name, str):
            place = place_of(owner, unit, "__table_args__") if owner is not None else None
            yield Entry(f"{schema}{each.name}", table.fullname, place, "runtime")


def _label(owner: Any) -> str:
    return f"{owner.__module__}.{owner.__qualname__}"
