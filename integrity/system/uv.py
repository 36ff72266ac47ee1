"""The door to uv: where it is, and one call of it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from integrity.errors import IntegrityError
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.system.process import Completed, capture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FOR_PYTHON = frozenset({"PATH", "HOME", "LANG", ATTEMPT_VARIABLE})


class Uv:
    """uv as it is installed; `identity` tells one release from another without starting it.

    `environment` is what uv and the build backends that it starts see: `tool_environment`, and the run's mark.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {**environment, "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
        self.binary = find_uv(self.environment)
        # A release's size is its own. Its modification time is not: it differs after every install.
        self.identity = f"uv-{self.binary.stat().st_size}"

    @property
    def python_environment(self) -> Mapping[str, str]:
        """What an interpreter sees that is only asked something."""
        return {name: value for name, value in self.environment.items() if name in _FOR_PYTHON}

    async def run(self, *arguments: str, cwd: Path, timeout_s: float, path: Sequence[str] = ()) -> Completed:
        """Run `uv ARGUMENTS`, with the folders `path` before PATH; raises TimeoutError after its whole group was killed."""
        searched = os.pathsep.join((*path, self.environment.get("PATH", os.defpath)))
        environment = {**self.environment, "PATH": searched}
        return await capture([str(self.binary), *arguments], cwd=cwd, environment=environment, timeout_s=timeout_s)


def find_uv(environment: Mapping[str, str]) -> Path:
    """The binary of the installed `uv` distribution, else the one on PATH. Raises IntegrityError."""
    from pathlib import Path  # noqa: PLC0415 - only needed once

    try:
        from uv import find_uv_bin  # noqa: PLC0415 - a broken install must not break `integrity list`

        return Path(find_uv_bin())
    except (FileNotFoundError, ImportError):
        found = shutil.which("uv", path=environment.get("PATH"))
    if found is None:
        raise IntegrityError(
            "uv is not installed: its program is neither beside this Python nor on PATH", hint="pip install uv"
        )
    return Path(found)
