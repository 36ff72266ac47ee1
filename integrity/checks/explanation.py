"""Reads texts that explain a code by an example: what is wrong, the files that show it, and the same files mended.

The texts lie in `explained/`, one for each code; the corpus of the tests has the same form:

    What is wrong, and what comes of it.

    expect: REG101 limits.py:3
    -- limits.py --
    (the file with the defect)
    -- limits.py (mended) --
    (the file as it should be)

`-- path (gone) --` is a file that the mended unit no longer has. `run: pytest` marks an example that needs the unit's
env: frameworks that are installed, objects that are imported.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

FOLDER = os.path.join(os.path.dirname(__file__), "explained")
_FILE = re.compile(r"^-- (?P<path>\S+)(?: \((?P<state>mended|gone)\))? --$")
_HEADER = re.compile(r"^(expect|run): (.+)$")


@dataclass(frozen=True)
class Example:
    """`expected` are `(code, path, line)`; `wrong` and `right` are whole units, text by path."""

    prose: str
    expected: tuple[tuple[str, str, int], ...]
    needs_env: bool
    wrong: dict[str, str] = field(default_factory=dict)
    right: dict[str, str] = field(default_factory=dict)


def explanation_of(code: str) -> Example:
    """The text of a code. Raises FileNotFoundError where there is none."""
    with open(os.path.join(FOLDER, f"{code}.txt"), encoding="utf-8") as stream:
        return example_of(stream.read())


def example_of(text: str) -> Example:
    """The example that a text holds. Raises ValueError for a text without a file or an expectation."""
    prose: list[str] = []
    expected: list[tuple[str, str, int]] = []
    needs_env = False
    wrong: dict[str, list[str]] = {}
    mended: dict[str, list[str] | None] = {}
    into = prose
    for line in text.splitlines():
        if (mark := _FILE.match(line)) is not None:
            into = []
            (wrong if mark["state"] is None else mended)[mark["path"]] = into
            if mark["state"] == "gone":
                mended[mark["path"]] = None
        elif into is prose and (header := _HEADER.match(line)) is not None:
            if header[1] == "run":
                needs_env = header[2] == "pytest"
            else:
                code, place = header[2].split()
                path, _, number = place.rpartition(":")
                expected.append((code, path, int(number)))
        else:
            into.append(line)
    if not wrong or not expected:
        raise ValueError("an example has an `expect:` and at least one file")
    right = {path: lines for path, lines in {**wrong, **mended}.items() if lines is not None}
    return Example("\n".join(prose).strip(), tuple(expected), needs_env, _joined(wrong), _joined(right))


def _joined(files: dict[str, list[str]]) -> dict[str, str]:
    return {path: "\n".join(lines) + "\n" for path, lines in files.items()}
