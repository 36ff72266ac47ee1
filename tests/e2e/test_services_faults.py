"""Servers that don't come, or go while they are needed: an error that says what to do, for the units that need them alone."""

from __future__ import annotations

import contextlib
import os
import signal

import docker
import pytest

from tests.e2e.command import report_of
from tests.e2e.registries import refusing
from tests.e2e.serviced import HOLDS, POSTGRES, QUICK, TALK, servers_of, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

WAITS_FOR_THE_END = TALK + (
    "def test_until_it_is_gone():\n    get(os.environ['WEB_URL'])\n    def is_gone():\n"
    "        try: get(os.environ['WEB_URL'])\n        except OSError: return True\n    wait_for(is_gone)\n"
)
SHUTS_DOWN_ONCE = TALK + (
    "def test_ends_its_server_once():\n    assert redis('PING') == '+PONG'\n    if not pathlib.Path('started').exists():\n"
    "        pathlib.Path('started').touch()\n        redis('SHUTDOWN', 'NOSAVE')\n"
)
HOLDS_ONCE = TALK + (
    "import psycopg\ndef test_holds_once():\n    if not pathlib.Path('go').exists(): hold()\n"
    "    with psycopg.connect(os.environ['DATABASE_URL']) as connection: connection.execute('select 1')\n"
    "    pathlib.Path('port').write_text(os.environ['PGPORT'])\n"
)


def log_of(serviced, unit, name):
    """What a server logged, as it stands beside the unit's results."""
    return (serviced.root / f"integrity-results/units/{unit}/services/{name}.log").read_text()


@pytest.mark.docker
def test_each_fault_at_the_start_is_told_and_its_units_own(contained):
    """Ended, out of memory, never ready, not there, refused, limited: each has its words and its hint; the others run."""
    limited = refusing(429, "TOOMANYREQUESTS", "You have reached your pull rate limit.")
    denied = refusing(401, "UNAUTHORIZED", "authentication required")
    with limited as limiting, denied as denying:
        contained.add(
            unit("ends", QUICK, web("integrity-test/exits:1")),
            unit("grows", QUICK, web("integrity-test/eats-memory:1", more='memory = "16m"')),
            unit("sleeps", QUICK, web("integrity-test/never-ready:1", more="timeout = 2")),
            unit("absent", QUICK, web("integrity-test/absent:1", more='pull = "never"')),
            unit("refused", QUICK, web("127.0.0.1:1/absent:1")),
            unit("limited", QUICK, web(f"{limiting}/absent:1")),
            unit("denied", QUICK, web(f"{denying}/absent:1")),
            unit("good", QUICK, web("integrity-test/http:1")),
            unit("plain", QUICK),
        )
        done = contained.run("run", "--services", "docker", "--jobs", "2")

    outcomes = contained.outcomes()
    assert done.returncode == 3, done.stdout
    assert {name for name, outcome in outcomes.items() if outcome == "passed"} == {"good", "plain"}
    assert {outcome for outcome in outcomes.values() if outcome != "passed"} == {"error/service"}
    for name, words, hint in (
        ("ends", "exited with code 3", "log lines"),
        ("grows", "out of memory (limit 16m)", "log lines"),
        ("sleeps", "not ready within 2 s", "`timeout`"),
        ("absent", "is not there", "docker pull"),
        ("refused", "can't be reached", "network"),
        ("limited", "rate limit", "image-prefix"),
        ("denied", "needs a login", "docker login"),
    ):
        error = contained.error(name)
        assert words in error["message"], error
        assert hint in error["hint"], error
    assert "the setting LEVEL is missing" in contained.error("ends")["detail"]


@pytest.mark.docker
def test_container_that_breaks_down_during_the_tests(contained):
    """Tests that passed count for nothing then; exit code and log say why, and the neighbour doesn't notice."""
    contained.add(
        unit("one", WAITS_FOR_THE_END, web("integrity-test/dies:1", more='environment = { LIFETIME = "4" }')),
        unit("two", QUICK, web("integrity-test/http:1")),
    )

    done = contained.run("run", "--services", "docker")

    assert done.returncode == 3
    assert contained.outcomes() == {"one": "error/service", "two": "passed"}
    assert "web did not live through the tests: exited with code 7" in contained.error("one")["message"]
    assert "fatal: lost my data" in contained.error("one")["detail"]
    assert "fatal: lost my data" in log_of(contained, "one", "web")


@pytest.mark.docker
def test_container_that_is_killed_during_the_tests(contained):
    """A kill from outside is no verdict on the unit's tests."""
    contained.add(unit("one", HOLDS, 'needs = ["redis:7"]'))
    process = contained.start("run", "--services", "docker")
    contained.wait_until_held("one")

    with contextlib.closing(docker.APIClient(base_url=contained.engine)) as client:
        client.kill(contained.left_in_engine()[0])
    contained.let_go("one")
    process.communicate(timeout=60)

    assert contained.outcomes() == {"one": "error/service"}
    assert "exited with code 137" in contained.error("one")["message"]


def test_embedded_server_that_is_killed_during_the_tests(serviced):
    """How it ended is told, with the place of its log; who has another server doesn't notice."""
    serviced.add(unit("one", HOLDS, 'needs = ["postgres", "redis"]'), unit("two", QUICK, 'needs = ["redis"]'))
    process = serviced.start("run", "--services", "embedded")
    serviced.wait_until_held("one")

    os.kill(min(servers_of(serviced, "postgres")), signal.SIGKILL)
    serviced.let_go("one")
    process.communicate(timeout=60)

    assert serviced.outcomes() == {"one": "error/service", "two": "passed"}
    error = serviced.error("one")
    assert "postgres did not live through the tests: was ended by SIGKILL" in error["message"]
    assert "services/postgres.log" in error["hint"]


def test_unit_that_ended_its_own_server_gets_another_for_its_retry(serviced):
    """The second attempt starts with a new server: passed, and flaky."""
    serviced.add(unit("one", SHUTS_DOWN_ONCE, 'needs = ["redis"]'))

    done = serviced.run("run", "--services", "embedded", "--retries", "1")

    told = report_of(serviced.root)["units"][0]
    assert done.returncode == 0, done.stdout
    assert (told["outcome"], told["flaky"], told["attempts"]) == ("passed", True, 2)
    assert "redis did not live through the tests" in serviced.journal()


def test_shared_server_that_died_is_replaced_for_the_retry(serviced):
    """Both units that had it are tried again, on one new server."""
    table = 'needs = ["postgres"]'
    serviced.add(unit("one", HOLDS_ONCE, table, POSTGRES), unit("two", HOLDS_ONCE, table, POSTGRES))
    process = serviced.start("run", "--services", "embedded", "--retries", "1", "--jobs", "2")
    serviced.wait_until_held("one", "two")

    os.kill(min(servers_of(serviced, "postgres")), signal.SIGKILL)
    serviced.let_go("one", "two")
    process.communicate(timeout=60)
    seen = {(serviced.file(name, "port")).read_text() for name in ("one", "two")}

    assert [(each["outcome"], each["flaky"]) for each in report_of(serviced.root)["units"]] == [("passed", True)] * 2
    assert len(seen) == 1


def test_shared_server_that_died_costs_only_who_used_it(serviced):
    """Units that still waited for their slot have another one for their tests, without any retry."""
    table = 'needs = ["postgres"]'
    connects = HOLDS_ONCE.replace("if not pathlib.Path('go').exists(): hold()", "pass")
    serviced.add(unit("one", HOLDS, table), *(unit(f"two{number}", connects, table, POSTGRES) for number in range(3)))
    process = serviced.start("run", "--services", "embedded", "--jobs", "1")
    serviced.wait_until_held("one")
    wait_for(lambda: serviced.journal().count('"service-ready"') == 4)

    os.kill(min(servers_of(serviced, "postgres")), signal.SIGKILL)
    serviced.let_go("one")
    process.communicate(timeout=60)

    assert serviced.outcomes() == {"one": "error/service", "two0": "passed", "two1": "passed", "two2": "passed"}
    assert len(report_of(serviced.root)["units"][1]["services"]) == 1


def test_served_process_that_is_killed_during_the_tests(serviced):
    """What a unit serves itself is looked at as any other server; its output stands beside the results."""
    served = (
        '[tool.integrity.serve]\ncommand = "python -u -m http.server --bind 127.0.0.1 {port}"\nready = { http = "/" }\n'
        'env-var = "OWN_URL"\n'
    )
    serviced.add(unit("one", HOLDS, served), unit("two", QUICK))
    process = serviced.start("run")
    serviced.wait_until_held("one")
    server = next(int(each.split()[1]) for each in serviced.left() if "http.server" in each)

    os.kill(server, signal.SIGKILL)
    serviced.let_go("one")
    process.communicate(timeout=60)

    assert serviced.outcomes() == {"one": "error/service", "two": "passed"}
    assert "serve did not live through the tests: " in serviced.error("one")["message"]
    assert "GET / HTTP" in log_of(serviced, "one", "serve")
