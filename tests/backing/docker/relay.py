"""A relay in front of an engine: hangs, hangs up or is late when a test says so. The engine itself is never touched."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit


class Relay:
    """Passes on all connections to the engine at `url`; `late_s` holds each answer back by so much.

    A request that has `held` in it is held back for `held_s`; `seen` and `passed` say where that is.
    """

    def __init__(self, url, listener):
        self._engine = urlsplit(url)
        self._listener = listener
        self._passing = threading.Event()
        self._passing.set()
        self._sockets = []
        self.late_s = 0.0
        self.held = b""
        self.held_s = 0.0
        self.seen, self.passed = threading.Event(), threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def hang(self):
        """From now on accept, and answer nothing."""
        self._passing.clear()

    def end(self):
        """Hang up, and listen no more."""
        self._passing.set()
        for each in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                engine = self._connected()
                self._sockets += [client, engine]
                for source, target, is_answer in ((client, engine, False), (engine, client, True)):
                    threading.Thread(target=self._pass_on, args=(source, target, is_answer), daemon=True).start()

    def _connected(self):
        if self._engine.scheme == "unix":
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._engine.path)
            return engine
        return socket.create_connection((self._engine.hostname, self._engine.port or 2375))

    def _pass_on(self, source, target, is_answer):
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                self._passing.wait()
                if is_answer:
                    time.sleep(self.late_s)
                is_held = not is_answer and self.held and self.held in block
                if is_held:
                    self.seen.set()
                    time.sleep(self.held_s)
                target.sendall(block)
                if is_held:
                    self.passed.set()
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def unix_relay(url, path):
    """A relay on a socket of its own; `unix://<path>` leads to it."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    with listening(url, listener) as relay:
        yield relay


@contextlib.contextmanager
def tcp_relay(url, host):
    """A relay on a port of `host`; gives its DOCKER_HOST."""
    listener = socket.socket()
    listener.bind((host, 0))
    with listening(url, listener):
        yield f"tcp://{host}:{listener.getsockname()[1]}"


@contextlib.contextmanager
def listening(url, listener):
    listener.listen(64)
    relay = Relay(url, listener)
    try:
        yield relay
    finally:
        relay.end()
