"""AMQP 0-9-1: opens a connection to a virtual host, as the user of the URL, frame by frame."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from integrity.checks.services.answer import Answer, Deadline, Trouble
from integrity.checks.services.talk import Talk, talk_with

if TYPE_CHECKING:
    from integrity.checks.services.address import Address

HEADER = b"AMQP\x00\x00\x09\x01"
START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK, CLOSE = ((10, number) for number in (10, 11, 30, 31, 40, 41, 50))
_METHOD, _HEARTBEAT, _END = 1, 8, 0xCE
_CAPABILITY = b"\x1cauthentication_failure_closet\x01"  # so that a wrong password is told of, not only hung up on


def ask_amqp(address: Address, deadline: Deadline) -> Answer:
    """Log in and open the virtual host; nothing is declared and nothing is sent."""
    with talk_with(address, deadline) as talk:
        talk.send(HEADER)
        _expect(talk, START, is_first=True)
        talk.send(frame(START_OK, _login(address)))
        limits = _expect(talk, TUNE)
        talk.send(frame(TUNE_OK, limits[:8]) + frame(OPEN, _short(address.name or "/") + b"\x00\x00"))
        _expect(talk, OPEN_OK)
        talk.send(frame(CLOSE, struct.pack(">H", 200) + _short("") + struct.pack(">HH", 0, 0)))
    return Answer()


def frame(method: tuple[int, int], arguments: bytes) -> bytes:
    """A frame of channel 0 that holds a method."""
    payload = struct.pack(">HH", *method) + arguments
    return struct.pack(">BHL", _METHOD, 0, len(payload)) + payload + bytes([_END])


def _expect(talk: Talk, method: tuple[int, int], *, is_first: bool = False) -> bytes:
    """The arguments of the next method, which has to be this one."""
    kind, _, size = struct.unpack(">BHL", talk.exactly(7))
    if kind not in {_METHOD, _HEARTBEAT} or (is_first and kind != _METHOD):
        raise Trouble("it answers in another protocol than AMQP 0-9-1")
    payload = talk.exactly(size + 1)[:-1]
    if kind == _HEARTBEAT:
        return _expect(talk, method)
    found = struct.unpack(">HH", payload[:4])
    if found == CLOSE:
        code, length = struct.unpack(">HB", payload[4:7])
        raise Trouble(f"it closed the connection: {code} {payload[7 : 7 + length].decode('utf-8', 'replace')}", "login")
    if found != method:
        raise Trouble("it answers with another method than AMQP 0-9-1 has there")
    return payload[4:]


def _login(address: Address) -> bytes:
    response = f"\0{address.user or 'guest'}\0{address.password or 'guest'}".encode()
    capabilities = _short("capabilities") + b"F" + _long(_CAPABILITY)
    return _long(capabilities) + _short("PLAIN") + _long(response) + _short("en_US")


def _short(text: str) -> bytes:
    content = text.encode("utf-8")[:255]
    return bytes([len(content)]) + content


def _long(content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + content
