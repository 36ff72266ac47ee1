"""What values a declaration may have, where their shape alone doesn't tell."""

from __future__ import annotations

import math
import re
from typing import Any, Mapping

from integrity.checks.model import CannotExamine, Finding

_MOST_DAYS = 36_500


def refuse_rules(registry: str, fields: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise CannotExamine (REG002) for a rule of a field that nothing can be judged by."""
    for name, rule in fields.items():
        for key, value in rule.items():
            what = _wrong_rule(key, value)
            if what:
                raise _refused(registry, f"fields.{name}.{key}", what)


def warning_days(registry: str, value: float) -> int:
    """The days of `expires-warning-days`. Raises CannotExamine (REG002) where they are none."""
    if not 0 <= value <= _MOST_DAYS:
        raise _refused(registry, "expires-warning-days", f"has to be a number from 0 to {_MOST_DAYS}, not {value}")
    return int(value)


def _wrong_rule(key: str, value: Any) -> str:
    if key == "choices" and not isinstance(value, (list, tuple, set, frozenset)):
        return f"has to be a list, not {value!r}"
    if key == "choices" and not value:
        return "is an empty list, which no value is one of"
    if key == "matches":
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError, TypeError) as error:
            return f"is no regular expression: {error}"
    if key in {"min", "max"} and (not isinstance(value, (int, float)) or math.isnan(value)):
        return f"has to be a number, not {value!r}"
    return ""


def _refused(registry: str, key: str, what: str) -> CannotExamine:
    message = f"{key} of {registry} {what}."
    return CannotExamine(Finding("REG002", f"{registry}.{key}", message, "Correct it.", registry=registry))
