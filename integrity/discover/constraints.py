"""Turns Poetry's version constraints into PEP 440 specifiers and PEP 508 markers."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(.*)", re.DOTALL)
_CLAUSE = re.compile(r"(\^|~=|~|===|==|=|!=|<=|>=|<|>)?\s*([^\s,|^~=!<>][^\s,|]*)")
_UNIONS = re.compile(r"\s*\|\|?\s*")


def specifier(constraint: str) -> str:
    """PEP 440 for a Poetry constraint: `^1.2` → `>=1.2,<2.0`; the empty string for `*`.

    A union (`^1.0 || ^3.0`) has no PEP 440 spelling: it becomes the whole range from its lowest to its highest version.
    """
    alternatives = [_clauses(alternative) for alternative in _UNIONS.split(constraint.strip())]
    if len(alternatives) == 1:
        return ",".join(f"{operator}{version}" for operator, version in alternatives[0])
    return _hull(alternatives)


def python_marker(constraint: str) -> str:
    """A PEP 508 marker for a Poetry constraint of `python`; the empty string when it always holds."""
    alternatives = [_clauses(alternative) for alternative in _UNIONS.split(constraint.strip())]
    if not all(alternatives):
        return ""
    joined = [
        " and ".join(_python_clause(operator, version) for operator, version in clauses) for clauses in alternatives
    ]
    return (
        joined[0]
        if len(joined) == 1
        else " or ".join(f"({marker})" if " and " in marker else marker for marker in joined)
    )


def both(first: str, second: str) -> str:
    """The marker that holds when both do."""
    parts = [f"({marker})" if " or " in marker else marker for marker in (first, second) if marker]
    return " and ".join(parts)


def _clauses(alternative: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for operator, version in _CLAUSE.findall(alternative):
        found += _clause(operator, version)
    return found


def _clause(operator: str, version: str) -> list[tuple[str, str]]:
    if version in ("*", "x", "X"):
        return []
    if version.endswith((".*", ".x", ".X")):
        return [("!=" if operator == "!=" else "==", re.sub(r"(\.[*xX])+$", "", version) + ".*")]
    match operator:
        case "^":
            return [(">=", version), ("<", _above(version, _caret_place(version)))]
        case "~":
            return [(">=", version), ("<", _above(version, min(1, len(_release(version)) - 1)))]
        case "" | "=":
            return [("==", version)]
        case _:
            return [(operator, version)]


def _release(version: str) -> list[int]:
    match = _VERSION.match(version)
    return [int(part) for part in match[1].split(".")] if match else [0]


def _caret_place(version: str) -> int:
    """Which part a caret holds: the leftmost that is not zero, else the last one written."""
    release = _release(version)
    return next((place for place, part in enumerate(release) if part), len(release) - 1)


def _above(version: str, place: int) -> str:
    release = _release(version)
    bumped = [*release[:place], release[place] + 1, *(0 for _ in release[place + 1 :])]
    return ".".join(map(str, bumped))


def _hull(alternatives: list[list[tuple[str, str]]]) -> str:
    lows = [_bound(clauses, (">=", ">", "==", "~=")) for clauses in alternatives]
    highs = [_bound(clauses, ("<", "<=", "==")) for clauses in alternatives]
    parts = []
    if all(lows):
        parts.append(">=" + min((low[1] for low in lows if low), key=_release).removesuffix(".*"))
    if all(highs):
        operator, version = max((high for high in highs if high), key=lambda high: _release(high[1]))
        inclusive = operator != "<" and not version.endswith(".*")
        parts.append(f"<={version}" if inclusive else f"<{_after_wildcard(version)}")
    return ",".join(parts)


def _after_wildcard(version: str) -> str:
    if not version.endswith(".*"):
        return version
    return _above(version, len(_release(version)) - 1)


def _bound(clauses: list[tuple[str, str]], operators: tuple[str, ...]) -> tuple[str, str] | None:
    return next((clause for clause in clauses if clause[0] in operators), None)


def _python_clause(operator: str, version: str) -> str:
    if version.endswith(".*"):
        plain = version[:-2]
        if "." in plain:
            return f'python_version {operator} "{plain}"'
        low, high = f'python_version >= "{plain}.0"', f'python_version < "{_release(plain)[0] + 1}.0"'
        return f"({low.replace('>=', '<')} or {high.replace('<', '>=')})" if operator == "!=" else f"{low} and {high}"
    variable = "python_full_version" if len(_release(version)) > 2 else "python_version"  # noqa: PLR2004 - major.minor
    if operator == "==" and len(_release(version)) == 1:
        return _python_clause("==", f"{version}.*")
    return f'{variable} {operator} "{version}"'
