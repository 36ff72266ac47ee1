"""Reads the Python files that a list names, and parses each: the floor under `integrity check`."""

import ast
import contextlib
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
for path in Path(sys.argv[1]).read_text(encoding="utf-8", errors="surrogateescape").split("\0"):
    with open(path, "rb") as stream, contextlib.suppress(SyntaxError, ValueError):  # noqa: PTH123 - the cheapest way
        ast.parse(stream.read())
