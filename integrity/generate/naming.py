"""The name of a new unit, and what follows from it."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.errors import UsageError
from integrity.model.unit import normalised

if TYPE_CHECKING:
    from collections.abc import Collection

_LEGAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TAKEN = frozenset(
    {"celery", "conftest", "django", "fastapi", "flask", "integrity", "kombu", "pydantic", "pytest", "redis"}
    | {"starlette", "test", "tests", "uvicorn"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A distribution's name, and the package under which it is imported."""

    name: str
    module: str


def named(name: str, *, others: Collection[str] = ()) -> Named:
    """The name of a new unit; `others` are those of the units that there are. Raises UsageError for one that can't be used."""
    if not _LEGAL.fullmatch(name):
        raise UsageError(
            f"{name!r} can be no distribution: letters, digits, '-', '_' and '.' only, and a letter or digit at both ends.",
            hint=_suggestion(name),
        )
    module = re.sub(r"[-.]+", "_", name.lower())
    if not module.isidentifier() or keyword.iskeyword(module):
        raise UsageError(
            f"{name!r} would be imported as {module!r}, which is no name of a module.", hint="Take another one."
        )
    if module in sys.stdlib_module_names or module in _TAKEN:
        raise UsageError(
            f"{name!r} would hide the module {module!r}.", hint=f"Take another one, such as {name}-service."
        )
    if normalised(name) in map(normalised, others):
        raise UsageError(f"there is a unit {name!r} already.", hint="`integrity list` shows where.")
    return Named(name=name, module=module)


def _suggestion(name: str) -> str:
    near = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._").lower()
    return f"For example: {near}." if near else "For example: billing."
