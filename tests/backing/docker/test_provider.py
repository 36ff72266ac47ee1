"""Servers in containers: made, ready, looked at and gone again, on a real engine."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import urllib.request
from dataclasses import replace

import psycopg
import pytest

from integrity.backing.docker import DockerProvider
from integrity.backing.docker.addresses import HOST_VARIABLE
from integrity.backing.docker.removal import remove_kept
from integrity.backing.docker.remove import main as remove_run
from integrity.backing.server import Unavailable
from integrity.backing.threads import in_thread
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy
from tests.backing.docker.relay import tcp_relay
from tests.backing.docker.specs import HTTP, spec_of

pytestmark = pytest.mark.docker

REDIS = spec_of("redis", "redis:7")
POSTGRES = spec_of("postgres", "postgres:15")


def login(server):
    admin, endpoint = server.admin, server.endpoint
    return psycopg.connect(
        host=endpoint.host, port=endpoint.port, user=admin.user, password=admin.password, dbname=admin.database
    )


def ping(server):
    with socket.create_connection((server.endpoint.host, server.endpoint.port), 5) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64)


def get(server, path):
    with urllib.request.urlopen(f"http://{server.endpoint.host}:{server.endpoint.port}{path}", timeout=5) as answer:
        return answer.read()


def test_servers_are_ready_and_described(started, site):
    """What was started answers at once, and the report can name its provider, version and image."""

    async def look(redis, postgres):
        assert ping(redis) == b"+PONG\r\n"
        with login(postgres) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
            assert int(connection.execute("show max_connections").fetchone()[0]) == 620
        assert await redis.failure() == ""
        assert await redis.run(("sh", "-c", "echo out; exit 3")) == (3, "out\n")
        return redis.description, postgres.description

    redis, postgres = started(site, look, REDIS, replace(POSTGRES, leases=10))

    assert (redis.provider, postgres.provider) == ("docker", "docker")
    assert (redis.version[:2], postgres.version[:3]) == ("7.", "15.")
    assert redis.image.startswith("redis:7@sha256:")


def test_start_of_postgres_for_its_scripts_alone_is_not_ready(started, site):
    """PostgreSQL's image starts it twice: ready is the second one, the only one that the network reaches."""

    async def look(server):
        with login(server):
            return await server.log()

    log = started(site, look, POSTGRES)

    assert log.count(b"database system is ready to accept connections") == 2


def test_container_is_bounded_private_and_forgets(started, site, client):
    """Memory and log have limits, ports are the loopback's, data lie in memory, nothing restarts it, no volume is made."""

    async def look(server):
        return client.api.inspect_container(server.keepsake()["container"])

    found = started(site_with_loopback(site), look, POSTGRES)
    settings = found["HostConfig"]

    assert found["Name"] == f"/integrity-{site.run_id}-1-postgres"
    assert settings["Memory"] == 1024**3
    assert settings["LogConfig"] == {"Type": "json-file", "Config": {"max-file": "2", "max-size": "10m"}}
    assert list(settings["Tmpfs"]) == ["/var/lib/postgresql/data"]
    assert settings["RestartPolicy"]["Name"] in ("", "no")
    assert settings["ShmSize"] == 128 * 1024**2
    assert [each["HostIp"] for each in settings["PortBindings"]["5432/tcp"]] == ["127.0.0.1"]
    assert [each for each in found["Mounts"] if each["Type"] == "volume"] == []


def site_with_loopback(site):
    return replace(site, host={**site.host, HOST_VARIABLE: "127.0.0.1"})


def test_log_can_be_had_from_a_position(started, site):
    """A unit gets what the server logged while it had it."""

    async def look(server):
        position = server.log_position()
        await in_thread(lambda: get(server, "/index.html"))
        async with asyncio.timeout(10):
            while b"index" not in (since := await server.log(position)):
                await asyncio.sleep(0.05)
        return since, await server.log()

    since, whole = started(site, look, spec_of(HTTP))

    assert b"listening on 8080" in whole
    assert b"listening on 8080" not in since
    assert whole.endswith(since)


@pytest.mark.parametrize(
    "ready",
    [
        Ready(by=ReadyBy.HEALTH),
        Ready(by=ReadyBy.LOG, text="^listening on"),
        Ready(by=ReadyBy.EXEC, command=("wget", "-q", "-O", "-", "http://127.0.0.1:8080/health")),
    ],
    ids=lambda ready: ready.by,
)
def test_every_way_of_being_ready_is_supported(started, site, ready):
    """Health check, log and command are looked at in the container."""
    spec = spec_of(replace(HTTP, ready=ready), environment={"DELAY": "1"})

    async def look(server):
        return await in_thread(lambda: get(server, "/health"))

    assert started(site, look, spec) == b"ok\n"


def fault(started, site, spec, **options):
    with pytest.raises(UnitFault) as raised:
        started(site, None, spec, **options)
    return raised.value.error


def test_server_that_ends_at_start_is_told_with_its_log(started, site):
    """The wait ends at once, with exit code and last lines."""
    error = fault(started, site, spec_of(HTTP, "integrity-test/exits:1"))

    assert error.message == "http did not start: exited with code 3"
    assert error.detail == "fatal: the setting LEVEL is missing"


@pytest.mark.parametrize("spec", [POSTGRES, spec_of(HTTP, "integrity-test/eats-memory:1")], ids=["child", "server"])
def test_server_without_enough_memory_is_told_so(started, site, spec):
    """The kernel's kill is named, with the limit, of the server itself or of a process that it started."""
    error = fault(started, site, replace(spec, memory="16m"))

    assert "out of memory (limit 16m)" in error.message


def test_command_that_does_not_exist_is_the_needs_fault(started, site):
    """A wrong `command` is no reason to try another provider."""
    error = fault(started, site, spec_of(HTTP, command=("no-such-program",)))

    assert "can't be started from integrity-test/http:1" in error.message
    assert "no-such-program" in error.message


def test_memory_that_no_container_can_have_is_the_needs_fault(started, site):
    """What the engine refuses of the need is shown in its words."""
    assert "emory limit" in fault(started, site, spec_of(HTTP, memory="1m")).message


def test_server_that_never_gets_ready_is_given_up(started, site):
    """The last probe's words and the log say where it stands."""
    error = fault(started, site, spec_of(HTTP, "integrity-test/never-ready:1", timeout_s=1.0))

    assert error.message.startswith("http was not ready within 1 s: ")
    assert error.detail == "starting"


def test_server_that_dies_later_says_how(started, site, client):
    """After its end, its failure and its last lines can be had, and nothing is left to restart it."""

    async def look(server):
        async with asyncio.timeout(20):
            while not (failure := await server.failure()):
                await asyncio.sleep(0.1)
        return failure, await server.log()

    failure, log = started(site, look, spec_of(HTTP, "integrity-test/dies:1"))

    assert failure == "exited with code 7"
    assert log.endswith(b"fatal: lost my data\n")


def test_server_that_is_removed_by_hand_says_so(started, site, client):
    """Someone else's `docker rm` is told as that; stopping it then is fine."""

    async def look(server):
        client.api.remove_container(server.keepsake()["container"], force=True, v=True)
        failure = await server.failure()
        await server.stop()
        await server.stop()
        return failure

    assert started(site, look, REDIS) == "its container is gone"


TOLD = replace(HTTP, environment={"TOLD": "{host}:{port}"})


def test_lost_race_for_a_port_is_run_again(started, site):
    """A port that somebody took meanwhile costs another try, with another port."""
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = iter([taken.getsockname()[1], free.getsockname()[1]])
        free.close()

        async def look(server):
            return server.endpoint.port, await server.run(("sh", "-c", "echo $TOLD"))

        port, (_, told) = started(site_with_loopback(site), look, spec_of(TOLD), free_port=lambda: next(ports))

    assert next(ports, None) is None
    assert told == f"127.0.0.1:{port}\n"


def test_port_that_another_container_has_is_given_up_after_three_tries(started, site):
    """Without a free port the provider can't serve, and says so."""

    async def look(server):
        other = DockerProvider(site_with_loopback(site), free_port=lambda: server.endpoint.port)
        with pytest.raises(Unavailable, match="lost the race for a port 3 times"):
            await other.start(spec_of(TOLD), lambda _: None)
        await other.close(keep=False)

    started(replace(site_with_loopback(site), run_id=f"{site.run_id}x"), look, REDIS)


def test_kept_server_outlives_its_run_until_it_is_taken_down(site, containers):
    """With `keep` it stays, and can be removed by its keepsake."""
    keeping = replace(site, keep=True)

    async def main():
        provider = DockerProvider(keeping)
        server = await provider.start(REDIS, lambda _: None)
        await provider.close(keep=True)
        return server.keepsake()

    keepsake = asyncio.run(main())
    left = containers(keeping)
    asyncio.run(remove_kept(keeping.host, [keepsake["container"], "integrity-gone"]))

    assert left == [f"/{keepsake['container']}"]
    assert containers(keeping) == []


def test_engine_behind_tcp_is_reached_at_its_host(started, site, engine):
    """The containers of a tcp endpoint are where that endpoint is."""

    async def look(server):
        return server.endpoint.host, ping(server)

    with tcp_relay(engine, "127.0.0.1") as url:
        assert started(replace(site, host={"DOCKER_HOST": url}), look, REDIS) == ("127.0.0.1", b"+PONG\r\n")


def test_remote_engine_publishes_where_it_can_be_reached(started, site, engine, client):
    """The loopback of another machine is not ours, so its ports are published on all of its interfaces."""
    if not engine.startswith("unix://"):
        pytest.skip("the engine is not on this machine")
    address = gateway_of(client)

    async def look(server):
        settings = client.api.inspect_container(server.keepsake()["container"])["HostConfig"]
        return server.endpoint.host, ping(server), settings["PortBindings"]["6379/tcp"][0]["HostIp"]

    with tcp_relay(engine, address) as url:
        seen = started(replace(site, host={"DOCKER_HOST": url}), look, REDIS)

    assert seen == (address, b"+PONG\r\n", "0.0.0.0")


def gateway_of(client):
    return str(ipaddress.ip_network(client.api.inspect_network("bridge")["IPAM"]["Config"][0]["Subnet"])[1])


def test_given_host_is_used(started, site):
    """INTEGRITY_DOCKER_HOST_IP says where published ports are, whatever would be guessed."""

    async def look(server):
        return server.endpoint.host, ping(server)

    given = replace(site, host={**site.host, HOST_VARIABLE: "localhost"})

    assert started(given, look, REDIS) == ("localhost", b"+PONG\r\n")


def test_run_that_was_killed_is_removed_by_its_id(site, containers):
    """The supervisor's command removes what is left of the run, and only that."""

    async def main():
        provider = DockerProvider(site)
        await provider.start(REDIS, lambda _: None)

    asyncio.run(main())
    left = containers(site)

    assert len(left) == 1
    assert remove_run(f"{site.run_id}x", site.host) == 0
    assert containers(site) == left
    assert remove_run(site.run_id, site.host) == 0
    assert containers(site) == []
