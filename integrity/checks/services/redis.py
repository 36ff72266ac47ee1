"""Redis and Valkey: AUTH, SELECT and PING over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.checks.services.answer import Answer, Deadline, Trouble
from integrity.checks.services.talk import Talk, talk_with

if TYPE_CHECKING:
    from integrity.checks.services.address import Address

_TEMPORARY = ("LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN")
_LOGIN = ("NOAUTH", "WRONGPASS", "NOPERM", "ERR AUTH", "ERR invalid password", "ERR Client sent AUTH")


def ask_redis(address: Address, deadline: Deadline) -> Answer:
    """PING, as the user and in the database that the URL names."""
    database = address.options.get("db") or address.name
    with talk_with(address, deadline) as talk:
        if address.password:
            _call(talk, "AUTH", *([address.user] if address.user not in {"", "default"} else []), address.password)
        if database and database != "0":
            _call(talk, "SELECT", database)
        said = _call(talk, "PING")
    if said != "PONG":
        raise Trouble("it answers PING with something else than PONG")
    return Answer()


def _call(talk: Talk, *words: str) -> str:
    parts = [word.encode("utf-8") for word in words]
    talk.send(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
    line = talk.line().decode("utf-8", "replace")
    if line.startswith("+"):
        return line[1:]
    if not line.startswith("-"):
        raise Trouble("it answers in another protocol than that of Redis")
    reason = "absent" if line[1:].startswith(_TEMPORARY) else "login" if line[1:].startswith(_LOGIN) else "protocol"
    raise Trouble(f"it answers {words[0]} with: {line[1:]}", reason)
