"""What is declared for the check library: `registries`, `checks`, `exceptions`. Their keys are the library's, which also judges them.

The library is loaded only where one of these is set, or described.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.settings.option import BOTH, Option, Type
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARED_OPTIONS = (
    Option(
        name="registries",
        type=Type.DECLARED,
        default={},
        scopes=BOTH,
        example='{ plans = "billing.choices:PLANS" }',
        doc="The registries, by name: where each stands, and what must hold for it; the root's are of what no unit owns.",
    ),
    Option(
        name="checks",
        type=Type.DECLARED,
        default={},
        scopes=BOTH,
        example="{ env = {} }",
        doc="Families of checks, each a table; an empty one declares the family as it is. The root's are of what no unit owns.",
    ),
    Option(
        name="exceptions",
        type=Type.DECLARED,
        default=(),
        scopes=BOTH,
        example='[{ code = "REG102", entry = "trial", reason = "both plans are free" }]',
        doc="Findings that are meant; each needs a reason. The root's are of what no unit owns.",
    ),
)


def declared_problems(option: Option, value: object) -> Iterator[Problem]:
    """What is wrong with the value of one of these options."""
    from integrity.checks import configuration  # noqa: PLC0415 - `integrity list` of a monorepo without them pays nothing

    for problem in configuration.problems(option.name, value):
        above = ".".join(map(str, problem.path[:-1]))
        message = f"{above}: {problem.message}" if above else problem.message
        yield Problem(path=problem.path, message=message, hint=problem.hint)
