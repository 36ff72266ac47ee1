"""Many units on one server, and several runs at once: nobody notices the others."""

from __future__ import annotations

import os
import signal

import pytest

from tests.e2e.serviced import HOLDS, POSTGRES, QUICK, TALK, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NEIGHBOURS = 16
BOTH = 'needs = ["postgres", "redis"]'
DATABASE = TALK + (
    "import psycopg\ndef connected(**more): return psycopg.connect(os.environ['DATABASE_URL'], autocommit=True, **more)\n"
)
SAME_NAMES = DATABASE + (
    "def test_own_table():\n    with connected() as connection:\n        connection.execute('create table items (name text)')\n"
    "        connection.execute('insert into items values (%s)', [os.environ['PGUSER']])\n"
    "        assert connection.execute('select * from items').fetchall() == [(os.environ['PGUSER'],)]\n"
    "def test_own_keys():\n    assert redis('DBSIZE') == ':0'\n    assert redis('SET', 'name', 'x') == '+OK'\n    assert redis('DBSIZE') == ':1'\n"
)
DROPS = DATABASE + (
    "def test_drops_its_database():\n    with connected() as connection: connection.execute('create database second')\n"
    "    with connected(dbname='second') as connection:\n"
    "        connection.execute('drop database \"%s\" with (force)' % os.environ['PGDATABASE'])\n"
    "def test_flushes_all(): assert redis('FLUSHALL') == '+OK'\n"
)
LEAVES_OPEN = DATABASE + "LEFT = []\ndef test_leaves_open(): LEFT.extend(connected() for _ in range(40))\n"
EXHAUSTS = DATABASE + (
    "import pytest\ndef test_exhausts():\n    held = []\n    with pytest.raises(psycopg.OperationalError, match='too many connections'):\n"
    "        while len(held) < 1000: held.append(connected())\n    assert held\n    hold()\n"
)
MEANWHILE = DATABASE + (
    "def test_meanwhile():\n    wait_for(pathlib.Path('../a_exhausts/started').exists)\n"
    "    held = [connected() for _ in range(20)]\n    pathlib.Path('../a_exhausts/go').touch()\n    assert len(held) == 20\n"
)


def test_twenty_units_on_one_postgres(serviced):
    """Same names, a dropped database, connections left open or exhausted, FLUSHALL: all pass, on one server."""
    serviced.add(
        unit("a_exhausts", EXHAUSTS, BOTH, POSTGRES),
        unit("b_meanwhile", MEANWHILE, BOTH, POSTGRES),
        unit("drops", DROPS, BOTH, POSTGRES),
        unit("leaves", LEAVES_OPEN, BOTH, POSTGRES),
        *(unit(f"same{number}", SAME_NAMES, BOTH, POSTGRES) for number in range(NEIGHBOURS)),
    )

    done = serviced.run("run", "--services", "embedded", "--jobs", "4")

    assert done.returncode == 0, done.stdout
    assert set(serviced.outcomes().values()) == {"passed"}
    assert len(serviced.outcomes()) == 20


KINDS = [
    pytest.param(("embedded", 'needs = ["redis"]'), id="embedded"),
    pytest.param(("docker", web("integrity-test/http:1")), id="docker", marks=pytest.mark.docker),
]


@pytest.fixture
def two(request, serviced_at, tmp_path):
    """Two worktrees with the same unit, whose tests hold; and how to run them."""
    provider, table = request.param
    engine = request.getfixturevalue("engine") if provider == "docker" else None
    trees = [serviced_at(tmp_path / name, engine=engine) for name in ("one", "other")]
    for tree in trees:
        tree.add(unit("held", HOLDS, table), unit("quick", QUICK, table))
    return *trees, ("run", "--services", provider)


@pytest.mark.parametrize("two", KINDS, indirect=True)
def test_runs_of_two_worktrees(two):
    """Neither the start of one, nor its end, nor its death takes anything from the other."""
    one, other, run = two
    first = one.start(*run)
    one.wait_until_held("held")

    assert other.run(*run, "quick").returncode == 0
    killed = other.start(*run)
    other.wait_until_held("held")
    killed.kill()
    killed.communicate()
    other.wait_until_gone()
    assert other.run(*run, "quick").returncode == 0

    one.let_go("held")
    first.communicate(timeout=60)
    assert one.outcomes() == {"held": "passed", "quick": "passed"}


@pytest.mark.parametrize("two", KINDS, indirect=True)
def test_runs_of_one_worktree(two):
    """With results of their own, two runs of the same units have their own servers."""
    one, _, run = two
    first = one.start(*run, "held")
    one.wait_until_held("held")
    servers = set(one.left())

    second = one.run(*run, "quick", "--results", "second")

    assert second.returncode == 0, second.stdout
    assert servers <= set(one.left())
    one.let_go("held")
    first.communicate(timeout=60)
    assert (one.outcomes(), one.outcomes("second")) == ({"held": "passed"}, {"quick": "passed"})


@pytest.mark.parametrize("two", KINDS, indirect=True)
def test_next_run_removes_what_a_dead_one_left(two):
    """Where the supervisor was killed too, the next run of any worktree removes it, and leaves alone who lives."""
    one, other, run = two
    alive, dead = one.start(*run, "held"), other.start(*run, "held")
    one.wait_until_held("held")
    other.wait_until_held("held")
    supervisors = [int(each.split()[1]) for each in other.left() if "system/supervisor.py" in each]

    os.kill(supervisors[0], signal.SIGKILL)
    dead.kill()
    dead.communicate()
    there = other.left()
    assert any("valkey-server" in each or "-web" in each or "integrity-" in each for each in there)
    other.let_go("held")
    assert one.run(*run, "quick", "--results", "second").returncode == 0

    wait_for(lambda: not [each for each in other.left() if "/scratch/" not in each], 5)
    assert other.run(*run, "quick").returncode == 0
    one.let_go("held")
    alive.communicate(timeout=60)
    assert one.outcomes() == {"held": "passed"}
