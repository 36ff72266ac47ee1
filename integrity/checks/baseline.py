"""The baseline: findings that were there when the tool was adopted. It lies beside the unit's manifest, and can only shrink by itself."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Iterable, NamedTuple

from integrity.checks.allowances import NEVER_KNOWN, key_of

if TYPE_CHECKING:
    from integrity.checks.model import Finding

NAME = "integrity-baseline.json"
SCHEMA = "integrity.baseline/1"
COMMAND = "integrity baseline --prune"


class WrongBaseline(ValueError):  # noqa: N818 - it names what is wrong
    """The file can't be read as one; the text says why."""


class Known(NamedTuple):
    """One line: findings of this code about this entry are known, so many times. `line` is where it stands."""

    code: str
    registry: str
    entry: str
    times: int = 1
    fingerprint: str = ""
    line: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What findings are compared by."""
        return (self.code, self.registry, self.entry)


class Baseline(NamedTuple):
    """What a file holds. `missing` are paths of units without a test file; only the root's file has them."""

    findings: tuple[Known, ...] = ()
    missing: tuple[str, ...] = ()


def read_baseline(folder: str) -> Baseline:
    """The baseline of a folder; an empty one where there is no file. Raises WrongBaseline."""
    path = os.path.join(folder, NAME)
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except FileNotFoundError:
        return Baseline()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongBaseline(f"{path} can't be read: {getattr(error, 'strerror', '') or 'it is not UTF-8'}.") from None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise WrongBaseline(f"{path} is no JSON.") from None
    return _parsed(document, text, path)


def baseline_text(baseline: Baseline) -> str:
    """The file's text: sorted, each unit and each finding in a line of its own, so that a diff shows what came and went."""
    parts = [f'"schema": {json.dumps(SCHEMA)}']
    if baseline.missing:
        parts.append(
            f'"missing": {_listed(json.dumps(path, ensure_ascii=False) for path in sorted(set(baseline.missing)))}'
        )
    parts.append(f'"findings": {_listed(_line(known) for known in sorted(baseline.findings, key=_order))}')
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def known_of(findings: Iterable[Finding]) -> tuple[Known, ...]:
    """The lines for findings, without those that no baseline allows."""
    own = [finding for finding in findings if finding.code not in NEVER_KNOWN]
    fingerprints = {key_of(finding): finding.fingerprint for finding in own}
    return tuple(Known(*key, count, fingerprints[key]) for key, count in sorted(Counter(map(key_of, own)).items()))


def lowered(known: Iterable[Known], now: Iterable[Known]) -> tuple[Known, ...]:
    """The lines without what is gone; nothing comes in."""
    counts = {each.key: each.times for each in now}
    left = (each._replace(times=min(each.times, counts.get(each.key, 0))) for each in known)
    return tuple(each for each in left if each.times)


def title_of(known: Known) -> str:
    """How findings about a line call it."""
    return f"{known.code} {'/'.join(part for part in (known.registry, known.entry) if part)}"


def _parsed(document: Any, text: str, path: str) -> Baseline:
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise WrongBaseline(f"{path} is no {SCHEMA}; `integrity baseline` writes one.")
    lines = text.splitlines()
    try:
        findings = tuple(_known(each, lines) for each in document.get("findings", []))
        missing = tuple(document.get("missing", []))
    except (TypeError, KeyError, ValueError, AttributeError):
        raise WrongBaseline(f"{path} has a line that is no finding.") from None
    if not all(isinstance(unit, str) for unit in missing):
        raise WrongBaseline(f"{path}: missing has to be a list of paths.")
    return Baseline(findings, missing)


def _known(raw: Any, lines: list[str]) -> Known:
    code, registry, entry = (raw[name] for name in ("code", "registry", "entry"))
    count, fingerprint = raw.get("count", 1), raw.get("fingerprint", "")
    if (
        not all(isinstance(each, str) for each in (code, registry, entry, fingerprint))
        or type(count) is not int
        or count < 1
    ):
        raise ValueError(code)
    texts = [json.dumps(entry), json.dumps(entry, ensure_ascii=False)]
    number = (
        number
        for number, line in enumerate(lines, 1)
        if json.dumps(code) in line and any(each in line for each in texts)
    )
    return Known(code, registry, entry, count, fingerprint, next(number, None))


def _order(known: Known) -> tuple[str, str, str]:
    return known.key


def _line(known: Known) -> str:
    named = {
        "fingerprint": known.fingerprint,
        "code": known.code,
        "registry": known.registry,
        "entry": known.entry,
        "count": known.times,
    }
    return json.dumps(named, ensure_ascii=False)


def _listed(lines: Iterable[str]) -> str:
    items = list(lines)
    return "[\n    " + ",\n    ".join(items) + "\n  ]" if items else "[]"
