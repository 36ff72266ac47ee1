"""The URLs of given servers."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.backing.given import is_local, parsed
from integrity.backing.server import Account
from integrity.backing.templates import connection_values
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy
from integrity.settings.kinds import KINDS
from tests.backing import servers


@pytest.mark.parametrize(
    ("kind", "url", "host", "port", "account"),
    [
        ("postgres", "postgres://u:p@localhost/db", "localhost", 5432, Account(user="u", password="p", database="db")),
        (
            "postgres",
            "postgresql+asyncpg://u%40x:p%2F%3A@[::1]:1/d%20b",
            "::1",
            1,
            Account(user="u@x", password="p/:", database="d b"),
        ),
        ("postgres", "postgresql://localhost", "localhost", 5432, Account(database="postgres")),
        (
            "mysql",
            "mysql+pymysql://u:p@h:3307/db?charset=utf8",
            "h",
            3307,
            Account(user="u", password="p", database="db"),
        ),
        ("mariadb", "mariadb://h", "h", 3306, Account(user="root")),
        ("redis", "redis://h", "h", 6379, Account(database="0")),
        ("valkey", "redis://:p@h/3", "h", 6379, Account(password="p", database="3")),
        ("rabbitmq", "amqp://h", "h", 5672, Account(user="guest", password="guest", database="/")),
        ("rabbitmq", "amqp://u:p@h/%2f", "h", 5672, Account(user="u", password="p", database="/")),
        ("rabbitmq", "pyamqp://u:p@h/one", "h", 5672, Account(user="u", password="p", database="one")),
        ("nats", "nats://h:1", "h", 1, Account()),
        ("memcached", "h:1", "h", 1, Account()),
        ("memcached", "memcached://h", "h", 11211, Account()),
    ],
)
def test_urls_of_all_kinds_are_read(kind, url, host, port, account):
    """Percent-encoding, drivers in the scheme, addresses of IPv6, and what a URL may leave out."""
    found = parsed(KINDS[kind], url)

    assert (found.endpoint.host, found.endpoint.port, found.account) == (host, port, account)


def test_any_scheme_will_do_for_a_kind_of_ones_own():
    """Only what a probe of ours understands has to have its scheme."""
    kind = servers.other_kind(Ready(by=ReadyBy.HTTP, text="/"), port=9200)

    found = parsed(kind, "https+x://u:p@h/path?x=1")

    assert (found.endpoint.port, found.account.user, found.note) == (9200, "u", "")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)


@given(user=TEXT, password=TEXT, database=TEXT)
def test_what_templates_write_is_read_again(user, password, database):
    """A URL that was made of an account is that account."""
    account = Account(user=user, password=password, database=database)
    endpoint = parsed(KINDS["postgres"], "postgres://[::1]:77").endpoint

    found = parsed(KINDS["postgres"], str(connection_values(endpoint, account, url=KINDS["postgres"].url)["url"]))

    assert (found.endpoint, found.account) == (endpoint, account)


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        ("redis", "rediss://:s3cret@h", "asks for TLS (rediss://)"),
        ("rabbitmq", "amqps://u:s3cret@h", "asks for TLS (amqps://)"),
        ("redis", "postgres://u:s3cret@h/db", "starts with postgres://"),
        ("redis", "redis://:s3cret@h/db", "ends in no number"),
        ("postgres", "postgres:///db?host=/run", "names no host"),
        ("postgres", "postgres://u:s3cret#1@h/db", "names no host"),
        ("postgres", "postgres://u:s3cret@h:99999/db", "names no host"),
        ("postgres", "postgres://u:s3cret@[::1/db", "names no host"),
        ("postgres", "postgres://u:p@s3cret/1#x@h/db", "has an @ behind its host"),
        ("postgres", "127.0.0.1/s3cret", "starts with no scheme"),
        ("postgres", "", "names no host"),
    ],
)
def test_a_url_that_cannot_be_used_is_said_without_its_password(kind, url, words):
    """The fault has the kind and what is wrong, and a hint."""
    with pytest.raises(UnitFault) as raised:
        parsed(KINDS[kind], url)

    assert raised.value.message.startswith(f"the URL that is given for {kind} {words}")
    assert raised.value.hint
    assert "s3cret" not in repr(raised.value.error)


def test_parameters_that_units_do_not_get_are_noted():
    """Their names only."""
    assert "(sslmode, options)" in parsed(KINDS["postgres"], "postgres://h/db?sslmode=require&options=x").note


def test_what_is_local():
    """By name or address; the name of another machine isn't, whatever it resolves to."""
    local = ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.8.8", "::1", socket.gethostname()]
    remote = ["localhost.example.org", "10.0.0.1", "::2", "0.0.0.0", "db", "127.0.0.1.example.org"]

    assert [host for host in (*local, *remote) if is_local(host)] == local
