"""Where values come from: a configuration file, the variables, the flags. Each knows the place of each of its values."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrity.errors import ConfigError, UsageError
from integrity.settings.option import Option, Scope, Type
from integrity.settings.options import OPTIONS
from integrity.settings.toml import KeyPath, key_lines
from integrity.settings.values import converted, from_text, problems, value_problems
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PREFIX = "INTEGRITY_"
_GIVEN_URL = "_URL"  # ends the names of variables such as INTEGRITY_POSTGRES_URL, which give servers to needs and kinds
_NEAR = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """One configuration file, valid TOML. `name` is what messages call it, `table` its options, `prefix` leads to them."""

    name: str
    text: str = field(repr=False)
    table: Any = field(default_factory=dict)
    prefix: KeyPath = ()

    def place(self, path: KeyPath) -> str:
        """`file:line` of a key, else of the nearest key above it, else the file alone."""
        try:
            lines = key_lines(self.text)
        except RecursionError:
            return self.name
        whole = (*self.prefix, *path)
        line = next((lines[whole[:length]] for length in range(len(whole), 0, -1) if whole[:length] in lines), None)
        return self.name if line is None else f"{self.name}:{line}"

    def problems(self, scope: Scope) -> list[Problem]:
        """What is wrong with the table by itself."""
        if isinstance(self.table, dict):
            return list(problems(self.table, scope))
        return [
            Problem(
                path=(),
                message="[tool.integrity] has to be a table.",
                hint="Write [tool.integrity] and the keys below it.",
            )
        ]

    def report(self, found: Iterable[Problem]) -> tuple[str, str]:
        """One problem as message and hint; several as one message, a line each, with their hints in their lines."""
        found = list(found)
        if len(found) == 1:
            return f"{self.place(found[0].path)}: {found[0].message}", found[0].hint
        lines = (f"{self.place(problem.path)}: {problem.message} {problem.hint}".rstrip() for problem in found)
        return "\n".join(lines), ""


def root_file(root: Path) -> ConfigFile | None:
    """The root's configuration: `[tool.integrity]` of `pyproject.toml` or `integrity.toml`; both is an error."""
    own = read_config(root / "integrity.toml", name="integrity.toml", prefix=())
    shared = read_config(root / "pyproject.toml", name="pyproject.toml", prefix=("tool", "integrity"))
    if own is not None and shared is not None:
        message = f"{shared.place(())}: the root is configured twice, here and in integrity.toml."
        raise ConfigError(message, hint="Keep one: move all keys to [tool.integrity] and delete integrity.toml.")
    return own or shared


def read_config(path: Path, *, name: str, prefix: KeyPath) -> ConfigFile | None:
    """A file's table at `prefix`; None where the file or the table is absent. Raises ConfigError for what is no TOML."""
    try:
        text = path.read_bytes().decode()
        document = tomllib.loads(text)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{name}: it can't be read: {error.strerror}.", hint=f"See `ls -l {path}`.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{name}:{line}: it is not UTF-8.", hint="Save it as UTF-8; TOML allows no other encoding."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(_syntax_message(name, error), hint="Mend the TOML there.") from error
    table: Any = document
    for key in prefix:
        if not isinstance(table, dict) or key not in table:
            return None
        table = table[key]
    return ConfigFile(name=name, text=text, table=table, prefix=prefix)


def variables(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """The values that INTEGRITY_… variables give, by option; an empty variable gives none."""
    known = {option.variable: option for option in OPTIONS if option.variable is not None}
    for name in environ:
        if name.startswith(PREFIX) and name not in known and not name.endswith(_GIVEN_URL):
            _refuse_misspelt(name, known)
    found = {
        option.name: (name, from_text(option, environ[name]))
        for name, option in known.items()
        if environ.get(name, "").strip()
    }
    for key, (name, value) in found.items():
        _refuse_wrong(option_named(key), value, name)
    return {key: converted(option_named(key), value) for key, (_, value) in found.items()}


def flag_values(flags: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values that flags give, by option; None is a flag that is not given. `fail_fast` is read as `fail-fast`."""
    given = {name.replace("_", "-"): value for name, value in flags.items() if value is not None}
    for key, value in given.items():
        option = option_named(key)
        if option.flag is None:
            raise KeyError(f"{key} has no flag")
        _refuse_wrong(option, value, option.flag)
    return {key: converted(option_named(key), value) for key, value in given.items()}


def option_named(name: str) -> Option:
    """The option of this name; KeyError for a name that the table does not have."""
    return _BY_NAME[name]


def _refuse_wrong(option: Option, value: object, source: str) -> None:
    if option.type is Type.PATH:
        return  # may be absolute here; the cascade judges where it leads
    found = list(value_problems(option, value))
    if found:
        raise UsageError(
            f"{source}: {found[0].message}",
            hint=found[0].hint or f"For example: {source}={option.example.strip(chr(34))}.",
        )


def _refuse_misspelt(name: str, known: Mapping[str, Option]) -> None:
    """A variable close to a known one is a mistake; any other may be somebody else's."""
    tails = [variable.removeprefix(PREFIX) for variable in known]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), tails, n=1, cutoff=_NEAR)
    if near:
        message = f"{name}: there is no such variable. Did you mean '{PREFIX}{near[0]}'?"
        raise UsageError(message, hint=f"Rename it to {PREFIX}{near[0]}, or unset it.")


def _syntax_message(name: str, error: Exception) -> str:
    text = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
    match = re.search(r"\s*\(at line (\d+), column \d+\)", text)
    if match is None:
        return f"{name}: it is not valid TOML: {text}."
    return f"{name}:{match[1]}: it is not valid TOML: {text[: match.start()]}."


_BY_NAME = {option.name: option for option in OPTIONS}
