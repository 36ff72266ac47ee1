"""Console scripts of an env: they start the env's own Python, however long its path is. Pure but for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_SHEBANG = 127  # bytes, `#!` included: what every Linux kernel in use reads


def console_script(python: Path, target: str) -> str:
    """A script that calls an entry point's `module:object`, with extras after it ignored."""
    module, _, attribute = target.partition("[")[0].strip().partition(":")
    called = attribute.strip() or "main"
    first = called.partition(".")[0]
    return f"{shebang(python)}import sys\n\nfrom {module.strip()} import {first}\n\nsys.exit({called}())\n"


def shebang(python: Path) -> str:
    """The first lines of a script; where the path is too long or has a space, the shell starts Python with this very file."""
    line = f"#!{python}\n"
    if len(line.encode()) <= _LONGEST_SHEBANG and " " not in str(python):
        return line
    quoted = str(python).replace("'", "'\"'\"'")
    # The shell runs the line between the quotes; Python sees a string that nobody uses.
    return f"#!/bin/sh\n'''exec' '{quoted}' \"$0\" \"$@\"\n' '''\n"


def rebased_script(program: Path, python: Path) -> str | Path:
    """A file that a wheel puts beside Python: Python's scripts start the env's Python, all else is linked to."""
    content = program.read_bytes()
    first, _, rest = content.partition(b"\n")
    if content[:2] != b"#!" or b"python" not in first:
        return program
    return shebang(python) + rest.decode("utf-8", "surrogateescape")
