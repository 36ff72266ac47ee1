"""Files written whole or not at all, and the folder where the tool keeps its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

STORE = ".integrity"
_CACHE_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by integrity; `integrity clean` removes it.\n"


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write `content` so that a reader, or a kill at any moment, finds the old file or the new one, never a part."""
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_store(root: Path) -> Path:
    """The folder `.integrity` under `root`, ignored by git and by backup programs through files of its own."""
    store = root / STORE
    store.mkdir(exist_ok=True)
    for name, content in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _CACHE_TAG)):
        if not (store / name).exists():
            write_atomically(store / name, content)
    return store
