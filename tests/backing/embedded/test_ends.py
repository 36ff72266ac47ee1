"""However a server ends, it is noticed, and nothing of it stays: no process, no folder, no shared memory."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from integrity.backing.embedded import end_kept, is_process_running
from integrity.backing.embedded.ending import start_of
from integrity.backing.probes.postgres import logged_in
from tests.backing.embedded import lives
from tests.backing.embedded.lives import EmbeddedProvider, provider_of, silent, spec_of
from tests.system.test_process import eventually

MOMENTS_S = (0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6)


def in_run(site, look, *specs):
    """What `look` returns of a run that has these servers."""

    async def run():
        async with provider_of(site) as provider:
            return await look(*[await provider.start(spec, silent) for spec in specs])

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_stop_leaves_nothing_and_can_be_repeated(site, kind):
    """A stopped server is gone as a whole, at once, however often it is stopped."""

    async def look(server):
        segment = {lives.segment_of(server)} if kind == "postgres" else set()
        await asyncio.gather(server.stop(), server.stop())
        await server.stop()
        return server.folder.exists(), lives.processes_of(site), segment & lives.segments()

    assert in_run(site, look, spec_of(kind)) == (False, {}, set())


def test_stop_does_not_wait_for_clients(site):
    """Open connections and long queries don't hold it up."""

    async def look(server):
        async with logged_in(server.endpoint, server.admin) as connection:
            query = asyncio.create_task(connection.execute("select pg_sleep(60)"))
            await asyncio.sleep(0)
            await asyncio.wait_for(server.stop(), 5)
            return isinstance((await asyncio.gather(query, return_exceptions=True))[0], Exception)

    assert in_run(site, look, spec_of("postgres"))


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_server_that_does_not_listen_to_signals_is_killed(site, kind):
    """One that hangs (stopped by a signal, as good as deaf) ends all the same."""

    async def look(server):
        os.kill(server.process.pid, signal.SIGSTOP)
        await asyncio.wait_for(server.stop(), 15)
        return lives.processes_of(site)

    assert in_run(site, look, spec_of(kind)) == {}


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_killed_server_is_noticed_and_cleared_away(site, kind):
    """A server that was killed says so, and even its shared memory is freed by `stop`."""

    async def look(server):
        segment = {lives.segment_of(server)} if kind == "postgres" else set()
        fine = await server.failure()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
        failure = await server.failure()
        await server.stop()
        return fine, failure, segment & lives.segments()

    fine, failure, segments = in_run(site, look, spec_of(kind))

    assert (fine, segments) == ("", set())
    assert failure.startswith("was ended by SIGKILL; its log ends: ")


def test_a_server_that_ends_itself_says_how(site):
    """The exit code and the last line of the log are told."""

    async def look(server):
        async with logged_in(server.endpoint, server.admin) as connection:
            await connection.execute("select pg_sleep(0)")
        os.kill(server.process.pid, signal.SIGTERM)
        server.process.wait(20)
        return await server.failure()

    assert in_run(site, look, spec_of("postgres")).endswith("database system is shut down")


@pytest.mark.parametrize("cache", ["warm", "cold"])
def test_a_start_that_is_given_up_leaves_nothing(site_at, tmp_path, cache):
    """Cancelled at any moment, from the search for programs to the last answer, it leaves neither process nor folder."""

    async def given_up(site, moment_s):
        async with provider_of(site) as provider:
            start = asyncio.create_task(provider.start(spec_of("postgres"), silent))
            await asyncio.wait({start}, timeout=moment_s)
            start.cancel()
            await asyncio.wait({start})
            if not start.cancelled():
                await start.result().stop()
            inside = [each.name for folder in lives.folders_of(site) for each in folder.iterdir()]
            return inside, lives.processes_of(site), list(site.cache.glob("*.making"))

    for number, moment_s in enumerate(MOMENTS_S):
        site = site_at() if cache == "warm" else site_at(cache=tmp_path / str(number))
        inside, processes, making = asyncio.run(given_up(site, moment_s))
        assert (set(inside) <= {"owner.json"}, processes, making) == (True, {}, [])


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_start_that_is_given_up_ends_the_process(site, kind):
    """Cancelled between the start of the process and its first answer, no process is left, and no folder of its own."""
    starting = []

    def give_up(pid, _folder):
        if pid:
            starting[0].cancel()

    async def run():
        async with provider_of(site, on_started=give_up) as provider:
            starting.append(asyncio.create_task(provider.start(spec_of(kind), silent)))
            await asyncio.wait(starting)
            inside = [each.name for folder in lives.folders_of(site) for each in folder.iterdir()]
            return starting[0].cancelled(), inside, lives.processes_of(site)

    assert asyncio.run(run()) == (True, ["owner.json"], {})


def test_close_ends_what_nobody_stopped(site):
    """The end of the run is the end of all its servers."""

    async def run():
        provider = EmbeddedProvider(site)
        await asyncio.gather(*(provider.start(spec_of(kind), silent) for kind in ("postgres", "redis", "redis")))
        running = lives.processes_of(site)
        await provider.close(keep=False)
        await provider.close(keep=False)
        return running

    assert len(asyncio.run(run())) >= 3
    assert lives.left_of(site) == lives.NOTHING


@pytest.fixture
def kept(site_at):
    """A PostgreSQL and a Redis that outlived their run, as keepsakes."""
    site = site_at(keep=True)
    process, told = lives.running(site, ["postgres", "redis"])
    process.communicate(timeout=20)
    yield site, told["keepsakes"]
    for keepsake in told["keepsakes"]:
        end_kept(keepsake)


def test_kept_servers_outlive_their_run_and_can_be_ended(kept):
    """With `keep` they run on; each can be found and ended by its keepsake, the last one with the run's folder."""
    site, keepsakes = kept

    before = [is_process_running(keepsake) for keepsake in keepsakes]
    end_kept(keepsakes[0])
    between = [is_process_running(keepsake) for keepsake in keepsakes]
    end_kept(keepsakes[1])
    end_kept(keepsakes[1])

    assert (before, between) == ([True, True], [False, True])
    assert lives.left_of(site) == lives.NOTHING


@pytest.mark.parametrize("change", [{"start": "1"}, {"mark": "other/services"}])
def test_only_the_very_process_is_ended(kept, change):
    """A keepsake whose number is another process's by now ends nothing and removes nothing that isn't its own."""
    _, keepsakes = kept
    wrong = {**keepsakes[1], **change, "folder": "/nowhere/at/all"}

    end_kept(wrong)

    assert is_process_running(keepsakes[1])
    assert not is_process_running(wrong)


def test_stop_in_a_cancelled_task_comes_to_its_end(site):
    """A second interruption while servers are stopped leaves nothing either."""

    async def look(server):
        os.kill(server.process.pid, signal.SIGSTOP)  # so that stopping takes its time
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        stopping.cancel()
        await asyncio.wait({stopping})
        return server.process.pid

    async def run():
        provider = EmbeddedProvider(site)
        return await look(await provider.start(spec_of("postgres"), silent)), provider

    pid, provider = asyncio.run(run())  # its end cancels what still runs in it

    assert eventually(lambda: start_of(pid) == "")
    asyncio.run(provider.close(keep=False))
