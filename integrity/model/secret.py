"""Values that must not be shown, and the one thing that takes them out of a text."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MASK = "•••"
CUT = "..."
SHORTEST = 4  # shorter values ("1", "on") stand in half of all texts; masking them would hide nothing and break much
_SECRET_NAME = re.compile(
    r"(?i)(^|[_\-.])(pass(word|wd|phrase)?|pwd|secret|token|api[_\-]?key|access[_\-]?key|private[_\-]?key|credentials?|auth|dsn"
    r"|[a-z]*key)($|[_\-.])"
)
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:)[^\s/@]+@")


def looks_secret(name: str) -> bool:
    """Whether an environment variable of this name is masked without being listed."""
    return _SECRET_NAME.search(name) is not None


def secret_values(environment: Mapping[str, str], listed: Iterable[str]) -> frozenset[str]:
    """The values to mask: of listed names, of names that look secret, and the passwords inside URLs."""
    names = set(listed)
    found = {value for name, value in environment.items() if name in names or looks_secret(name)}
    passwords = {password for value in environment.values() if (password := _url_password(value))}
    found |= passwords | {unquote(password) for password in passwords}
    return frozenset(value for value in found if len(value) >= SHORTEST)


def without_passwords(text: str) -> str:
    """`text` with the passwords inside its URLs masked, whoever wrote them there."""
    return _URL_PASSWORD.sub(rf"\1{MASK}@", text)


class Masker:
    """Replaces secret values by `•••`, in the spellings in which they turn up: as they are, JSON, repr, percent-encoded, by line."""

    def __init__(self, values: Iterable[str]) -> None:
        values = tuple(values)
        spellings = {spelling for value in values for spelling in _spellings(value) if len(spelling) >= SHORTEST}
        self._pieces = Pieces(value for value in values if len(value) >= 2 * SHORTEST)
        ordered = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._bytes = (
            re.compile(b"|".join(re.escape(spelling.encode(errors="surrogateescape")) for spelling in ordered))
            if ordered
            else None
        )
        self._longest = max((len(spelling.encode(errors="surrogateescape")) for spelling in ordered), default=0)

    def __repr__(self) -> str:
        return "Masker(•••)"

    def text(self, text: str) -> str:
        """`text` without secrets."""
        return text if self._pattern is None else self._pieces.masked(self._pattern.sub(MASK, text))

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """`data` as a masked head, and a tail in which a secret may have begun."""
        if self._bytes is None:
            return data, b""
        safe = max(0, len(data) - self._longest + 1)
        for match in self._bytes.finditer(data):
            if match.start() < safe < match.end():
                safe = match.end()
        return self.bytes(data[:safe]), data[safe:]

    def bytes(self, data: bytes) -> bytes:
        """`data` without secrets."""
        if self._bytes is None:
            return data
        shown = self._bytes.sub(MASK.encode(), data)
        if CUT.encode() not in shown:
            return shown
        return self._pieces.masked(shown.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


class Pieces:
    """The beginnings and ends of secrets that stand beside a cut (`...`), where pytest or the stream shortened a text."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = tuple(values)
        self._grams = {value[at : at + SHORTEST] for value in self._values for at in range(len(value) - SHORTEST + 1)}

    def masked(self, text: str) -> str:
        """`text` without such pieces; shorter ones than four characters tell nothing."""
        if not self._values or CUT not in text:
            return text
        parts = text.split(CUT)
        for index, part in enumerate(parts):
            after = self._without_end(part) if index > 0 else part
            parts[index] = self._without_beginning(after) if index < len(parts) - 1 else after
        return CUT.join(parts)

    def _without_end(self, part: str) -> str:
        frame = "]\n" if part.startswith("]\n") else ""
        rest = part[len(frame) :]
        if rest[:SHORTEST] not in self._grams:
            return part
        longest = max((_common(rest, value) for value in self._values), default=0)
        return f"{frame}{MASK}{rest[longest:]}" if longest else part

    def _without_beginning(self, part: str) -> str:
        frame = "\n[" if part.endswith("\n[") else ""
        rest = part[: len(part) - len(frame)]
        if rest[-SHORTEST:] not in self._grams:
            return part
        longest = max((_common(rest[::-1], value[::-1]) for value in self._values), default=0)
        return f"{rest[: len(rest) - longest]}{MASK}{frame}" if longest else part


class StreamMasker:
    """Masks a stream of bytes that comes in pieces; holds back only what may be the beginning of a secret."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The part of the stream that is safe to show after `data` came."""
        shown, self._held = self._masker.split(self._held + data)
        return shown

    def flush(self) -> bytes:
        """What was held back, once nothing more comes."""
        held, self._held = self._held, b""
        return self._masker.bytes(held)


def _common(text: str, value: str) -> int:
    """The length of the longest end of `value` that `text` begins with, 0 below four."""
    lengths = range(min(len(text), len(value)), SHORTEST - 1, -1)
    return next((length for length in lengths if text.startswith(value[-length:])), 0)


def _spellings(value: str) -> set[str]:
    lines = value.splitlines() if "\n" in value else []
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], *_encoded(value), *lines}


def _encoded(value: str) -> set[str]:
    """As URLs and pages spell it, and as an encoded header or manifest holds it when it stands there alone."""
    data = value.encode("utf-8", "surrogateescape")
    based = (base64.b64encode(data).decode().rstrip("="), base64.urlsafe_b64encode(data).decode().rstrip("="))
    return {quote(data, safe=""), quote(data), quote_plus(data), html.escape(value), repr(data)[2:-1], *based}


def _url_password(value: str) -> str | None:
    if "://" not in value:
        return None
    try:
        return urlsplit(value).password
    except ValueError:
        return None
