"""One variable, read with two different literal defaults or casts in one package (ENV111).

Without a declaration only where they stand in two files: in one, whoever wrote them saw both.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator, NamedTuple, Sequence

from integrity.checks.env.known import is_platform, is_secret_name, secret_shape
from integrity.checks.env.reads import Read
from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.env.reads import Reads


class Packages(NamedTuple):
    """What each package reads. `is_declared`: casts count too."""

    reads: tuple[Reads, ...]
    is_declared: bool = False


def conflicts(packages: Packages) -> Examined:
    """ENV111."""
    findings: list[Finding] = []
    count = 0
    for reads in packages.reads:
        by_name: dict[str, list[Read]] = {}
        for read in reads.reads:
            by_name.setdefault(read.name, []).append(read)
        count += len(by_name)
        for name, found in by_name.items():
            if not is_platform(name):
                findings.extend(_conflicts_of(name, found, is_declared=packages.is_declared))
    return Examined(count, tuple(findings))


def spoiled(packages: Packages) -> Iterator[Packages]:
    """Copies in which a package reads one more variable, twice, with two defaults."""
    for index, reads in enumerate(packages.reads):
        if reads.reads:
            twice = (Read("SPOILED_VARIABLE", Place(f"{default}.py", 1), repr(default)) for default in ("one", "other"))
            worse = reads._replace(reads=(*reads.reads, *twice))
            yield packages._replace(reads=(*packages.reads[:index], worse, *packages.reads[index + 1 :]))
            return


def _conflicts_of(name: str, reads: Sequence[Read], *, is_declared: bool) -> Iterator[Finding]:
    by_default: dict[str, Read] = {}
    by_type: dict[str, Read] = {}
    for read in sorted(reads, key=lambda read: read.place[:2]):
        if read.default:
            by_default.setdefault(_plain(read.default), read)
        if read.type:
            by_type.setdefault(read.type, read)
    files = {read.place.path for read in by_default.values()}
    if len(by_default) > 1 and (is_declared or len(files) > 1):
        defaults = [read.default for read in by_default.values()]
        shown = "" if any(_is_secret(name, default) for default in defaults) else f": {' and '.join(defaults)}"
        yield _finding(
            name,
            f"{name} is read with different defaults{shown}; which one holds depends on who asks.",
            list(by_default.values()),
        )
    elif is_declared and len(by_type) > 1:
        yield _finding(name, f"{name} is read as {' and as '.join(by_type)}.", list(by_type.values()))


def _is_secret(name: str, default: str) -> bool:
    """Whether a default is not to be shown: by the variable's name, by its shape, or as a URL with user info."""
    value = str(ast.literal_eval(default))
    return is_secret_name(name) or secret_shape(name, value) != "" or ("://" in value and "@" in value)


def _finding(name: str, message: str, reads: Sequence[Read]) -> Finding:
    first, *others = (read.place for read in reads)
    places = (first, *(place._replace(role="duplicate") for place in others))
    return Finding("ENV111", name, message, "Read it in one place, and use that.", places, level="warning")


def _plain(default: str) -> str:
    """What of a default counts: `25` and `"25"` are the same, `True` and `"true"` too."""
    return str(ast.literal_eval(default)).strip().lower()
