"""Asks which migrations a database lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from integrity.checks.adapters.applied import alembic_answer, alembic_script, django_answer, ready_django
from integrity.checks.adapters.databases import by_driver, by_name
from integrity.checks.model import CannotExamine
from integrity.checks.services.answer import Answer, Deadline, answer_of, one_line
from integrity.checks.services.service import Service, address_in

if TYPE_CHECKING:
    from integrity.checks.adapters.databases import Opener


def migrations_answer(service: Service) -> Answer:
    """The unapplied migrations of a database."""
    source = str(service.table["migrations"])
    is_patient = service.policy == "required"
    if source == "django":
        alias = str(service.table.get("connection", "default"))
        ready_django(alias, service.unit, one_line)
        return answer_of(lambda _: django_answer(alias, one_line), service.timeout_s, is_patient=is_patient)
    shown, opener = _opener(service)
    script = alembic_script(source, service.unit)
    return answer_of(
        lambda deadline: alembic_answer(script, opener(deadline), shown), service.timeout_s, is_patient=is_patient
    )


def _opener(service: Service) -> tuple[Callable[[str], str], Callable[[Deadline], Opener]]:
    if "connection" in service.table:
        found = by_name(str(service.table["connection"]), service.unit)
        return one_line, lambda _: found
    address = address_in(service, "DB102")
    opener = by_driver(address)
    if opener is None:
        message = f"{service.name} can't be asked for its migrations: the env has no driver for it."
        raise CannotExamine(service.finding("DB102", message, "Add the driver to the unit's dependencies."))
    return address.without_secrets, opener
