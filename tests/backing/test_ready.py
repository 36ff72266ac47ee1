"""Waiting for servers: real ones, and listeners that say the wrong thing or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg
import pytest

from integrity.backing.probes import PROBES
from integrity.backing.probes.redis import redis_talk
from integrity.backing.ready import probe_once, wait_until_ready
from integrity.backing.server import Account
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy
from tests.backing import servers


def waited(server, ready=None, timeout_s=servers.WAIT_S):
    return asyncio.run(wait_until_ready(server, ready or server.spec.kind.ready, timeout_s))


async def timed(work):
    begun = asyncio.get_running_loop().time()
    with pytest.raises(UnitFault) as raised:
        await work
    return raised.value, asyncio.get_running_loop().time() - begun


@contextlib.contextmanager
def http_server(*statuses):
    """Answers with these, one after the other, the last one for ever; gives its port and the paths asked for."""
    left, paths = list(statuses), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, paths
        finally:
            server.shutdown()
            thread.join()


@contextlib.asynccontextmanager
async def listening(say=b"", *, closes=False):
    """Accepts as docker-proxy does, says something or nothing, and closes or waits."""
    held = []

    async def talk(reader, writer):
        held.append(writer)
        writer.write(say)
        if closes:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in held:
            writer.transport.abort()


def test_postgres_is_ready_when_a_login_works():
    """The wait starts with the server; after it a client logs in at the first try, and the version is the server's."""
    with servers.postgres() as server:
        version = waited(server)

        psycopg.connect(
            host="127.0.0.1",
            port=server.endpoint.port,
            user=server.admin.user,
            password=server.admin.password,
            dbname="postgres",
        ).close()
        assert version.startswith("18.")


def test_redis_is_not_ready_while_it_loads(tmp_path):
    """A server that answers -LOADING is waited for, until its data is there."""
    slow = ("--dir", str(tmp_path), "--enable-debug-command", "yes")
    with servers.valkey(*slow) as server:
        waited(server)

        async def fill():
            async with redis_talk(server.endpoint, server.admin) as redis:
                await redis.call("DEBUG", "POPULATE", "1000")
                await redis.call("SAVE")

        asyncio.run(fill())
    loading = ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
    with servers.valkey(*slow, *loading) as server:
        seen = set()

        async def watched():
            async with asyncio.timeout(servers.WAIT_S):
                while not (answer := await probe_once(server, server.spec.kind.ready)).is_ready:
                    seen.add(answer.text)

        asyncio.run(watched())

        assert any(text.startswith("LOADING") for text in seen)


def test_a_server_that_exits_ends_the_wait_at_once():
    """Its exit code and the end of its log are told; nobody sits out the timeout."""
    with servers.postgres("-c", "no_such_setting=1") as server:
        fault, seconds = asyncio.run(timed(wait_until_ready(server, server.spec.kind.ready, 60)))

    assert fault.message == "postgres did not start: exited with code 1"
    assert "no_such_setting" in fault.error.detail
    assert fault.error.kind == "service"
    assert seconds < 10


def test_a_server_that_never_answers_is_told_with_its_last_answer_and_log(tmp_path):
    """On timeout the fault has the last answer, the key to change, and at most thirty lines of the log."""
    log = tmp_path / "log"
    log.write_text("".join(f"line {number} s3cret\n" for number in range(100)))

    async def silent():
        async with listening() as port:
            server = servers.fake(port, log_file=log)
            server.admin = Account(password="s3cret")
            server.failure = nothing_wrong
            ready = Ready(by=ReadyBy.PROTOCOL, text="redis")
            return await timed(wait_until_ready(server, ready, 0.5))

    fault, seconds = asyncio.run(silent())

    assert fault.message == "own was not ready within 0.5 s: no answer within 2 s"
    assert "`timeout`" in fault.hint
    assert fault.error.detail.splitlines() == [f"line {number} ***" for number in range(70, 100)]
    assert seconds < 4


async def nothing_wrong():
    return ""


async def hangs():
    await asyncio.Event().wait()


def test_an_engine_that_hangs_does_not_hold_up_the_wait():
    """Asking for the failure or the log takes for ever; the wait still ends soon after its time."""

    async def hanging():
        server = servers.fake(servers.free_port())
        server.failure = hangs
        server.log = hangs
        return await timed(wait_until_ready(server, Ready(by=ReadyBy.TCP), 1))

    fault, seconds = asyncio.run(hanging())

    assert fault.message == "own was not ready within 1 s: connection refused"
    assert seconds < 6


def test_http_is_ready_with_a_good_status():
    """A 503 and a 404 are waited out; a redirect is as good as a page."""
    with http_server(503, 404, 302) as (port, paths):
        waited(servers.fake(port), Ready(by=ReadyBy.HTTP, text="/health?full=1&name=ä b"))

    assert paths == ["/health?full=1&name=%C3%A4%20b"] * 3


def test_http_is_asked_at_the_port_that_ready_names():
    """A further port is the one that it was mapped to."""
    with http_server(200) as (port, paths):
        server = servers.fake(servers.free_port())
        server.endpoint.ports[8080] = port

        waited(server, Ready(by=ReadyBy.HTTP, text="/", port=8080))

    assert paths == ["/"]


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (b"SSH-2.0-x\r\n", "answered in another protocol: 'SSH-2.0-x'"),
        (b"HTTP/1.1 500 Broken\r\n", "GET / answered 500 Broken"),
    ],
)
def test_http_says_what_was_answered_instead(say, words):
    """Another protocol or a bad status is the answer's text."""

    async def answer():
        async with listening(say) as port:
            return await probe_once(servers.fake(port), Ready(by=ReadyBy.HTTP, text="/"))

    assert asyncio.run(answer()).text == words


@pytest.mark.parametrize(
    ("say", "closes"), [(b"", True), (b"", False), (b"\x00\xff" * 300, True), (b"HTTP/1.1 400 Bad\r\n\r\n", True)]
)
def test_no_protocol_takes_an_accepted_connection_for_an_answer(say, closes):
    """What accepts early, says nothing, or something else is no ready server, and breaks no probe."""

    async def answers():
        async with listening(say, closes=closes) as port:
            ways = [Ready(by=ReadyBy.PROTOCOL, text=protocol) for protocol in PROBES]
            return await asyncio.gather(*(probe_once(servers.fake(port), ready) for ready in ways))

    found = asyncio.run(answers())

    assert [answer.is_ready for answer in found] == [False] * len(PROBES)
    assert all(answer.text for answer in found)


def test_tcp_is_ready_when_somebody_accepts():
    """Not before."""

    async def answers():
        async with listening() as port:
            open_port = await probe_once(servers.fake(port), Ready(by=ReadyBy.TCP))
        return open_port, await probe_once(servers.fake(port), Ready(by=ReadyBy.TCP))

    accepted, refused = asyncio.run(answers())

    assert accepted.is_ready
    assert (refused.is_ready, refused.text) == (False, "connection refused")


def test_a_line_of_the_log_is_waited_for(tmp_path):
    """The pattern is looked for in each line; what was there before counts too."""
    log = tmp_path / "log"
    log.write_text("starting\n")
    server = servers.fake(1, log_file=log)
    server.failure = nothing_wrong
    ready = Ready(by=ReadyBy.LOG, text=r"^ready on \d+$")

    async def late():
        waiting = asyncio.create_task(wait_until_ready(server, ready, servers.WAIT_S))
        before = await probe_once(server, ready)
        log.write_text("starting\nready on 80\n")
        await waiting
        return before

    assert asyncio.run(late()).text == r"no line of its log matches '^ready on \\d+$'"


def test_a_command_is_ready_with_status_0(valkey):
    """Its output is the answer while it isn't."""

    async def answers():
        for command in (("true",), ("sh", "-c", "echo not yet; exit 3")):
            yield await probe_once(valkey, Ready(by=ReadyBy.EXEC, command=command))

    async def both():
        return [answer async for answer in answers()]

    good, bad = asyncio.run(both())

    assert good.is_ready
    assert bad.text == "sh ended with status 3: not yet"


def test_a_command_that_takes_too_long_ends_with_the_wait(valkey):
    """A command may take longer than other probes, but not longer than the whole wait."""
    ready = Ready(by=ReadyBy.EXEC, command=("sleep", "6"))

    fault, seconds = asyncio.run(timed(wait_until_ready(valkey, ready, 2.5)))

    assert "no answer within 2" in fault.message
    assert seconds < 5


def test_a_server_without_a_health_check_is_not_waited_for(valkey):
    """What can't come is said at once."""
    fault, seconds = asyncio.run(timed(wait_until_ready(valkey, Ready(by=ReadyBy.HEALTH), 60)))

    assert fault.message == "valkey can't be seen to be ready: its image has no health check"
    assert seconds < 2


def test_a_wait_can_be_cancelled():
    """Cancelled while a probe is under way, it ends at once."""

    async def cancelled():
        async with listening() as port:
            waiting = asyncio.create_task(
                wait_until_ready(servers.fake(port), Ready(by=ReadyBy.PROTOCOL, text="redis"), 60)
            )
            await asyncio.wait([waiting], timeout=0.2)
            waiting.cancel()
            done, _ = await asyncio.wait([waiting], timeout=1)
            return done and waiting.cancelled()

    assert asyncio.run(cancelled())
