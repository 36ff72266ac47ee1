"""A copy of what runs inside every env, kept under its content's digest, so that envs see it and nothing else of this tool."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

import integrity


def inside_folder(store: Path) -> Path:
    """The folder to put on an env's path; made when it is not there."""
    package = Path(integrity.__file__).parent
    files = [package / "__init__.py", *sorted((package / "inside").rglob("*.py"))]
    contents = {str(path.relative_to(package)): path.read_bytes() for path in files}
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    final = store / "inside" / digest.hexdigest()[:32]
    if not final.is_dir():
        _write(final, contents)
    return final


def _write(final: Path, contents: dict[str, bytes]) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f"{final.name}.", suffix=".tmp", dir=final.parent))
    try:
        temporary.chmod(0o755)
        for path, content in contents.items():
            target = temporary / "integrity" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        temporary.rename(final)
    except OSError:
        if not final.is_dir():  # else another run was first, with the same content
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
