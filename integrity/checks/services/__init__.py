"""Checks of services: what has to answer while the tests run. Nothing is written to any of them."""

from __future__ import annotations

import os
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.model import CannotExamine, NotHere
from integrity.checks.services.judges import Asked, judge_answer, judge_migrations, judge_version, judge_web
from integrity.checks.services.service import Service, address_in

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.model import Examined
    from integrity.checks.services.answer import Answer

CODES_OF_KINDS = {
    "postgres": "DB101",
    "mysql": "DB101",
    "redis": "SVC102",
    "amqp": "SVC103",
    "http": "SVC104",
    "tcp": "SVC101",
    "celery": "SVC105",
}


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of each declared service; none without a declaration, and none that sources could answer."""
    for name, table in (declared or {}).items():
        yield from _cases_of(Service(name, table, unit, os.environ))


def _cases_of(service: Service) -> Iterator[Case]:
    code = CODES_OF_KINDS[service.kind]
    ask = lru_cache(maxsize=None)(partial(_asked, service, code))
    yield _case(service, code, judge_web if code == "SVC104" else judge_answer(code), ask)
    if code == "DB101" and "min-version" in service.table:
        yield _case(service, "DB103", judge_version, ask)
    if code == "DB101" and "migrations" in service.table:
        yield _case(service, "DB102", judge_migrations, partial(_asked_for_migrations, service))


def _case(service: Service, code: str, judge: Callable[[Asked], Examined], load: Callable[[], Asked]) -> Case:
    return Case(f"service:{service.name}", Check(code, judge, None), load, is_static=False)


def _asked(service: Service, code: str) -> Asked:
    """The service with its answer. Raises NotHere where it is optional and absent."""
    _refuse_off(service)
    if service.kind == "celery":
        return _with(service, _worker_answer(service, code))
    if "connection" in service.table:
        return _with(service, _connection_answer(service))
    from integrity.checks.services.asking import answer_at  # noqa: PLC0415 - only who asks pays for it

    address = address_in(service, code)
    if service.kind == "tcp":
        address = address._replace(kind="tcp")
    path = str(service.table.get("path", ""))
    answer = answer_at(address, service.timeout_s, path=path, is_patient=service.policy == "required")
    return _with(service, answer, f"{address}{path}")


def _asked_for_migrations(service: Service) -> Asked:
    from integrity.checks.services.migrated import migrations_answer  # noqa: PLC0415 - only who asks pays for it

    _refuse_off(service)
    return _with(service, migrations_answer(service))


def _worker_answer(service: Service, code: str) -> Answer:
    from integrity.checks.services.answer import answer_of  # noqa: PLC0415 - only who asks pays for it
    from integrity.checks.services.asking import ask_workers  # noqa: PLC0415
    from integrity.checks.targets import live  # noqa: PLC0415

    if "app" not in service.table:
        raise CannotExamine(
            service.finding(code, f"{service.name} does not say which app it is.", 'Add app = "…:app".')
        )
    app = live(service.table["app"], service.unit)
    return answer_of(partial(ask_workers, app), service.timeout_s, is_patient=service.policy == "required")


def _connection_answer(service: Service) -> Answer:
    from integrity.checks.adapters.databases import asked, by_name  # noqa: PLC0415 - only who asks pays for it
    from integrity.checks.services.answer import answer_of, one_line  # noqa: PLC0415

    opener = by_name(str(service.table["connection"]), service.unit)
    version_of = service.kind if "min-version" in service.table else ""
    ask = partial(asked, opener, one_line, version_of)
    return answer_of(lambda _: ask(), service.timeout_s, is_patient=service.policy == "required")


def _with(service: Service, answer: Answer, shown: str = "") -> Asked:
    if answer.reason == "absent" and service.policy == "optional":
        raise NotHere(f"{service.name} is optional here, and {answer.trouble}")
    source = service.variable if shown else ""
    return Asked(service.name, shown, source, answer, service.table, service.places)


def _refuse_off(service: Service) -> None:
    if service.policy == "off":
        raise NotHere(f"{service.name} is off here, by its policy")
