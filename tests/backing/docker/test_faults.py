"""Engines that hang, hang up or are late, and starts that are cancelled: bounded in time, and nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from dataclasses import replace

import pytest

from integrity.backing.docker import DockerProvider
from integrity.backing.docker import container as container_module
from integrity.backing.server import Unavailable
from tests.backing.docker.relay import unix_relay
from tests.backing.docker.specs import HTTP, spec_of

pytestmark = [
    pytest.mark.docker,
    # The SDK forgets to close a socket that could not be connected.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

REDIS = spec_of("redis", "redis:7")


@pytest.fixture
def relay(engine, tmp_path):
    """A relay in front of the engine, and a socket for it."""
    if not engine.startswith("unix://"):
        pytest.skip("the engine has no socket to put something in front of")
    with unix_relay(engine, tmp_path / "relay.sock") as relay:
        relay.url = f"unix://{tmp_path}/relay.sock"
        yield relay
    gc.collect()


@pytest.fixture
def relayed(site, relay):
    """A run whose engine is behind the relay."""
    return replace(site, host={**site.host, "DOCKER_HOST": relay.url})


def quiet(_):
    """Progress that nobody looks at."""


def test_engine_that_hangs_later_is_told_and_does_not_hold_up(relayed, relay, containers, monkeypatch):
    """A hung engine makes a failure of three seconds at most, and a stop that is given up."""
    monkeypatch.setattr(container_module, "REMOVE_S", 1.0)

    async def main():
        provider = DockerProvider(relayed)
        server = await provider.start(REDIS, quiet)
        relay.hang()
        begin = time.monotonic()
        failure = await server.failure()
        asked_s = time.monotonic() - begin
        await server.stop()
        await provider.close(keep=False)
        return failure, asked_s, time.monotonic() - begin - asked_s

    failure, asked_s, ended_s = asyncio.run(main())

    assert failure == "the engine no longer answers: no answer within 1 s"
    assert asked_s < 3.5
    assert ended_s < 2
    assert len(containers(relayed)) == 1  # for the supervisor, when the engine is back


def test_engine_that_ends_later_is_told(relayed, relay, containers):
    """An engine that is gone is the failure of its servers; a further start goes to the next provider."""

    async def main():
        provider = DockerProvider(relayed)
        server = await provider.start(REDIS, quiet)
        relay.end()
        failure = await server.failure()
        with pytest.raises(Unavailable, match="no longer answers, DOCKER_HOST") as raised:
            await provider.start(REDIS, quiet)
        log = await server.log()
        await provider.close(keep=False)
        return failure, raised.value.hint, log

    failure, hint, log = asyncio.run(main())

    assert failure == "the engine no longer answers: Connection refused"
    assert "journalctl" in hint
    assert b"Ready to accept connections" in log
    assert len(containers(relayed)) == 1


def test_busy_engine_is_no_failure(relayed, relay, containers):
    """An engine that takes its time for a look at a container, and still answers a ping, has lost nothing."""

    async def main():
        provider = DockerProvider(relayed)
        server = await provider.start(REDIS, quiet)
        relay.held, relay.held_s = b"/json", 2.5
        failure = await server.failure()
        relay.held = b""
        await provider.close(keep=False)
        return failure

    assert asyncio.run(main()) == ""
    assert containers(relayed) == []


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.1, 0.2, 0.4, 0.8])
def test_cancelled_start_leaves_nothing(site, containers, after_s):
    """Whenever a start is cancelled, no container of it is left at its end."""
    never = spec_of(HTTP, "integrity-test/never-ready:1")

    async def main():
        provider = DockerProvider(site)
        starting = [asyncio.create_task(provider.start(never, quiet)) for _ in range(3)]
        await asyncio.sleep(after_s)
        for each in starting:
            each.cancel()
        ended = await asyncio.gather(*starting, return_exceptions=True)
        left = containers(site)
        await provider.close(keep=False)
        return ended, left

    ended, left = asyncio.run(main())

    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    assert left == []


def test_create_in_flight_is_waited_for_and_removed(relayed, relay, containers):
    """What the engine has yet to create when the start is cancelled is removed as soon as it is there."""

    async def main():
        provider = DockerProvider(relayed)
        relay.held, relay.held_s = b"/containers/create", 1.0
        starting = asyncio.create_task(provider.start(REDIS, quiet))
        async with asyncio.timeout(20):
            while not relay.seen.is_set():
                await asyncio.sleep(0.01)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
        is_passed = relay.passed.is_set()
        await provider.close(keep=False)
        return is_passed

    assert asyncio.run(main())
    assert containers(relayed) == []


def test_second_cancellation_does_not_stop_the_removal(relayed, relay, containers):
    """A second Ctrl-C ends the waiting; closing the provider still sees the removal through."""

    async def main():
        provider = DockerProvider(relayed)
        starting = asyncio.create_task(provider.start(spec_of(HTTP, "integrity-test/never-ready:1"), quiet))
        async with asyncio.timeout(20):
            while not containers(relayed):
                await asyncio.sleep(0.02)
        relay.late_s = 0.3
        starting.cancel()
        await asyncio.sleep(0.1)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
        await provider.close(keep=False)

    asyncio.run(main())

    assert containers(relayed) == []


def test_engine_is_looked_for_once(relayed, relay):
    """All starts of a run share one look for an engine, also when it finds none."""
    relay.hang()

    async def main():
        provider = DockerProvider(relayed)
        begin = time.monotonic()
        ended = await asyncio.gather(*(provider.start(REDIS, quiet) for _ in range(5)), return_exceptions=True)
        ended += await asyncio.gather(provider.start(REDIS, quiet), return_exceptions=True)
        await provider.close(keep=False)
        return ended, time.monotonic() - begin

    ended, took_s = asyncio.run(main())

    assert [each.reason for each in ended] == [ended[0].reason] * 6
    assert len({id(each) for each in ended}) == 6
    assert took_s < 3.5  # one look at an engine that hangs takes two


def test_chatty_server_keeps_its_last_lines(started, site):
    """A log that is written faster than it can be followed loses of its middle, never its end; the engine's disk is safe."""
    script = "httpd -h /www -p 8080; yes 0123456789abcdefghijklmnopqrstuvwxyz | head -n 400000; echo last; sleep 60"
    spec = spec_of(HTTP, command=("sh", "-c", script))

    async def look(server):
        async with asyncio.timeout(60):
            while not (await server.log(max(0, server.log_position() - 5))).endswith(b"last\n"):
                await asyncio.sleep(0.1)
        return server.log_position(), len(await server.log()), await server.log(server.log_position() - 5)

    position, kept, end = started(site, look, spec)

    assert kept == min(position, 10 * 1024**2)
    assert end == b"last\n"
