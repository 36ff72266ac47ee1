"""Tenants of a real RabbitMQ, over its API and by command."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import pytest

from integrity.backing.ready import wait_until_ready
from integrity.backing.server import Account, Endpoint
from integrity.backing.tenants import RECIPES
from integrity.backing.tenants.rabbitmq import MANAGEMENT_PORT, administers
from integrity.errors import UnitFault
from tests.backing import servers

pytestmark = pytest.mark.docker
RECIPE = RECIPES["rabbitmq"]
ADMIN = Account(user="admin", password="s3c:ret", database="/")
ENVIRONMENT = {"RABBITMQ_DEFAULT_USER": ADMIN.user, "RABBITMQ_DEFAULT_PASS": ADMIN.password}
OPEN_OK, CLOSE = (10, 41), (10, 50)


@pytest.fixture(scope="module")
def managed(engine):
    """A running RabbitMQ with its management API."""
    spec = servers.spec_of("rabbitmq", image="rabbitmq:3-management")
    ports = (MANAGEMENT_PORT,)
    with servers.container(engine, spec, ADMIN, environment=ENVIRONMENT, more_ports=ports) as server:
        asyncio.run(wait_until_ready(server, spec.kind.ready, 100))
        yield server


@pytest.fixture
def plain(managed):
    """The same server, without a port for its management API."""
    endpoint = Endpoint(host=managed.endpoint.host, port=managed.endpoint.port)
    return servers.RunningServer(spec=managed.spec, endpoint=endpoint, admin=ADMIN, container=managed.container)


def opened(server, name, *, alone=False):
    return asyncio.run(RECIPE.open(server, name, (), alone=alone))


def closed(server, account):
    asyncio.run(RECIPE.close(server, account))


@contextlib.contextmanager
def tenant(server, name, *, alone=False):
    account = opened(server, name, alone=alone)
    try:
        yield account
    finally:
        closed(server, account)


def login(server, account, vhost=None):
    """A connection in which the vhost was opened; raises ConnectionError with the server's reason otherwise."""
    connection = socket.create_connection((server.endpoint.host, server.endpoint.port), timeout=10)
    try:
        open_vhost(connection, account, vhost or account.database)
    except BaseException:
        connection.close()
        raise
    return connection


def open_vhost(connection, account, vhost):
    connection.sendall(b"AMQP\x00\x00\x09\x01")
    method(connection)
    response = f"\0{account.user}\0{account.password}".encode()
    answer = short(b"PLAIN") + struct.pack(">I", len(response)) + response + short(b"en_US")
    send(connection, (10, 11), struct.pack(">I", 0) + answer)
    _, limits = method(connection)
    send(connection, (10, 31), limits)
    send(connection, (10, 40), short(vhost.encode()) + short(b"") + b"\0")
    found, payload = method(connection)
    if found != OPEN_OK:
        raise ConnectionError(payload[3 : 3 + payload[2]].decode())


def short(text):
    return bytes([len(text)]) + text


def send(connection, number, payload):
    body = struct.pack(">HH", *number) + payload
    connection.sendall(struct.pack(">BHI", 1, 0, len(body)) + body + b"\xce")


def method(connection):
    """The next method frame: its number and payload."""
    _, _, size = struct.unpack(">BHI", exactly(connection, 7))
    body = exactly(connection, size + 1)[:-1]
    return struct.unpack(">HH", body[:4]), body[4:]


def exactly(connection, size):
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            raise ConnectionError("closed")
        data += more
    return data


def listed(server, what):
    status, output = asyncio.run(server.run(("rabbitmqctl", "--quiet", f"list_{what}")))
    assert status == 0
    return output


@pytest.mark.parametrize("way", ["managed", "plain"])
def test_units_have_vhosts_of_their_own(request, way):
    """Over the API and by command: each gets into its own vhost, not into its neighbour's, and all goes away."""
    server = request.getfixturevalue(way)
    first, second = opened(server, f"{way}_a"), opened(server, f"{way}_b")
    left = login(server, first)
    login(server, second).close()

    with pytest.raises(ConnectionError, match="access to vhost"):
        login(server, first, second.database)
    closed(server, first)

    left.settimeout(10)
    with contextlib.suppress(ConnectionError):
        assert method(left)[0] == CLOSE
    left.close()
    login(server, second).close()
    closed(server, second)
    assert f"{way}_" not in listed(server, "users") + listed(server, "vhosts")


@pytest.mark.parametrize("way", ["managed", "plain"])
def test_a_unit_that_is_alone_administers(request, way):
    """Its user has the tag, the others have none."""
    server = request.getfixturevalue(way)
    with tenant(server, f"{way}_alone", alone=True), tenant(server, f"{way}_shared"):
        users = dict(line.split("\t") for line in listed(server, "users").splitlines()[1:])

    assert users[f"{way}_alone"] == "[administrator]"
    assert users[f"{way}_shared"] == "[]"


def test_twenty_units_at_once(managed):
    """Twenty tenants are opened on one server at the same time."""

    async def all_of_them():
        accounts = await asyncio.gather(*(RECIPE.open(managed, f"many_{each}", (), alone=False) for each in range(20)))
        await asyncio.gather(*(RECIPE.close(managed, account) for account in accounts))
        return {account.database for account in accounts}

    assert len(asyncio.run(all_of_them())) == 20
    assert "many_" not in listed(managed, "vhosts")


def test_who_administers(managed):
    """The administrator does; a unit's user and a wrong password don't."""
    with tenant(managed, "nobody_special") as account:
        found = [
            asyncio.run(administers(managed.endpoint, who))
            for who in (ADMIN, account, Account(user="admin", password="x"))
        ]

    assert found == [True, False, False]


def test_a_given_server_without_an_api_is_shared_as_it_is(plain):
    """The unit gets the URL's own account, and closing leaves it alone."""
    plain.spec = servers.spec_of("rabbitmq", external="amqp://given")

    account = opened(plain, "unit")
    closed(plain, account)

    assert account == ADMIN
    login(plain, ADMIN).close()


@pytest.mark.parametrize("way", ["managed", "plain"])
def test_what_is_refused_is_a_fault_without_passwords(request, way):
    """A name that is taken with `rabbitmqctl`, a wrong password with the API."""
    server = request.getfixturevalue(way)
    if way == "plain":
        opened(server, "taken")
    if way == "managed":
        server = servers.RunningServer(
            spec=server.spec,
            endpoint=server.endpoint,
            admin=Account(user="admin", password="wr0ng"),
            container=server.container,
        )
    with pytest.raises(UnitFault, match="rabbitmq could not make a vhost for the unit: ") as raised:
        opened(server, "taken")

    assert raised.value.error.kind == "service"
    assert "wr0ng" not in raised.value.message


def test_a_server_that_is_gone_is_a_fault_and_closes_in_silence(engine):
    """Opening says that the server ended, instead of waiting for its API for ever."""
    spec = servers.spec_of("rabbitmq", image="rabbitmq:3-management")
    ports = (MANAGEMENT_PORT,)
    with servers.container(engine, spec, ADMIN, environment=ENVIRONMENT, more_ports=ports) as server:
        server.kill()
        with pytest.raises(UnitFault, match="rabbitmq could not make a vhost for the unit: it exited with code 137"):
            opened(server, "late")
        closed(server, Account(user="late", database="late"))
