"""Asks a service by its kind, with what the unit's env has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Callable

from integrity.checks.services.amqp import ask_amqp
from integrity.checks.services.answer import Answer, Deadline, Trouble, answer_of
from integrity.checks.services.database import greet_mysql, greet_postgres
from integrity.checks.services.redis import ask_redis
from integrity.checks.services.talk import talk_with
from integrity.checks.services.web import ask_web

if TYPE_CHECKING:
    from integrity.checks.services.address import Address

Ask = Callable[[Deadline], Answer]


def answer_at(address: Address, seconds: float, *, path: str = "", is_patient: bool = True) -> Answer:
    """What answers at an address, asked by its kind. Its words are without password and query."""
    if address.kind in {"postgres", "mysql"}:
        ask = _database_ask(address)
    else:
        asks: dict[str, Ask] = {
            "redis": partial(ask_redis, address),
            "amqp": partial(ask_amqp, address),
            "http": partial(ask_web, address, path),
            "tcp": partial(reach, address),
        }
        ask = asks[address.kind]
    return answer_of(_discreet(ask, address), seconds, is_patient=is_patient)


def reach(address: Address, deadline: Deadline) -> Answer:
    """Connect, with TLS where the address says so, and say nothing."""
    with talk_with(address, deadline):
        return Answer()


def ask_workers(app: Any, deadline: Deadline) -> Answer:
    """Ping the workers of a Celery app."""
    from integrity.checks.adapters.workers import ping  # noqa: PLC0415 - only where the unit has Celery

    return ping(app, deadline)


def _database_ask(address: Address) -> Ask:
    """How a database is asked: by the env's driver, whose import takes none of the time, else by a greeting."""
    from integrity.checks.adapters.databases import asked, by_driver  # noqa: PLC0415 - only where a database is asked

    opener = by_driver(address)
    if opener is None:
        return partial(greet_postgres if address.kind == "postgres" else greet_mysql, address)
    return lambda deadline: asked(opener(deadline), address.without_secrets, version_of=address.kind)


def _discreet(ask: Ask, address: Address) -> Ask:
    def asking(deadline: Deadline) -> Answer:
        try:
            return ask(deadline)
        except Trouble as trouble:
            raise Trouble(address.without_secrets(str(trouble)), trouble.reason) from None

    return asking
