"""HTTP: one GET, without following redirects."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from typing import TYPE_CHECKING

from integrity.checks.services.answer import Answer, Deadline, Trouble

if TYPE_CHECKING:
    from integrity.checks.services.address import Address

LONGEST_BODY = 1 << 20


def ask_web(address: Address, path: str, deadline: Deadline) -> Answer:
    """The status and the body for a path below the URL."""
    kind = http.client.HTTPSConnection if address.is_tls else http.client.HTTPConnection
    connection = kind(address.host, address.port, timeout=deadline.left())
    try:
        connection.request("GET", _target(address, path), headers=_headers(address))
        with connection.getresponse() as answer:  # which may hold the socket after the connection let go of it
            return Answer(status=answer.status, body=answer.read(LONGEST_BODY))
    except ssl.SSLCertVerificationError as error:
        raise Trouble(f"its certificate is not accepted: {error.verify_message}", "login") from None
    except socket.timeout:
        raise Trouble(f"it gave no answer within {deadline.seconds:g} s", "silent") from None
    except socket.gaierror:
        raise Trouble("its host name can't be resolved", "absent") from None
    except (http.client.RemoteDisconnected, ConnectionError) as error:
        raise Trouble(
            f"nothing answers there: {(getattr(error, 'strerror', '') or 'it hung up').lower()}", "absent"
        ) from None
    except (http.client.HTTPException, ValueError) as error:
        raise Trouble(f"it does not answer in HTTP: {type(error).__name__}") from None
    except OSError as error:
        raise Trouble(
            f"the connection broke: {getattr(error, 'reason', None) or error.strerror or type(error).__name__}"
        ) from None
    finally:
        connection.close()


def _target(address: Address, path: str) -> str:
    joined = f"{address.path.rstrip('/')}/{path.lstrip('/')}" if path else address.path or "/"
    return f"{joined}?{address.query}" if address.query and "?" not in joined else joined


def _headers(address: Address) -> dict[str, str]:
    headers = {"Accept": "application/json, */*", "User-Agent": "integrity"}
    if address.user or address.password:
        login = base64.b64encode(f"{address.user}:{address.password}".encode()).decode("ascii")
        headers["Authorization"] = f"Basic {login}"
    return headers
