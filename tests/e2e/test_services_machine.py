"""What a machine does to a run: its disk is full, its clock jumps, its user is nobody special."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from tests.e2e.serviced import POSTGRES, QUICK, TALK, servers_of, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

ORDINARY = 65534  # nobody, who has an entry: initdb refuses to work for those who have none
DAY_S = 86_400
BOTH = 'needs = ["postgres", "redis"]'
EMBEDDED = ("--services", "embedded")
USES_BOTH = TALK + (
    "import psycopg\ndef test_both():\n    assert redis('PING') == '+PONG'\n"
    "    with psycopg.connect(os.environ['DATABASE_URL']) as connection: connection.execute('create table x ()')\n"
)
SLOW = '[tool.integrity.serve]\ncommand = "python slow.py {port}"\nready = { http = "/" }\nenv-var = "OWN_URL"\ntimeout = 30\n'
SLOW_START = (
    "import http.server, pathlib, sys, time\npathlib.Path('starting').touch()\nbegin = time.monotonic()\n"
    "while not pathlib.Path('go').exists() and time.monotonic() < begin + 20: time.sleep(0.01)\ntime.sleep(0.5)\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
)
SMALL_DISKS = "mount --bind {repo} /mnt && for place in /dev/shm /tmp /var/tmp; do mount -t tmpfs -o size={size} tmpfs $place; done"


def small_disks(repo, size):
    """What has to be before a command, so that wherever servers' data can go there is only so much room."""
    script = f'{SMALL_DISKS.format(repo=repo, size=size)} && cd /mnt && exec "$@"'
    prefix = ["unshare", "--mount", "sh", "-c", script, "sh"]
    tried = subprocess.run([*prefix, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"file systems can't be mounted here: {tried.stderr.strip()}")
    return prefix


@pytest.mark.parametrize("size", ["24m", "48m"], ids=["initdb", "second server"])
def test_disk_of_the_data_is_full(serviced_at, tmp_path, size):
    """The unit that needs the room is an error that says how much and where; the others run."""
    serviced = serviced_at(tmp_path / "repo", state="empty")
    serviced.before = small_disks(serviced.root, size)
    serviced.add(
        unit("one", QUICK, 'needs = ["postgres"]'),
        unit("own", QUICK, '[tool.integrity.needs]\npostgres = { isolation = "server" }'),
        unit("two", QUICK, 'needs = ["redis"]'),
        unit("three", QUICK),
    )

    done = serviced.run("run", *EMBEDDED)

    outcomes = serviced.outcomes()
    failed = [name for name, outcome in outcomes.items() if outcome == "error/service"]
    assert done.returncode == 3
    assert (outcomes["two"], outcomes["three"]) == ("passed", "passed")
    assert len(failed) == (2 if size == "24m" else 1), outcomes
    for name in failed:
        assert "100 MB" in serviced.error(name)["hint"], serviced.error(name)


# libfaketime 0.9.10 spoils the call behind time.sleep even where it leaves that clock alone.
SLEEPS_OTHERWISE = (
    "import runpy, select, sys, time\ntime.sleep = lambda seconds: select.select([], [], [], max(0, seconds))\n"
    "sys.argv = ['integrity', *sys.argv[4:]]\nrunpy.run_module('integrity', run_name='__main__')\n"
)


def libfaketime():
    """The library that fakes a process's clock."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed: apt-get install libfaketime")
    return str(found[0])


@pytest.mark.parametrize("jump", ["+1d", "-1d"])
def test_clock_jumps_while_services_start(serviced, tmp_path, jump):
    """Deadlines are measured by a clock that does not jump: a day more or less changes no outcome."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    serviced.before = [sys.executable, "-c", SLEEPS_OTHERWISE]
    serviced.add(unit("one", USES_BOTH, BOTH + "\n" + SLOW, POSTGRES, **{"slow.py": SLOW_START}), unit("two", QUICK))
    faking = dict.fromkeys(
        ("FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"), "1"
    )
    faking |= {"LD_PRELOAD": libfaketime(), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    process = serviced.start("run", *EMBEDDED, **faking)
    wait_for(serviced.file("one", "starting").exists)

    clock.write_text(jump)
    serviced.let_go("one")
    process.communicate(timeout=60)
    for path in Path("/dev/shm").glob(f"*faketime_*_{process.pid}"):
        path.unlink()  # the library does not always

    times = [json.loads(line)["ts"] for line in serviced.journal().splitlines()]
    assert abs(times[-1] - times[0]) > DAY_S / 2
    assert serviced.outcomes() == {"one": "passed", "two": "passed"}


AS_ORDINARY = ("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups", "sh", "-c")
PATHS = os.pathsep.join([sysconfig.get_path("purelib"), str(Path(__file__).parents[2])])


def python_for_all():
    """A Python of this version that an ordinary user may run, with what the command needs, as PYTHONPATH has it."""
    said = ""
    for python in (sys.executable, f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"):
        tried = subprocess.run(
            [
                *AS_ORDINARY,
                'exec "$0" -c "$1"',
                python,
                "import integrity.cli, psycopg, docker, msgspec, uv; uv.find_uv_bin()",
            ],
            cwd="/",
            env={"PATH": os.defpath, "PYTHONPATH": PATHS},
            capture_output=True,
            text=True,
        )
        if tried.returncode == 0:
            return python
        said = tried.stderr.strip()[-200:]
    pytest.skip(f"an ordinary user can't run this environment's Python: {said}")


@pytest.fixture
def ordinary(serviced_at):
    """A monorepo of an ordinary user, who runs the command."""
    if os.geteuid() != 0:
        pytest.skip("the user of these tests is ordinary already, and all of them show this")
    python = python_for_all()
    with tempfile.TemporaryDirectory(
        prefix="ordinary-"
    ) as folder:  # the folder of the running test is closed to others
        Path(folder).chmod(0o755)
        serviced = serviced_at(Path(folder) / "repo", state="empty")
        serviced.before = [*AS_ORDINARY, f'shift; exec {python} "$@"', "sh"]
        yield serviced
        serviced.end()


def owned(serviced):
    for path in (serviced.root.parent, *serviced.root.parent.rglob("*")):
        os.chown(path, ORDINARY, ORDINARY)


def test_ordinary_user_has_embedded_servers(ordinary):
    """They run as that user itself, and end with the run."""
    ordinary.add(unit("one", USES_BOTH + "def test_holds(): hold()\n", BOTH, POSTGRES))
    owned(ordinary)
    process = ordinary.start("run", *EMBEDDED, HOME=str(ordinary.root.parent), PYTHONPATH=PATHS)
    ordinary.wait_until_held("one")

    users = {
        Path(f"/proc/{pid}").stat().st_uid
        for name in ("postgres", "valkey-server")
        for pid in servers_of(ordinary, name)
    }
    ordinary.let_go("one")
    stdout, _ = process.communicate(timeout=60)

    assert process.returncode == 0, stdout.decode()
    assert users == {ORDINARY}


def test_socket_that_the_user_may_not_use(ordinary):
    """It is told how to be let in; who needs no container runs."""
    ordinary.add(unit("one", QUICK, web("integrity-test/http:1")), unit("two", QUICK))
    owned(ordinary)
    closed = ordinary.root.parent / "closed"
    closed.mkdir(mode=0o700)

    done = ordinary.run(
        "run",
        "--services",
        "docker",
        HOME=str(ordinary.root.parent),
        PYTHONPATH=PATHS,
        DOCKER_HOST=f"unix://{closed}/e.sock",
    )

    assert done.returncode == 3, done.stdout
    assert ordinary.outcomes() == {"one": "error/service", "two": "passed"}
    assert "Permission denied" in ordinary.error("one")["message"]
    assert "usermod -aG docker" in ordinary.error("one")["hint"]
