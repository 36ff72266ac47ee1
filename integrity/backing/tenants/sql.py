"""Files of SQL: which ones `init` names, what they hold, and statements with their places. It runs nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.backing.server import service_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from integrity.errors import UnitFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a file, and the line where it starts."""

    text: str
    path: Path
    line: int

    def fault(self, problem: str, *, hint: str = "") -> UnitFault:
        """An error of this statement, with its place."""
        return service_fault(f"{self.path}:{self.line}: {problem}", hint=hint)


def sql_files(init: Sequence[Path]) -> tuple[Path, ...]:
    """The files that `init` names, in order; a folder stands for its `*.sql`, sorted by name. Raises UnitFault."""
    files: list[Path] = []
    for path in init:
        found = sorted(path.glob("*.sql")) if path.is_dir() else [path]
        if not found or not found[0].is_file():
            hint = "Let `init` name a `.sql` file, or a folder that holds some."
            raise service_fault(f"{path}: there is no SQL to prepare the database with", hint=hint)
        files += found
    return tuple(files)


def content_hash(files: Iterable[Path]) -> str:
    """Of what the files hold, in their order; where they lie doesn't count."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def read_sql(path: Path) -> str:
    """The file's text. Raises UnitFault where it isn't UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as problem:
        raise service_fault(f"{path}: can't be read as SQL: {problem}", hint="Save the file as UTF-8.") from problem


def placed(path: Path, text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Statement]:
    """The statements at these places of the text, which come in order."""
    line, seen = 1, 0
    for start, end in spans:
        line += text.count("\n", seen, start)
        seen = start
        yield Statement(text=text[start:end], path=path, line=line)
