"""A conversation with a server over TCP or TLS, under a deadline."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Iterator

from integrity.checks.services.answer import Deadline, Trouble

if TYPE_CHECKING:
    from integrity.checks.services.address import Address

LONGEST = 1 << 20
_UNVERIFIED = frozenset({"none", "cert_none", "disabled"})


class Talk:
    """Sends and receives bytes. Every method raises Trouble: silent past the deadline, absent where the connection ends."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._rest = b""

    def send(self, content: bytes) -> None:
        """Send all of it."""
        with self._watched():
            self._connection.sendall(content)

    def exactly(self, size: int) -> bytes:
        """The next bytes."""
        if size > LONGEST:
            raise Trouble("it answers in another protocol")
        while len(self._rest) < size:
            self._receive()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def line(self) -> bytes:
        """The next line, without its end."""
        while b"\n" not in self._rest:
            if len(self._rest) > LONGEST:
                raise Trouble("it answers in another protocol")
            self._receive()
        found, _, self._rest = self._rest.partition(b"\n")
        return found.rstrip(b"\r")

    def _receive(self) -> None:
        with self._watched():
            received = self._connection.recv(65536)
        if not received:
            raise Trouble("it closed the connection before it answered", "absent")
        self._rest += received

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        self._connection.settimeout(self._deadline.left())
        try:
            yield
        except socket.timeout:
            self._deadline.left()
            raise Trouble(f"it gave no answer within {self._deadline.seconds:g} s", "silent") from None
        except OSError as error:
            raise Trouble(f"the connection broke: {error.strerror or type(error).__name__}", "absent") from None


@contextlib.contextmanager
def talk_with(address: Address, deadline: Deadline) -> Iterator[Talk]:
    """A connection, with TLS where the address says so. Raises Trouble."""
    connection = _connected(address, deadline)
    with contextlib.closing(connection):
        if not address.is_tls:
            yield Talk(connection, deadline)
            return
        with contextlib.closing(_encrypted(connection, address, deadline)) as encrypted:
            yield Talk(encrypted, deadline)


def _connected(address: Address, deadline: Deadline) -> socket.socket:
    try:
        return socket.create_connection((address.host, address.port), deadline.left())
    except socket.timeout:
        raise Trouble(f"nothing accepted a connection within {deadline.seconds:g} s", "absent") from None
    except socket.gaierror:
        raise Trouble("its host name can't be resolved", "absent") from None
    except UnicodeError:
        raise Trouble("its host name can be none", "login") from None
    except OSError as error:
        raise Trouble(f"nothing answers there: {(error.strerror or type(error).__name__).lower()}", "absent") from None


def _encrypted(connection: socket.socket, address: Address, deadline: Deadline) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if address.options.get("ssl_cert_reqs", "").lower() in _UNVERIFIED:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection.settimeout(deadline.left())
    try:
        return context.wrap_socket(connection, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        raise Trouble(f"its certificate is not accepted: {error.verify_message}", "login") from None
    except socket.timeout:
        raise Trouble(f"it began no TLS within {deadline.seconds:g} s", "silent") from None
    except (OSError, ValueError) as error:
        raise Trouble(f"it does not speak TLS: {getattr(error, 'reason', None) or type(error).__name__}") from None
