"""Servers of a few lines, each with one fault; real ones come from `tests.backing.servers`."""

from __future__ import annotations

import contextlib
import socket
import threading

from tests.backing.servers import free_port

HANG_S = 30


@contextlib.contextmanager
def server(answer):
    """Calls `answer` with each connection, in a thread of its own; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, answer), daemon=True).start()
        yield listener.getsockname()[1]


def saying(content, *, first=True):
    """Says this, at once or after it was asked, and hangs up."""

    def answer(connection):
        if not first:
            connection.recv(65536)
        connection.sendall(content)

    return server(answer)


def silent():
    """Accepts, and says nothing."""
    return server(lambda connection: connection.recv(1 << 20) and connection.recv(1 << 20))


def dripping():
    """Sends a byte of an endless line every now and then."""

    def answer(connection):
        ended = threading.Event()
        with contextlib.suppress(OSError):
            while not ended.wait(0.05):
                connection.sendall(b"+")

    return server(answer)


def closed_port():
    """A port at which nothing listens."""
    return free_port()


def _serve(listener, answer):
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answered, args=(connection, answer), daemon=True).start()


def _answered(connection, answer):
    with connection, contextlib.suppress(OSError):
        connection.settimeout(HANG_S)
        answer(connection)
