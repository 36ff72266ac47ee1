"""Which engine is taken, and what is said when none answers."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from integrity.backing.docker.engine import connect
from integrity.backing.server import Unavailable
from tests.backing.docker.contexts import write_context

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def silent(tmp_path):
    """A socket that accepts and never answers; gives its URL."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "silent.sock"))
    listener.listen()
    yield f"unix://{tmp_path}/silent.sock"
    listener.close()


def refused(host):
    with pytest.raises(Unavailable) as raised:
        asyncio.run(connect(host))
    return raised.value


def test_nothing_there_lists_what_was_tried(tmp_path):
    """Without an engine each place is named, in order, with what the system says."""
    if Path("/var/run/docker.sock").exists() or Path("/run/podman/podman.sock").exists():
        pytest.skip("this machine has an engine at a usual place")

    reason = refused({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")})

    places = [part.split(": ")[-2].rsplit(" (")[0] for part in reason.reason.split("; ")]
    assert reason.reason.startswith("no container engine answers: Docker (unix:///var/run/docker.sock): No such file")
    assert places == ["Docker", "rootless Docker", "Docker Desktop", "rootless Podman", "Podman"]
    assert reason.hint == "Start Docker or Podman."


def test_nobody_listens():
    """A refused connection is told from a missing socket."""
    reason = refused({"DOCKER_HOST": "tcp://127.0.0.1:1"})

    assert reason.reason == "no container engine answers: DOCKER_HOST (tcp://127.0.0.1:1): Connection refused"


def test_engine_that_hangs_is_given_up(silent):
    """An engine that accepts and never answers costs two seconds."""
    begin = time.monotonic()

    reason = refused({"DOCKER_HOST": silent})

    assert time.monotonic() - begin < 4
    assert reason.reason.endswith("no answer within 2 s")
    assert reason.hint.startswith(f"Restart the engine at {silent}")


def test_socket_without_permission_names_the_group(tmp_path):
    """A user who may not use the socket learns how to be allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    path = Path("/tmp") / f"integrity-denied-{os.getpid()}.sock"  # nobody can't enter the test's own folder
    code = (
        "import asyncio, os, sys\n"
        "from integrity.backing.docker.engine import connect\n"
        "from integrity.backing.server import Unavailable\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try:\n    asyncio.run(connect({'DOCKER_HOST': sys.argv[1]}))\n"
        "except Unavailable as reason:\n    print(reason.reason, reason.hint, sep='\\n')\n"
    )
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0o600)
        try:
            ended = subprocess.run(
                [sys.executable, "-c", code, f"unix://{path}"], cwd=ROOT, capture_output=True, text=True, check=True
            )
        finally:
            path.unlink()

    reason, hint = ended.stdout.splitlines()
    assert reason == f"no container engine answers: DOCKER_HOST (unix://{path}): Permission denied"
    assert 'usermod -aG docker "$USER"' in hint


def test_dead_context_is_named(tmp_path):
    """A context whose engine is gone is told with its name, and no other engine is asked."""
    write_context(tmp_path, "colima", {"Host": f"unix://{tmp_path}/gone.sock"})

    reason = refused({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "colima"})

    assert f"context 'colima' (unix://{tmp_path}/gone.sock): No such file or directory" in reason.reason
    assert "docker context use default" in reason.hint


def test_address_that_makes_no_sense_is_shown():
    """What can't be an address is a reason, not a crash."""
    assert "DOCKER_HOST (fd://x): fd protocol is not implemented" in refused({"DOCKER_HOST": "fd://x"}).reason


def test_ssh_names_what_it_needs():
    """Without the SDK's own extra for ssh, the message says how to get it."""
    if importlib.util.find_spec("paramiko"):
        pytest.skip("the extra for ssh is installed")

    assert "docker[ssh]" in refused({"DOCKER_HOST": "ssh://nobody@127.0.0.1"}).hint


def test_other_server_is_no_engine(tmp_path):
    """Something that answers in another language is not taken for an engine."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        thread = threading.Thread(target=answer_once, args=(listener, b"SSH-2.0-x\r\n"))
        thread.start()
        reason = refused({"DOCKER_HOST": f"unix://{tmp_path}/s"})
        thread.join()

    assert "it answers 'SSH-2.0-x'" in reason.reason


def answer_once(listener, text):
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(text)


@pytest.mark.docker
def test_engine_of_a_context_is_used(engine, tmp_path):
    """The current context of the caller's Docker configuration leads to its engine."""
    write_context(tmp_path, "here", {"Host": engine})
    (tmp_path / "config.json").write_text('{"currentContext": "here"}')

    found = asyncio.run(connect({"DOCKER_CONFIG": str(tmp_path)}))

    assert str(found.candidate) == f"context 'here' ({engine})"
    assert not found.is_podman
    assert asyncio.run(found.failure(1.0)) == ""
    found.client.close()


@pytest.mark.docker
def test_first_usual_socket_that_answers_is_used(engine, tmp_path):
    """A rootless engine is found by the caller's runtime folder."""
    if not engine.startswith("unix://") or Path("/var/run/docker.sock").exists():
        pytest.skip("the engine of the tests is at the first place itself, or has no socket")
    (tmp_path / "docker.sock").symlink_to(engine.removeprefix("unix://"))

    found = asyncio.run(connect({"HOME": "/", "XDG_RUNTIME_DIR": str(tmp_path)}))

    assert found.candidate.origin == "rootless Docker"
    found.client.close()
