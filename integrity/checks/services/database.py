"""PostgreSQL and MySQL without a driver: their first words over a socket, which tell the version or why they refuse."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from integrity.checks.services.answer import Answer, Deadline, Trouble
from integrity.checks.services.talk import talk_with

if TYPE_CHECKING:
    from integrity.checks.services.address import Address

NO_DRIVER = "the env has no driver for it, so it was greeted but nobody logged in"
_PROTOCOL = 196608
_STARTING_UP = "57P03"
_TOO_MANY = 1040


def greet_postgres(address: Address, deadline: Deadline) -> Answer:
    """Ask to be logged in; a server that serves asks back for the password."""
    user = address.user or "postgres"
    words = ("user", user, "database", address.name or user, "application_name", "integrity")
    content = struct.pack(">L", _PROTOCOL) + b"".join(word.encode() + b"\0" for word in words) + b"\0"
    with talk_with(address, deadline) as talk:
        talk.send(struct.pack(">L", len(content) + 4) + content)
        kind = talk.exactly(1)
        (size,) = struct.unpack(">L", talk.exactly(4))
        body = talk.exactly(max(size - 4, 0)) if kind in {b"R", b"E"} else b""
    if kind == b"R":
        return Answer(note=NO_DRIVER)
    if kind != b"E":
        raise Trouble("it answers in another protocol than PostgreSQL's")
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    raise Trouble(f"it refuses: {fields.get(b'M', '')}", "absent" if fields.get(b"C") == _STARTING_UP else "login")


def greet_mysql(address: Address, deadline: Deadline) -> Answer:
    """Read the greeting, which a server that serves sends to whoever connects."""
    with talk_with(address, deadline) as talk:
        head = talk.exactly(4)
        payload = talk.exactly(head[0] | head[1] << 8 | head[2] << 16)
    if payload[:1] == b"\xff":
        (code,) = struct.unpack("<H", payload[1:3])
        raise Trouble(
            f"it refuses: {payload[3:].decode('utf-8', 'replace')}", "absent" if code == _TOO_MANY else "login"
        )
    if payload[:1] != b"\x0a":
        raise Trouble("it answers in another protocol than MySQL's")
    return Answer(version=payload[1:].partition(b"\0")[0].decode("utf-8", "replace"), note=NO_DRIVER)
