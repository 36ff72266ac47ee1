"""What of the host's environment gets through: to a unit's tests, and to the tools that the runner starts.

Both are built from lists of what is allowed; nothing is taken over because nobody thought of it.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream
from dotenv.variables import Variable, parse_variables

from integrity.errors import UnitFault
from integrity.model.outcome import ErrorKind, UnitError
from integrity.settings.variables import ALLOWED, RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dotenv.parser import Binding

    from integrity.settings import UnitSettings

_FOR_TOOLS = (
    *ALLOWED,
    "UV_*",
    "XDG_*",
    "NETRC",
    "PYENV_ROOT",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "GIT_ASKPASS",
    "GIT_CONFIG_*",
    "GIT_PROXY_*",
    "GIT_SSH",
    "GIT_SSH_*",
    "GIT_SSL_*",
    "GIT_TERMINAL_PROMPT",
    "SETUPTOOLS_SCM_PRETEND_VERSION*",
    "CC",
    "CXX",
    "CFLAGS",
    "CPPFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "LD_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
)
# What would make uv work on another interpreter, environment or project than the one that it is told, or resolve otherwise.
_NEVER_FOR_TOOLS = frozenset(
    {
        "UV_PYTHON",
        "UV_PROJECT",
        "UV_PROJECT_ENVIRONMENT",
        "UV_SYSTEM_PYTHON",
        "UV_BREAK_SYSTEM_PACKAGES",
        "UV_WORKING_DIR",
        "UV_WORKING_DIRECTORY",
        "UV_ENV_FILE",
        "UV_NO_PROJECT",
        "UV_NO_SYNC",
        "UV_FROZEN",
        "UV_LOCKED",
        "UV_ISOLATED",
        "UV_NO_EDITABLE",
        "UV_DEV",
        "UV_NO_DEV",
        "UV_NO_GROUP",
        "UV_NO_DEFAULT_GROUPS",
        "UV_COMPILE_BYTECODE",
        "UV_REQUIRE_HASHES",
        "UV_TORCH_BACKEND",
        "UV_RUN_RECURSION_DEPTH",
        "UV_INTERNAL__PARENT_INTERPRETER",
        "UV_NO_PROGRESS",
    }
)


def unit_environment(host: Mapping[str, str], settings: UnitSettings, unit_dir: Path, root: Path) -> Mapping[str, str]:
    """The variables of a unit's tests: allowed ones of the host, env files, `pass-env`, `env`; a later one wins.

    Raises UnitFault (config) for an env file that is missing, outside of `root`, not UTF-8 or not to be understood.
    """
    allowed = _without_virtual_env(_matching(host, ALLOWED), host)
    passed = _without_virtual_env(_matching(host, settings.pass_env), host)
    declared = _read_files(settings.env_file, unit_dir, root, {**allowed, **passed})
    merged = {**allowed, **declared, **passed, **settings.env}
    return {name: value for name, value in merged.items() if not re.match(RESERVED, name)}


def tool_environment(host: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of uv, of the build backends that it starts, and of git; nothing asks at the terminal."""
    allowed = _matching(host, _FOR_TOOLS)
    return {
        "GIT_TERMINAL_PROMPT": "0",
        **{name: value for name, value in allowed.items() if name not in _NEVER_FOR_TOOLS},
    }


def _matching(host: Mapping[str, str], patterns: Iterable[str]) -> dict[str, str]:
    patterns = tuple(patterns)
    return {name: value for name, value in host.items() if any(fnmatchcase(name, pattern) for pattern in patterns)}


def _without_virtual_env(passed: dict[str, str], host: Mapping[str, str]) -> dict[str, str]:
    """An active virtual environment's programs belong to it, not to a unit."""
    active = host.get("VIRTUAL_ENV")
    if not active or "PATH" not in passed:
        return passed
    programs = {os.path.join(active, name) for name in ("bin", "Scripts")}  # noqa: PTH118 - compared as PATH spells it
    kept = [entry for entry in passed["PATH"].split(os.pathsep) if entry.rstrip("/") not in programs]
    return {**passed, "PATH": os.pathsep.join(kept)}


def _read_files(names: Iterable[str], unit_dir: Path, root: Path, host: Mapping[str, str]) -> dict[str, str]:
    declared: dict[str, str] = {}
    for name in names:
        path = _env_file(unit_dir / name, root.resolve())
        place = path.relative_to(root.resolve()).as_posix()
        for binding in _bindings(path, place):
            declared[str(binding.key)] = _interpolated(binding, {**host, **declared}, place)
    return declared


def _env_file(path: Path, root: Path) -> Path:
    target = Path(os.path.realpath(path))  # unlike resolve(), it survives links in a circle
    if not target.is_relative_to(root):
        raise _fault(
            f"the env file {path} leads out of the repository, to {target}.", "Keep a copy of it inside the repository."
        )
    if not target.is_file():
        state = "is not a file" if target.exists() else "does not exist"
        raise _fault(
            f"the env file {target.relative_to(root).as_posix()} {state}.", "Create it, or take it out of env-file."
        )
    return target


def _bindings(path: Path, place: str) -> Iterator[Binding]:
    """The entries that set something. What python-dotenv would pass over with a warning is a fault here."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _fault(f"{place}:{line}: the env file is not UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        raise _fault(f"{place}: the env file can't be read: {error.strerror}.", "Let this user read it.") from error
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            raise _fault(
                f"{place}:{_line(binding)}: this is no line of an env file.", 'Write NAME=value, or NAME="a value".'
            )
        if binding.key is not None and binding.value is not None:
            yield binding


def _line(binding: Binding) -> int:
    """Where the entry begins; what python-dotenv calls its line is that of the blank lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _interpolated(binding: Binding, known: Mapping[str, str], place: str) -> str:
    """The value with `${NAME}` put in. No other variable of the host can be seen by it."""
    atoms = tuple(parse_variables(binding.value or ""))
    where = f"{place}:{_line(binding)}"
    for atom in atoms:
        if isinstance(atom, Variable) and atom.default is None and atom.name not in known:
            hint = f"Set {atom.name} above, pass it with pass-env, or give a default: ${{{atom.name}:-}}."
            raise _fault(f"{where}: {binding.key} refers to {atom.name}, which nothing sets.", hint)
    value = "".join(atom.resolve(known) for atom in atoms)
    if "\x00" in value or "\x00" in str(binding.key):
        raise _fault(f"{where}: {binding.key} holds a NUL character, which no environment can hold.", "Take it out.")
    return value


def _fault(message: str, hint: str) -> UnitFault:
    return UnitFault(UnitError(kind=ErrorKind.CONFIG, message=message, hint=hint))
