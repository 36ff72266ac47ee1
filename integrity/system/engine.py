"""Whether a container engine answers: one plain request on its socket, within a second. Nothing is imported for it."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

DEFAULT_HOST = "unix:///var/run/docker.sock"
DEADLINE_S = 1.0
_PORT = 2375
_REQUEST = b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n"
_ANSWER_BYTES = 4096


def engine_failure(host: str, *, deadline_s: float = DEADLINE_S) -> str:
    """Why no engine answers at `host`; empty when one does."""
    try:
        with _connected(host, deadline_s) as connection:
            connection.sendall(_REQUEST)
            answer = connection.recv(_ANSWER_BYTES)
    except TimeoutError:
        return f"no answer within {deadline_s:g} s"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    status = answer.split(b"\r\n", 1)[0]
    return "" if b" 200" in status else f"it answers {status.decode('ascii', 'replace')!r}"


def _connected(host: str, deadline_s: float) -> socket.socket:
    parts = urlsplit(host)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(deadline_s)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection
    if parts.scheme not in {"tcp", "http"} or not parts.hostname:
        raise ValueError(f"{host} can't be asked without the engine's own client")
    return socket.create_connection((parts.hostname, parts.port or _PORT), timeout=deadline_s)
