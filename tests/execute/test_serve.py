"""Processes that a unit serves: real ones, on loopback."""

import asyncio
import sys
from urllib.request import urlopen

import pytest

from integrity.errors import UnitFault
from integrity.execute.serve import Stage, start_served
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.model.need import Ready, ReadyBy, Serve
from integrity.model.secret import Masker
from tests.e2e.command import marked_processes
from tests.system.test_process import eventually

HTTP = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}")


@pytest.fixture
def stage(tmp_path, request):
    return Stage(
        unit="billing",
        directory=tmp_path,
        environment={"PATH": "/usr/bin:/bin"},
        logs=tmp_path / "logs",
        masker=Masker(["hunter2hunter2"]),
        mark=f"test-serve-{tmp_path.name}",
    )


def run(stage, serve, look=lambda served: None):
    async def main():
        served = await start_served(stage, serve)
        try:
            return await asyncio.to_thread(look, served)
        finally:
            await served.stop()

    return asyncio.run(main())


def test_process_is_ready_when_it_is_given(stage):
    """Its URL answers at once, and is the variable that was asked for."""
    serve = Serve(name="web", command=HTTP, ready=Ready(by=ReadyBy.HTTP, text="/"), variable="BILLING_URL")

    def look(served):
        with urlopen(served.variables["BILLING_URL"]) as answer:
            return answer.status

    assert run(stage, serve, look) == 200


def test_nothing_is_left_after_stop(stage):
    """The process and what it detached are gone."""
    detach = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'], start_new_session=True); import runpy; sys.argv = ['x', '--bind', '127.0.0.1', sys.argv[1]]; runpy.run_module('http.server', run_name='__main__')"
    serve = Serve(name="web", command=(sys.executable, "-c", detach, "{port}"))
    from integrity.system.descendants import become_subreaper

    become_subreaper()

    during = run(stage, serve, lambda served: len(marked_processes(f"{ATTEMPT_VARIABLE}={stage.mark}")))

    assert during == 2
    assert eventually(lambda: not marked_processes(f"{ATTEMPT_VARIABLE}={stage.mark}"))


def test_worker_without_a_port_is_ready_by_its_log(stage):
    """What listens nowhere is ready when it says so; secrets are masked in its log."""
    say = "import time; print('password is hunter2hunter2', flush=True); print('worker ready', flush=True); time.sleep(300)"
    serve = Serve(name="worker", command=(sys.executable, "-c", say), ready=Ready(by=ReadyBy.LOG, text="worker ready"))

    log = run(stage, serve, lambda served: asyncio.run(served.log()))

    assert b"worker ready" in log
    assert b"hunter2" not in log


def test_process_that_ends_is_a_fault_at_once(stage):
    """Its exit status and its last words are told; nobody waits for the deadline."""
    serve = Serve(name="web", command=(sys.executable, "-c", "import sys; sys.exit('no settings')"), timeout_s=60)

    with pytest.raises(UnitFault) as fault:
        run(stage, serve)

    assert "billing's web" in fault.value.message
    assert "exited with code 1" in fault.value.message
    assert "no settings" in fault.value.error.detail


def test_what_comes_before_has_to_succeed(stage):
    """A migration that fails keeps the server from starting."""
    serve = Serve(name="web", command=HTTP, before=((sys.executable, "-c", "raise SystemExit('no table')"),))

    with pytest.raises(UnitFault, match="comes before") as fault:
        run(stage, serve)

    assert "no table" in fault.value.error.detail


def test_what_comes_before_is_done_first(stage):
    """The server sees what the commands before it made."""
    make = (sys.executable, "-c", "open('made.txt', 'w').write('made')")
    serve = Serve(name="web", command=HTTP, before=(make,), ready=Ready(by=ReadyBy.HTTP, text="/made.txt"))

    assert run(stage, serve, lambda served: True)


def test_program_that_is_not_there_is_named(stage):
    """The unit does not depend on what it wants to run."""
    with pytest.raises(UnitFault, match="gunicorn-of-nobody"):
        run(stage, Serve(name="web", command=("gunicorn-of-nobody",)))


def test_end_during_the_tests_is_seen(stage):
    """`failure` tells that it runs no longer, and how it ended."""
    say = "import sys; print('up', flush=True); sys.stdin.read(); sys.exit(7)"
    serve = Serve(name="worker", command=(sys.executable, "-c", say), ready=Ready(by=ReadyBy.LOG, text="up"))

    async def main():
        served = await start_served(stage, serve)
        try:
            for _ in range(200):
                if why := await served.failure():
                    return why
                await asyncio.sleep(0.02)
        finally:
            await served.stop()
        return ""

    assert asyncio.run(main()) == "exited with code 7"


def test_words_of_what_comes_before_do_not_make_it_ready(stage):
    """A log that says ready before the process itself was started says nothing about it."""
    before = (sys.executable, "-c", "print('server ready')")
    late = "import time; time.sleep(0.5); open('up', 'w').close(); print('server ready', flush=True); time.sleep(300)"
    ready = Ready(by=ReadyBy.LOG, text="server ready")
    serve = Serve(name="web", command=(sys.executable, "-c", late), before=(before,), ready=ready)

    assert run(stage, serve, lambda served: (stage.directory / "up").exists())


def test_ready_line_before_a_flood_is_seen(stage):
    """Much may be printed between two looks at the log."""
    flood = "import time; print('I am ready'); print('x' * 300_000, flush=True); time.sleep(300)"
    serve = Serve(name="web", command=(sys.executable, "-c", flood), ready=Ready(by=ReadyBy.LOG, text="I am ready"))

    assert run(stage, serve, lambda served: True)


def test_parent_without_the_child_that_listened_is_silent(stage):
    """A process that still runs, and at whose port nobody is any more, is told from one that serves."""
    parent = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-m', 'http.server', '--bind', '127.0.0.1', sys.argv[1]]);"
        "time.sleep(1.0); child.kill(); child.wait(); print('gone', flush=True); time.sleep(300)"
    )
    serve = Serve(name="web", command=(sys.executable, "-c", parent, "{port}"))

    async def main():
        served = await start_served(stage, serve)
        try:
            before = await served.silence()
            while b"gone" not in await served.log():
                await asyncio.sleep(0.02)
            return before, await served.silence(), await served.failure()
        finally:
            await served.stop()

    before, after, failure = asyncio.run(main())
    assert (before, failure) == ("", "")
    assert "nobody listens" in after
