"""What assertions refuse because it would be read otherwise than it is meant, and so could never fail."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Sequence

from integrity.checks.configuration import problems
from integrity.checks.families import REGISTRIES
from integrity.checks.model import Finding

if TYPE_CHECKING:
    from integrity.checks.case import Unit


class UnansweredError(TypeError):
    """A function's answer says nothing yet."""


def refuse_text(value: object, name: str) -> None:
    """Raise a TypeError for a text where several are taken: it would be its letters."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name} takes a list of texts, and a text is its letters: pass [{value!r}]")


def answered(answer: Any, name: str) -> Any:
    """A function's answer. Raises UnansweredError for one that says nothing yet, which is true, and equal to no other."""
    if inspect.isawaitable(answer) or inspect.isgenerator(answer) or inspect.isasyncgen(answer):
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        raise UnansweredError(
            f"{name} answers with a {type(answer).__name__}, which says nothing yet: pass a plain function that returns its answer"
        )
    return answer


def refuse_rules(required: Sequence[str], fields: Mapping[str, Any]) -> None:
    """Raise a TypeError for rules of fields that the configuration would not take."""
    refuse_text(required, "required")
    options = {"target": "pkg.mod:NAME", "required": list(required), "fields": fields}
    wrong = problems(REGISTRIES, {"entries": options})
    if wrong:
        told = (f"{'.'.join(map(str, each.path[2:]))}: {each.message} {each.hint}".rstrip() for each in wrong)
        raise TypeError("\n".join(told))


def unmatched(
    unit: Unit, globs: Iterable[str], what: str = "file", fits: Callable[[str], object] = bool
) -> tuple[Finding, ...]:
    """A finding for each glob that matches no file of the unit whose path fits."""
    return tuple(
        Finding(
            "VAC005",
            glob,
            f"{glob!r} matches no {what} of the unit, so nothing of it is examined.",
            "Correct it, or leave it out: globs are relative to the unit's folder.",
        )
        for glob in globs
        if not any(fits(path) for path in unit.sources.matching(glob))
    )
