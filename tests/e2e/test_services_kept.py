"""Services that are left on purpose: there after the command, shown with how to connect, ended on request and by `clean`."""

from __future__ import annotations

import json
import re
import signal
import socket
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.e2e.command import report_of
from tests.e2e.serviced import POSTGRES, QUICK, TALK, servers_of, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

BOTH = 'needs = ["postgres", "redis"]'
WRITES = TALK + (
    "import psycopg\ndef test_writes():\n    assert redis('SET', 'left', 'behind') == '+OK'\n"
    "    with psycopg.connect(os.environ['DATABASE_URL']) as connection: connection.execute('create table left_behind ()')\n"
)
FAILS_ONCE = TALK + (
    "def test_second_time():\n    redis('SET', 'attempt', '1')\n"
    "    was_there = pathlib.Path('seen').exists(); pathlib.Path('seen').touch(); assert was_there\n"
)
EMBEDDED = ("--services", "embedded")


def leases(serviced):
    """Unit and name of each lease that `ps` shows → what it says of it."""
    told = json.loads(serviced.run("services", "ps", "--format", "json").stdout)
    return {(each["unit"], each["name"]): each for each in told["services"]}


def redis(url, *words):
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
        connection.sendall(f"{' '.join(words)}\r\n".encode())
        return connection.recv(4096).decode()


def is_gone(serviced):
    """Nothing of the services is left, nor what was known about them."""
    return serviced.left() == [] and list((serviced.root / ".integrity/services").glob("*")) == []


def test_run_that_keeps_its_services(serviced):
    """Data of the tests can be looked at after the run; `down` ends servers, folders, logs and records."""
    serviced.add(unit("one", WRITES, BOTH, POSTGRES), unit("two", QUICK, 'needs = ["postgres"]'))

    done = serviced.run("run", "--keep", *EMBEDDED)

    kept = leases(serviced)
    assert done.returncode == 0, done.stdout
    assert "services ps" in done.stderr
    assert set(kept) == {("one", "postgres"), ("one", "redis"), ("two", "postgres")}
    assert all(each["running"] for each in kept.values())
    assert "behind" in redis(kept["one", "redis"]["variables"]["REDIS_URL"], "GET", "left")
    with psycopg.connect(kept["one", "postgres"]["variables"]["DATABASE_URL"]) as connection:
        connection.execute("select * from left_behind")
    assert list((serviced.root / ".integrity/scratch").iterdir()) == []

    ended = serviced.run("services", "down")

    assert ended.returncode == 0, ended.stderr
    assert leases(serviced) == {}
    assert is_gone(serviced), serviced.left()


def test_server_of_two_units_ends_with_the_last(serviced):
    """`down` of one unit leaves what the other still has."""
    table = 'needs = ["postgres"]'
    serviced.add(unit("one", QUICK, table), unit("two", QUICK, table))
    serviced.run("services", "up", *EMBEDDED)

    serviced.run("services", "down", "one")

    kept = leases(serviced)
    assert set(kept) == {("two", "postgres")}
    psycopg.connect(kept["two", "postgres"]["variables"]["DATABASE_URL"]).close()
    serviced.run("services", "down", "two")
    assert is_gone(serviced), serviced.left()


def test_services_come_up_for_a_shell_and_only_once(serviced):
    """`up` prints lines for a shell; a second `up` names the same servers."""
    serviced.add(unit("one", QUICK, BOTH))

    first, second = (serviced.run("services", "up", "one", *EMBEDDED) for _ in range(2))

    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    url = re.search(r"^export REDIS_URL=(\S+)$", first.stdout, re.MULTILINE).group(1)
    assert redis(url, "PING") == "+PONG\r\n"
    assert len(servers_of(serviced, "valkey-server")) == 1
    serviced.run("services", "down")
    assert is_gone(serviced), serviced.left()


def test_run_beside_services_that_are_up(serviced):
    """A run takes its own servers, and leaves those alone."""
    serviced.add(unit("one", WRITES, BOTH, POSTGRES))
    serviced.run("services", "up", *EMBEDDED)

    done = serviced.run("run", *EMBEDDED)

    kept = leases(serviced)
    assert done.returncode == 0, done.stdout
    assert redis(kept["one", "redis"]["variables"]["REDIS_URL"], "DBSIZE") == ":0\r\n"
    assert all(each["running"] for each in kept.values())


def test_clean_ends_services_first(serviced):
    """Nobody would find them afterwards; a dry run says so and ends nothing."""
    serviced.add(unit("one", QUICK, BOTH))
    serviced.run("services", "up", *EMBEDDED)

    planned = serviced.run("clean", "--dry-run")
    alive = servers_of(serviced, "valkey-server")
    cleaned = serviced.run("clean")

    assert "would end one  redis" in planned.stdout
    assert alive
    assert cleaned.returncode == 0, cleaned.stderr
    assert "one  redis  ended" in cleaned.stdout
    assert serviced.left() == []
    assert not (serviced.root / ".integrity").exists()


def test_all_that_is_kept_can_be_found(serviced):
    """Also what a unit had whose tests never began; `down` ends it."""
    serviced.add(unit("one", QUICK, 'needs = ["postgres", "redis", "rabbitmq"]'), unit("two", QUICK))

    serviced.run("run", "--keep", *EMBEDDED)
    serviced.run("services", "down")

    assert serviced.outcomes() == {"one": "error/service", "two": "passed"}
    assert is_gone(serviced), serviced.left()


def test_kept_are_the_services_of_the_last_attempt(serviced):
    """The first attempt's server is not left beside the second's."""
    serviced.add(unit("one", FAILS_ONCE, 'needs = ["redis"]'))

    serviced.run("run", "--keep", "--retries", "1", *EMBEDDED)

    assert report_of(serviced.root)["units"][0]["flaky"] is True
    assert len(servers_of(serviced, "valkey-server")) == 1
    assert [each["running"] for each in leases(serviced).values()] == [True]


def test_up_that_fails_leaves_nothing(serviced):
    """When one service can't be had, the others that were started for this are ended, and the words say why."""
    serviced.add(unit("one", QUICK, 'needs = ["redis", "rabbitmq"]'))

    done = serviced.run("services", "up", *EMBEDDED)

    assert done.returncode == 3
    assert "there is no embedded rabbitmq" in done.stderr
    assert is_gone(serviced), serviced.left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_up_that_is_stopped_leaves_nothing(serviced, number):
    """Servers that were only starting are nobody's."""
    serviced.add(unit("one", QUICK, BOTH))
    process = serviced.start("services", "up", *EMBEDDED)
    wait_for(lambda: servers_of(serviced, "postgres"))

    process.send_signal(number)
    process.communicate(timeout=15)

    assert process.returncode in {130, -number}
    serviced.wait_until_gone()
    assert is_gone(serviced)


@pytest.mark.docker
def test_containers_are_kept_and_ended(contained):
    """The same with containers, which are labelled as kept and not swept by the next run."""
    contained.add(unit("one", QUICK, web("integrity-test/http:1")))

    contained.run("run", "--keep", "--services", "docker")
    contained.run("run", "--services", "docker")

    assert len(contained.left_in_engine()) == 1
    assert leases(contained)["one", "web"]["running"] is True
    assert contained.run("clean").returncode == 0
    wait_for(lambda: contained.left_in_engine() == [], 5)


@pytest.mark.docker
def test_services_whose_engine_is_away_are_not_forgotten(contained):
    """`down` and `clean` say that they can't be ended, and what is known about them stays."""
    contained.add(unit("one", QUICK, web("integrity-test/http:1") + '[tool.integrity.needs.redis]\nkind = "redis"\n'))
    contained.run("services", "up", "--services", "docker")
    records = list((contained.root / ".integrity/services").glob("*.json"))
    there = [path.read_text() for path in records]
    for path in records:
        path.write_text(re.sub(r'"engine":"[^"]*"', '"engine":"unix:///nowhere/e.sock"', path.read_text()))

    assert contained.run("services", "ps").stdout.count("unknown: its engine does not answer") == 2
    for command in (["services", "down"], ["clean"]):
        refused = contained.run(*command)
        assert refused.returncode == 3
        assert "can't be ended" in refused.stderr
        assert all(path.exists() for path in records)

    for path, text in zip(records, there, strict=True):
        path.write_text(text)
    assert contained.run("services", "down").returncode == 0
    assert contained.left_in_engine() == []
