"""RabbitMQ: a vhost and a user for each unit, made over the management API, or by `rabbitmqctl` where there is none."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from integrity.backing.server import Account, Endpoint, Server, service_fault
from integrity.backing.tenants.recipe import CLOSING_S, failure_of, password, shortened
from integrity.backing.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from integrity.errors import UnitFault

MANAGEMENT_PORT = 15672

_NAME_BYTES = 120
_CALL_S = 10.0
_PAUSE_S = 0.1
# The password is made in the container and goes by stdin: command lines are shown to everybody on the engine's machine.
_ADD_USER = """
secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')
said=$(printf %s "$secret" | rabbitmqctl --quiet add_user "$0" 2>&1) || { echo "$said"; exit 1; }
printf %s "$secret"
"""


class _RefusedError(Exception):
    """The server said no; in its words."""


_PROBLEMS = (_RefusedError, OSError, http.client.HTTPException)


class RabbitmqRecipe:
    """Vhost and user have the same name. A given server that can't be administered is shared as it is."""

    async def open(self, server: Server, name: str, init: Sequence[Path], *, alone: bool) -> Account:  # noqa: ARG002 - there is no SQL
        """As in Recipe; an `alone` user is an administrator."""
        if _is_shared_as_it_is(server):
            return server.admin
        name = shortened(name, _NAME_BYTES)
        account = Account(user=name, password=password(), database=name)
        try:
            async with asyncio.timeout(server.spec.timeout_s):
                if not _has_api(server):
                    return await _opened_by_command(server, name, alone=alone)
                await _open_over_http(server, account, alone=alone)
        except BaseException as problem:
            await self.close(server, account)
            if isinstance(problem, _PROBLEMS):
                raise await _fault(server, problem) from problem
            raise
        return account

    async def close(self, server: Server, account: Account) -> None:
        """As in Recipe; the connections of the user end with it."""
        if account == server.admin:
            return
        with contextlib.suppress(*_PROBLEMS):
            async with asyncio.timeout(CLOSING_S):
                await (_close_over_http if _has_api(server) else _close_by_command)(server, account.user)


async def administers(endpoint: Endpoint, account: Account) -> bool:
    """Whether a management API answers there that lets this account make users."""
    with contextlib.suppress(*_PROBLEMS, ValueError):
        async with asyncio.timeout(CLOSING_S):
            who = json.loads(await _call(endpoint, account, "GET", "whoami"))
            return "administrator" in str(who.get("tags", ""))
    return False


def _is_shared_as_it_is(server: Server) -> bool:
    return server.spec.external is not None and not _has_api(server)


def _has_api(server: Server) -> bool:
    return MANAGEMENT_PORT in server.endpoint.ports


async def _open_over_http(server: Server, account: Account, *, alone: bool) -> None:
    name = quote(account.user, safe="")
    user = {"password": account.password, "tags": "administrator" if alone else ""}
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    await _told(server, f"vhosts/{name}", {})
    await _told(server, f"users/{name}", user)
    await _told(server, f"permissions/{name}/{name}", everything)


async def _told(server: Server, path: str, content: Mapping[str, str]) -> None:
    """PUT, and again while nobody listens: the API comes up a little later than AMQP. The caller sets the limit."""
    while True:
        try:
            await _call(server.endpoint, server.admin, "PUT", path, content)
        except (OSError, http.client.HTTPException):
            if await failure_of(server):
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return


async def _close_over_http(server: Server, name: str) -> None:
    for path in (f"users/{quote(name, safe='')}", f"vhosts/{quote(name, safe='')}"):
        await _call(server.endpoint, server.admin, "DELETE", path)


async def _opened_by_command(server: Server, name: str, *, alone: bool) -> Account:
    await _control(server, "add_vhost", name)
    secret = await _answer(server, ("sh", "-c", _ADD_USER, name))
    await _control(server, "set_permissions", "-p", name, name, ".*", ".*", ".*")
    if alone:
        await _control(server, "set_user_tags", name, "administrator")
    return Account(user=name, password=secret, database=name)


async def _close_by_command(server: Server, name: str) -> None:
    await asyncio.gather(_control(server, "delete_user", name), _control(server, "delete_vhost", name))


async def _control(server: Server, *arguments: str) -> None:
    await _answer(server, ("rabbitmqctl", *arguments))


async def _answer(server: Server, command: tuple[str, ...]) -> str:
    status, output = await server.run(command)
    if status:
        raise _RefusedError(f"{' '.join(command[:2])} ended with status {status}: {' '.join(output.split())}")
    return output


async def _call(
    endpoint: Endpoint, account: Account, method: str, path: str, content: Mapping[str, str] | None = None
) -> str:
    """The answer's text. Raises _RefusedError for a status that is no success, and OSError."""
    credentials = base64.b64encode(f"{account.user}:{account.password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def call() -> str:
        connection = http.client.HTTPConnection(endpoint.host, endpoint.ports[MANAGEMENT_PORT], timeout=_CALL_S)
        with contextlib.closing(connection):
            body = None if content is None else json.dumps(content)
            connection.request(method, f"/api/{path}", body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        is_gone_already = method == "DELETE" and answer.status == http.client.NOT_FOUND
        if answer.status >= http.client.BAD_REQUEST and not is_gone_already:
            raise _RefusedError(f"{method} /api/{path} answered {answer.status} {answer.reason}: {text[:200]}")
        return text

    return await in_thread(call)


async def _fault(server: Server, problem: Exception) -> UnitFault:
    message = "rabbitmq could not make a vhost for the unit"
    if failure := await failure_of(server):
        return service_fault(f"{message}: it {failure}", hint="Its log says why.")
    return service_fault(f"{message}: {problem if problem.args else 'no answer in time'}")
