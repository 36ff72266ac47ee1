"""The door to uv: where it is, what it may see of the host's environment, and one call of it."""

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

_PASSED = frozenset({
    "HOME", "PATH", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "PYENV_ROOT", "NETRC",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
    "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "PKG_CONFIG_PATH", "CARGO_HOME", "RUSTUP_HOME",
    ATTEMPT_VARIABLE,
})  # fmt: skip
_PASSED_PREFIXES = ("UV_", "XDG_", "LC_", "SSL_CERT_", "GIT_SSL_", "GIT_CONFIG_")
_OURS = frozenset({  # what we always say ourselves, or what would turn a command into another one
    "UV_PYTHON", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES", "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY", "UV_ENV_FILE", "UV_NO_PROJECT", "UV_NO_SYNC", "UV_FROZEN", "UV_LOCKED", "UV_ISOLATED",
    "UV_NO_EDITABLE", "UV_NO_GROUP", "UV_NO_DEV", "UV_NO_DEFAULT_GROUPS", "UV_DEV", "UV_COMPILE_BYTECODE", "UV_REQUIRE_HASHES",
    "UV_TORCH_BACKEND", "UV_RUN_RECURSION_DEPTH", "UV", "UV_INTERNAL__PARENT_INTERPRETER", "UV_NO_PROGRESS",
})  # fmt: skip


def uv_environment(host: Mapping[str, str]) -> dict[str, str]:
    """What of the host's environment uv and the build backends that it starts may see; no `PYTHON*`, no `VIRTUAL_ENV`."""
    passed = {
        name: value
        for name, value in host.items()
        if name not in _OURS and (name in _PASSED or name.startswith(_PASSED_PREFIXES))
    }
    return {**passed, "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}


class Uv:
    """uv as it is installed; `identity` tells one release from another without starting it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = uv_environment(environment)
        self.binary = find_uv(self.environment)
        # A release's size is its own. Its modification time is not: it differs after every install.
        self.identity = f"uv-{self.binary.stat().st_size}"

    async def run(self, *arguments: str, cwd: Path, timeout_s: float, path: Sequence[str] = ()) -> Completed:
        """Run `uv ARGUMENTS`, with the folders `path` before PATH; raises TimeoutError after its whole group was killed."""
        searched = os.pathsep.join((*path, self.environment.get("PATH", os.defpath)))
        environment = {**self.environment, "PATH": searched}
        return await capture([str(self.binary), *arguments], cwd=cwd, environment=environment, timeout_s=timeout_s)


def find_uv(environment: Mapping[str, str]) -> Path:
    """The binary of the installed `uv` distribution, else the one on PATH. Raises IntegrityError."""
    from pathlib import Path  # noqa: PLC0415 - only needed once

    from uv import find_uv_bin  # noqa: PLC0415 - a broken install must not break `integrity list`

    try:
        return Path(find_uv_bin())
    except FileNotFoundError:
        found = shutil.which("uv", path=environment.get("PATH"))
    if found is None:
        raise IntegrityError(
            "uv is not installed: its program is neither beside this Python nor on PATH", hint="pip install uv"
        )
    return Path(found)
