"""Documents that the tool keeps for itself between runs. One is of exactly the shape that this release writes, or it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from integrity.system.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="schema"):
    """The base of all kept documents; each is a class with a tag `integrity.<doc>/<n>`, which changes with its meaning."""


Kept = TypeVar("Kept", bound=Record)


def read_record(path: Path, kind: type[Kept]) -> Kept | None:
    """The document at `path`; None when it is absent, torn, or of another release: a field too few, too many or of another type."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def write_record(path: Path, record: Record) -> None:
    """Keep `record`, written whole; its folder is made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, msgspec.json.encode(record))
