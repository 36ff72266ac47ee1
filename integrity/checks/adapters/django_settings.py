"""Django's settings as they are at runtime, and what its own system checks say of them. No database is asked."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.adapters.django import set_up
from integrity.checks.adapters.places import place_of, raised_at
from integrity.checks.model import CannotExamine, Entry, Finding, Place
from integrity.checks.settings.judges import Message, Messages, Spellings
from integrity.checks.settings.members import Members, judge_members
from integrity.checks.sources.names import targets_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit

LISTS = ("MIDDLEWARE", "AUTHENTICATION_BACKENDS")


def app_names(unit: Unit) -> tuple[str, ...]:
    """The labels of all installed apps, once Django is set up."""
    set_up(unit)
    from django.apps import apps  # noqa: PLC0415 - only where the unit has it

    return tuple(config.label for config in apps.get_app_configs())


def messages(unit: Unit, *, deploy: bool) -> Messages:
    """What `manage.py check` says, without the checks that ask a database."""
    set_up(unit)
    from django.core.checks import run_checks  # noqa: PLC0415 - only where the unit has it
    from django.core.checks.registry import registry  # noqa: PLC0415

    try:
        found = run_checks(include_deployment_checks=deploy)
    except Exception as error:
        message = f"Django's checks can't run: {type(error).__name__}: {error}."
        raise CannotExamine(
            Finding("APP101", "check", message, "Mend what it says.", raised_at(error, unit))
        ) from error
    told = tuple(_message(each, unit) for each in found if not each.is_silenced())
    return Messages(len(registry.get_checks(include_deployment_checks=deploy)), told)


def live_members(unit: Unit, written: Members) -> Members:
    """The members of the lists as they are, without INSTALLED_APPS, which Django judges itself when it is set up."""
    set_up(unit)
    from django.conf import settings  # noqa: PLC0415 - only where the unit has it

    places = {str(entry.key): entry.place for entry in written.entries}
    entries = [
        Entry(key, name, places.get(key), "runtime")
        for name in LISTS
        if settings.is_overridden(name)  # the default backend needs an app that need not be there
        for member in getattr(settings, name, ())
        if (key := f"{name} {member}")
    ]
    dotted = {*(str(entry.key).partition(" ")[2] for entry in entries), *_elsewhere(settings)}
    entries += [Entry(f"{name} {member}", name, None, "runtime") for member, name in _elsewhere(settings).items()]
    missing = {member: why for member in sorted(dotted) if (why := _why_missing(member))}
    return Members(tuple(entries), missing, (), frozenset(finding.entry for finding in judge_members(written).findings))


def spellings(unit: Unit) -> Spellings:
    """The names that the unit's settings bind, with what Django knows and the unit reads."""
    set_up(unit)
    from django.conf import global_settings, settings  # noqa: PLC0415 - only where the unit has it

    known = frozenset(name for name in dir(global_settings) if name.isupper())
    names = sorted(name for name in dir(settings) if name.isupper() and settings.is_overridden(name))
    read = frozenset(name for name in names if name not in known and _is_read(name, unit))
    return Spellings({name: _binding(name, unit) for name in names}, known, read)


def _message(each: Any, unit: Unit) -> Message:
    about = each.obj
    label = getattr(getattr(about, "_meta", None), "label", None) or (str(about) if about is not None else "")
    owner = getattr(about, "model", about)
    place = place_of(owner, unit, getattr(about, "name", "")) if inspect.isclass(owner) else None
    return Message(each.id or "", each.level, label, str(each.msg), str(each.hint or ""), place)


def _elsewhere(settings: Any) -> dict[str, str]:
    """Dotted names in other settings, by what says them."""
    found = {str(each.get("NAME")): "AUTH_PASSWORD_VALIDATORS" for each in settings.AUTH_PASSWORD_VALIDATORS}
    for engine in settings.TEMPLATES:
        found.update(dict.fromkeys(engine.get("OPTIONS", {}).get("context_processors", ()), "TEMPLATES"))
    return found


def _why_missing(member: str) -> str:
    from django.utils.module_loading import import_string  # noqa: PLC0415 - only where the unit has it

    try:
        import_string(member)
    except Exception as error:  # noqa: BLE001 - whatever a module raises when it is imported
        return f"{type(error).__name__}: {error}".rstrip(".")
    return ""


def _binding(name: str, unit: Unit) -> Place | None:
    return next(_bindings(name, unit), None)


def _bindings(name: str, unit: Unit) -> Iterator[Place]:
    for module in unit.sources.modules:
        if name.encode() in module.content:
            for statement in module.assignments:
                if any(getattr(target, "id", "") == name for target in targets_of(statement)):
                    yield module.place(statement)


def _is_read(name: str, unit: Unit) -> bool:
    """Whether the unit's own code reads a setting: as an attribute, or by its name in quotes."""
    marks = (f"settings.{name}", f'"{name}"', f"'{name}'")
    return any(mark.encode() in module.content for module in unit.sources.modules for mark in marks)
