"""What findings never show: the values of the process's environment, and the user info of URLs."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping

from integrity.checks.env.known import is_platform, is_secret_name, secret_shape

if TYPE_CHECKING:
    from integrity.checks.model import Finding

MASK = "***"
_SHORTEST = 6
_CUT = "…"  # where a message leaves the rest of a long value out
_USER_INFO = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#'\"<>]*@")
_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:([^\s/]+)@")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?::[A-Za-z_]\w*)?")
_SECRET_NAME = re.compile(r"pass|pwd|secret|token|credential", re.IGNORECASE)
_FOLDERS = frozenset({"PWD", "OLDPWD"})
_WORDS = frozenset(
    {"enabled", "disabled", "production", "development", "staging", "testing", "default", "localhost", "warning"}
)


def masked(text: str, values: Iterable[str] = ()) -> str:
    """The text with `***` for each of the values that stands in it as a whole, or cut with `…`, and for user info in URLs."""
    forms = {form for value in values for form in _written(value) if len(form) >= _SHORTEST}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    for form in ordered:
        if form in text:
            text = re.sub(_whole(form), MASK, text)
    if _CUT in text:
        text = _without_beginnings(text, ordered)
    return _USER_INFO.sub(rf"\g<1>{MASK}@", text)


def masked_finding(finding: Finding, values: Iterable[str] = ()) -> Finding:
    """The finding with all its texts masked. Where it stands is no secret."""
    values = tuple(values)
    entry, message, hint = (masked(text, values) for text in (finding.entry, finding.message, finding.hint))
    return replace(finding, entry=entry, message=message, hint=hint)


def environ_values(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment that no finding may show, and the passwords in URLs among them."""
    values = {value for name, value in environ.items() if len(value) >= _SHORTEST and not _is_harmless(name, value)}
    values |= {match[1] for value in values for match in _PASSWORD.finditer(value) if len(match[1]) >= _SHORTEST}
    return tuple(sorted(values))


def _is_harmless(name: str, value: str) -> bool:
    """Whether anybody may see it: what platforms set, folders, modules and common words; nothing that may be a secret."""
    if name.upper() in _FOLDERS:
        return True
    if _SECRET_NAME.search(name) or is_secret_name(name) or secret_shape(name, value) or _USER_INFO.search(value):
        return bool(os.path.isabs(value) and os.path.exists(value))
    return (
        is_platform(name)
        or name.upper().endswith("PATH")
        or value.lower() in _WORDS
        or _DOTTED.fullmatch(value) is not None
        or (os.sep in value and os.path.exists(value))
    )


def _written(value: str) -> Iterator[str]:
    """How a value may stand in a message: as it is, and as a literal; with each run of blanks as one."""
    for form in (value, repr(value)[1:-1]):
        yield form.strip()
        yield re.sub(r"\s+", " ", form).strip()


def _whole(form: str) -> str:
    before = r"(?<!\w)" if re.match(r"\w", form) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", form) else ""
    return before + re.escape(form) + after


def _without_beginnings(text: str, forms: Iterable[str]) -> str:
    """The text without what stands before a `…` and is the beginning of a form."""
    forms = tuple(forms)
    parts = text.split(_CUT)
    for index, part in enumerate(parts[:-1]):
        lengths = [_beginning(part, form) for form in forms]
        if longest := max(lengths, default=0):
            parts[index] = part[:-longest] + MASK
    return _CUT.join(parts)


def _beginning(part: str, form: str) -> int:
    """With how many characters of the form the part ends; 0 for too few."""
    most = min(len(part), len(form))
    return next((size for size in range(most, _SHORTEST - 1, -1) if part.endswith(form[:size])), 0)
