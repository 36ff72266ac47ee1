"""Variables of compose files that no example documents (ENV110): compose puts in an empty text, or refuses to start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterator, NamedTuple, Sequence

from integrity.checks.env.known import is_platform
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.sources.compose import GLOBS, Interpolation, interpolations
from integrity.checks.sources.envfile import envfile_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.env.contract import Example


class Composition(NamedTuple):
    """A compose file: its variables, and the names that files beside it or examples give."""

    path: str
    variables: tuple[Interpolation, ...]
    given: frozenset[str]
    example: str


def compositions(
    unit: Unit, globs: Sequence[str] | None, examples: Sequence[Example], *, is_declared: bool
) -> tuple[Composition, ...]:
    """The compose files of a unit; without a declaration only those that have an example beside them."""
    found = []
    for path in unit.sources.matching(*(globs or GLOBS)):
        near = [example for example in examples if is_declared or _is_beside(example.path, path)]
        given = {setting.name for example in near for setting in example.file.settings}
        beside = [each for each in unit.sources.files if os.path.basename(each) == ".env" and _is_beside(each, path)]
        given.update(setting.name for each in beside for setting in envfile_of(unit.sources.text(each)).settings)
        if near:
            found.append(
                Composition(path, tuple(interpolations(unit.sources.text(path))), frozenset(given), near[0].path)
            )
    return tuple(found)


def unknown_variables(composed: Sequence[Composition]) -> Examined:
    """ENV110."""
    findings = []
    for each in composed:
        required = {variable.name for variable in each.variables if variable.is_required}
        told: set[str] = set()
        for variable in each.variables:
            is_open = not variable.has_default and variable.name not in each.given and not is_platform(variable.name)
            if is_open and variable.name not in told:
                told.add(variable.name)
                findings.append(_finding(each, variable, fails=variable.name in required))
    return Examined(sum(len(each.variables) for each in composed), tuple(findings))


def spoiled(composed: Sequence[Composition]) -> Iterator[tuple[Composition, ...]]:
    """A copy in which a compose file takes a variable that nothing gives."""
    for each in composed[:1]:
        yield (each._replace(variables=(*each.variables, Interpolation("SPOILED_VARIABLE", 1))), *composed[1:])


def _is_beside(one: str, other: str) -> bool:
    return os.path.dirname(one) == os.path.dirname(other)


def _finding(composed: Composition, variable: Interpolation, *, fails: bool) -> Finding:
    outcome = "compose refuses to start without it" if fails else "without it compose puts in an empty text"
    message = f"{composed.path} takes {variable.name}, which {composed.example} doesn't have; {outcome}."
    places = (Place(composed.path, variable.line), Place(composed.example, None, None, "expected"))
    hint = f"Add a line for it to {composed.example}, or give a default: ${{{variable.name}:-…}}."
    return Finding("ENV110", variable.name, message, hint, places, composed.path, level="error" if fails else "warning")
