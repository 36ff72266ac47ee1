"""Takes the URL of a service apart, and shows it without what is secret in it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from integrity.checks.services.answer import one_line

SHORTEST_SECRET = 4  # what is shorter would tear other words apart; a text that holds it is not shown at all
_KINDS = {  # scheme: kind, port, whether it is TLS
    "postgres": ("postgres", 5432, False),
    "postgresql": ("postgres", 5432, False),
    "psql": ("postgres", 5432, False),
    "pgsql": ("postgres", 5432, False),
    "postgis": ("postgres", 5432, False),
    "mysql": ("mysql", 3306, False),
    "mysql2": ("mysql", 3306, False),
    "mariadb": ("mysql", 3306, False),
    "redis": ("redis", 6379, False),
    "rediss": ("redis", 6379, True),
    "rediscache": ("redis", 6379, False),
    "valkey": ("redis", 6379, False),
    "valkeys": ("redis", 6379, True),
    "amqp": ("amqp", 5672, False),
    "pyamqp": ("amqp", 5672, False),
    "amqps": ("amqp", 5671, True),
    "http": ("http", 80, False),
    "https": ("http", 443, True),
    "tcp": ("tcp", 0, False),
    "tls": ("tcp", 0, True),
}


class WrongAddress(ValueError):  # noqa: N818 - it says what is wrong
    """It is no URL of a service; the text says why, without a value."""


class Address(NamedTuple):
    """Where a service is. `kind` is what its scheme says; `query` and `password` are never shown."""

    kind: str
    scheme: str
    host: str
    port: int
    user: str
    password: str
    path: str
    query: str
    is_tls: bool
    text: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def name(self) -> str:
        """The path without its first slash: a database, a number, a virtual host."""
        return unquote(self.path[1:])

    @property
    def options(self) -> dict[str, str]:
        """The query."""
        return dict(parse_qsl(self.query))

    def without_secrets(self, words: str) -> str:
        """What a server or a driver said, in one line that is not too long, without password and query."""
        found = {self.text, self.password, quote(self.password, safe=""), self.query, *self.options.values()}
        for secret in sorted(found - {""}, key=len, reverse=True):
            if secret in words and len(secret) < SHORTEST_SECRET:
                return "its words hold the password, and are not shown"
            words = words.replace(secret, "***")
        return one_line(words)


def address_of(text: str) -> Address:
    """The address that a URL, or `host:port`, gives. Raises WrongAddress."""
    url = text.strip()
    try:
        parts = urlsplit(url if "://" in url else f"tcp://{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise WrongAddress("it is no URL that can be read") from None
    scheme = parts.scheme.partition("+")[0]
    if scheme not in _KINDS:
        raise WrongAddress(f"its scheme is none of {', '.join(_KINDS)}")
    kind, usual, is_tls = _KINDS[scheme]
    if not host and kind != "postgres":
        raise WrongAddress("it names no host")
    if not (port or usual):
        raise WrongAddress("it names no port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(kind, scheme, host, port or usual, user, password, parts.path, parts.query, is_tls, text)
