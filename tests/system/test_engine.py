"""Whether a container engine answers."""

from __future__ import annotations

import socket
import threading

import pytest

from integrity.system import engine


@pytest.fixture
def server(tmp_path):
    """Starts a server on a socket that reads one request and sends one answer (None: keeps silent); gives its address."""
    listeners, threads, done = [], [], threading.Event()

    def serve(listener, answer):
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            if answer is None:
                done.wait(10)
            else:
                connection.sendall(answer)

    def start(answer, *, tcp=False):
        listener = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
        listener.bind(("127.0.0.1", 0) if tcp else str(tmp_path / "s"))
        listener.listen()
        listeners.append(listener)
        threads.append(threading.Thread(target=serve, args=(listener, answer)))
        threads[-1].start()
        return f"tcp://127.0.0.1:{listener.getsockname()[1]}" if tcp else f"unix://{tmp_path / 's'}"

    yield start
    done.set()
    for thread in threads:
        thread.join(10)
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_engine_that_answers_has_no_failure(server, tcp):
    """A ping that is answered with 200 is an engine."""
    assert engine.engine_failure(server(b"HTTP/1.0 200 OK\r\n\r\nOK", tcp=tcp)) == ""


def test_other_answer_is_no_engine(server):
    """Whatever else answers on the socket is shown as it is."""
    assert "HTTP/1.0 403" in engine.engine_failure(server(b"HTTP/1.0 403 Forbidden\r\n\r\n"))


def test_silent_socket_is_given_up_on(server):
    """A socket that accepts and says nothing ends the question by its deadline."""
    assert engine.engine_failure(server(None)) == "no answer within 1 s"


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("unix:///nowhere/s", "No such file"),
        ("ssh://host", "ssh://host can't be asked"),
        ("nonsense", "nonsense can't be asked"),
        ("tcp://host:port", "ort"),
        ("unix://" + "/x" * 100, "too long"),
    ],
)
def test_address_without_engine_says_why(host, reason):
    """An address that nobody can be asked at is a reason, never an exception."""
    assert reason in engine.engine_failure(host)
