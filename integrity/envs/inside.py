"""A copy of what runs inside every env, kept under its content's digest, so that envs see it and nothing else of this tool."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import integrity
from integrity.envs.once import locked
from integrity.envs.places import put_in_place, temporary_beside

if TYPE_CHECKING:
    from collections.abc import Mapping


async def inside_folder(folder: Path, *, timeout_s: float) -> Path:
    """The folder to put on an env's path; made, below `folder`, when it is not there or not whole."""
    contents = _contents()
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    final = folder / digest.hexdigest()[:32]
    if not _holds(final, contents):
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - once in a run
        async with locked(folder / f"{final.name}.lock", timeout_s=timeout_s):
            if not _holds(final, contents):
                _write(final, contents)
    return final


def _contents() -> dict[str, bytes]:
    package = Path(integrity.__file__).parent
    parts = [path for name in ("inside", "checks") for path in sorted((package / name).rglob("*.py"))]
    return {str(path.relative_to(package.parent)): path.read_bytes() for path in (package / "__init__.py", *parts)}


def _holds(folder: Path, contents: Mapping[str, bytes]) -> bool:
    try:
        return all((folder / path).read_bytes() == content for path, content in contents.items())
    except OSError:
        return False


def _write(final: Path, contents: Mapping[str, bytes]) -> None:
    with temporary_beside(final.parent, final.name) as temporary:
        for path, content in contents.items():
            target = temporary / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        put_in_place(temporary, final)
