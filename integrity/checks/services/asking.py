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
    from integrity.checks.adapters.databases import Opener
    from integrity.checks.services.address import Address

Ask = Callable[[Deadline], Answer]


def answer_at(address: Address, seconds: float, *, path: str = "", is_patient: bool = True) -> Answer:
    """What answers at an address, asked by its kind. Its words are without password and query."""
    asks: dict[str, Ask] = {
        "postgres": partial(_ask_database, address),
        "mysql": partial(_ask_database, address),
        "redis": partial(ask_redis, address),
        "amqp": partial(ask_amqp, address),
        "http": partial(ask_web, address, path),
        "tcp": partial(reach, address),
    }
    return answer_of(_discreet(asks[address.kind], address), seconds, is_patient=is_patient)


def opener_of(address: Address, deadline: Deadline) -> Opener | None:
    """What opens a connection to a database with the env's driver; None where it has none."""
    from integrity.checks.adapters.databases import by_driver  # noqa: PLC0415 - only where a database is asked

    return by_driver(address, deadline)


def reach(address: Address, deadline: Deadline) -> Answer:
    """Connect, with TLS where the address says so, and say nothing."""
    with talk_with(address, deadline):
        return Answer()


def ask_workers(app: Any, deadline: Deadline) -> Answer:
    """Ping the workers of a Celery app."""
    from integrity.checks.adapters.workers import ping  # noqa: PLC0415 - only where the unit has Celery

    return ping(app, deadline)


def _ask_database(address: Address, deadline: Deadline) -> Answer:
    opener = opener_of(address, deadline)
    if opener is None:
        return (greet_postgres if address.kind == "postgres" else greet_mysql)(address, deadline)
    from integrity.checks.adapters.databases import asked  # noqa: PLC0415 - as above

    return asked(opener, address.without_secrets, version_of=address.kind)


def _discreet(ask: Ask, address: Address) -> Ask:
    def asking(deadline: Deadline) -> Answer:
        try:
            return ask(deadline)
        except Trouble as trouble:
            raise Trouble(address.without_secrets(str(trouble)), trouble.reason) from None

    return asking
