"""AMQP is spoken frame by frame; the other side of the talk stands here, written from the specification."""

from __future__ import annotations

import struct

from integrity.checks.services.address import address_of
from integrity.checks.services.amqp import CLOSE, HEADER, OPEN, OPEN_OK, START, START_OK, TUNE, TUNE_OK, frame
from integrity.checks.services.answer import Answer
from integrity.checks.services.asking import answer_at
from tests.checks.services import doors

GREETING = b"\x00\x09" + struct.pack(">L", 0) + struct.pack(">L", 5) + b"PLAIN" + struct.pack(">L", 5) + b"en_US"
LIMITS = struct.pack(">HLH", 2047, 131072, 60)


class Broker:
    """Lets `user` with `password` into the virtual host; what it was told stands in `told`."""

    def __init__(self, user="guest", password="guest", host="/"):
        self.login, self.host = f"\0{user}\0{password}".encode(), host.encode()
        self.told = []

    def __call__(self, connection):
        stream = connection.makefile("rb")
        assert stream.read(8) == HEADER
        connection.sendall(frame(START, GREETING))
        if self.login not in self._method(stream, START_OK):
            connection.sendall(frame(CLOSE, refusal(403, "ACCESS_REFUSED - Login was refused")))
            return
        connection.sendall(frame(TUNE, LIMITS))
        assert self._method(stream, TUNE_OK) == LIMITS
        named = self._method(stream, OPEN)
        if named[1 : 1 + named[0]] != self.host:
            connection.sendall(frame(CLOSE, refusal(530, "NOT_ALLOWED - vhost not found")))
            return
        connection.sendall(b"\x08\x00\x00\x00\x00\x00\x00\xce" + frame(OPEN_OK, b"\x00"))
        self._method(stream, CLOSE)

    def _method(self, stream, method):
        kind, channel, size = struct.unpack(">BHL", stream.read(7))
        payload = stream.read(size)
        assert (kind, channel, stream.read(1)) == (1, 0, b"\xce")
        assert struct.unpack(">HH", payload[:4]) == method
        self.told.append(method)
        return payload[4:]


def refusal(code, text):
    return struct.pack(">HB", code, len(text)) + text.encode() + struct.pack(">HH", 0, 0)


def asked(url, broker):
    with doors.server(broker) as port:
        return answer_at(address_of(url.format(port)), 2)


def test_connection_is_opened_and_closed():
    """As guest in the host `/` where the URL says nothing else; heartbeats between are passed over."""
    broker = Broker()

    assert asked("amqp://127.0.0.1:{}", broker) == Answer()
    assert broker.told[:3] == [START_OK, TUNE_OK, OPEN]


def test_user_and_virtual_host_are_those_of_the_url():
    """Both are unquoted."""
    assert asked("amqp://app:a%2Fb@127.0.0.1:{}/own%2Fhost", Broker("app", "a/b", "own/host")) == Answer()
    assert asked("pyamqp://127.0.0.1:{}//", Broker()) == Answer()


def test_wrong_password_is_told_and_not_shown():
    """Nor is it tried again."""
    broker = Broker()

    answer = asked("amqp://guest:wrong-secret@127.0.0.1:{}", broker)

    assert (answer.reason, "403 ACCESS_REFUSED" in answer.trouble) == ("login", True)
    assert "wrong-secret" not in answer.trouble
    assert broker.told == [START_OK]


def test_unknown_virtual_host_is_told():
    """In the broker's own words."""
    assert "530 NOT_ALLOWED" in asked("amqp://127.0.0.1:{}/nothing", Broker()).trouble


def test_broker_of_an_older_protocol_is_told():
    """It answers with the header that it wants."""
    with doors.saying(b"AMQP\x01\x01\x00\x0a", first=False) as port:
        answer = answer_at(address_of(f"amqp://127.0.0.1:{port}"), 1)

    assert "another protocol" in answer.trouble or "hung up" in answer.trouble or "closed" in answer.trouble
