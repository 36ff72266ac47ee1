"""Judges the exceptions and the baseline of a unit: each needs a reason, is not past its date, and still matches something."""

from __future__ import annotations

from typing import TYPE_CHECKING, AbstractSet, Callable, Iterable, Iterator, NamedTuple, Sequence

from integrity.checks.allowances import Allowance, Allowances, key_of
from integrity.checks.baseline import COMMAND, NAME, Known, title_of
from integrity.checks.case import Case, Check
from integrity.checks.codes import all_codes, nearest_code
from integrity.checks.comments import MARK, allowances_in
from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit

SUBJECT = "exceptions"
BASELINE = "baseline"


class Judged(NamedTuple):
    """All that was found where nothing was allowed, and of which codes that is all there is."""

    findings: tuple[Finding, ...] = ()
    codes: AbstractSet[str] = frozenset()


class Material(NamedTuple):
    """What is judged: exceptions, lines of the baseline, what was found; with the day and the unit of the allowances."""

    rules: tuple[Allowance, ...]
    known: tuple[Known, ...]
    judged: Judged
    allowances: Allowances
    baseline: str


def exception_cases(unit: Unit, allowances: Allowances, judged: Callable[[frozenset[str]], Judged]) -> Iterator[Case]:
    """The cases; `judged` gives what is found for a set of codes, and is asked only once a case is loaded."""
    rules = all_rules(unit, allowances)
    baseline = unit.sources.from_unit(NAME)

    def load() -> Material:
        wanted = frozenset([rule.code for rule in rules] + [known.code for known in allowances.known])
        return Material(rules, allowances.known, judged(wanted), allowances, baseline)

    def load_alone() -> Material:
        return Material(rules, (), Judged(), allowances, baseline)

    if rules:
        yield Case(SUBJECT, Check("IGN002", _judge_stale, _spoiled_stale), load, may_be_empty=True)
        yield Case(SUBJECT, Check("IGN001", _judge_reasons, _spoiled_reason), load_alone)
        yield Case(SUBJECT, Check("IGN003", _judge_dates, _spoiled_date), load_alone)
    if allowances.known:
        yield Case(BASELINE, Check("IGN002", _judge_baseline, _spoiled_baseline), load, may_be_empty=True)


def all_rules(unit: Unit, allowances: Allowances) -> tuple[Allowance, ...]:
    """The exceptions of the configuration, and those in the files that were read."""
    written = [
        rule
        for module in unit.sources.modules
        if MARK in module.content
        for rule in allowances_in(module.path, module.content)
    ]
    others = [path for path in sorted(unit.sources.read) if not path.endswith((".py", ".json"))]
    return (*allowances.configured, *written, *(rule for path in others for rule in allowances.comments(path)))


def _judge_reasons(material: Material) -> Examined:
    found = (
        _finding(
            "IGN001",
            rule,
            f"The exception for {rule.code} gives no reason, so it does not hold.",
            "Say why behind the bracket.",
        )
        for rule in material.rules
        if not rule.reason
    )
    return Examined(len(material.rules), tuple(found))


def _judge_dates(material: Material) -> Examined:
    def words(rule: Allowance) -> str:
        if rule.date_is_wrong:
            return f"The exception for {rule.code} has an until= that is no date, so it does not hold."
        return f"The exception for {rule.code} held until {rule.until}, and what it meant stands again."

    found = (
        _finding("IGN003", rule, words(rule), "Mend what it meant, or give it a new date.")
        for rule in material.rules
        if rule.is_over_on(material.allowances.today)
    )
    return Examined(len(material.rules), tuple(found))


def _judge_stale(material: Material) -> Examined:
    rules = [
        rule for rule in material.rules if rule.holds_on(material.allowances.today) and _can_judge(rule.code, material)
    ]
    return Examined(len(rules), tuple(_stale(rule) for rule in rules if not _matches(rule, material)))


def _judge_baseline(material: Material) -> Examined:
    """Lines that allow more than there is: of what an exception means too, nothing is left for the baseline."""
    standing = [finding for finding in material.judged.findings if not material.allowances.is_meant(finding)]
    counts = _counted(standing)
    lines = [known for known in material.known if _can_judge(known.code, material)]
    found = tuple(
        _gone(known, counts.get(known.key, 0), material.baseline)
        for known in lines
        if counts.get(known.key, 0) < known.times
    )
    return Examined(len(lines), found)


def _counted(findings: Iterable[Finding]) -> dict[tuple[str, str, str], int]:
    counts: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        counts[key_of(finding)] = counts.get(key_of(finding), 0) + 1
    return counts


def _can_judge(code: str, material: Material) -> bool:
    return code in material.judged.codes or code not in all_codes()


def _matches(rule: Allowance, material: Material) -> bool:
    return any(rule.fits(finding, material.allowances.in_unit) for finding in material.judged.findings)


def _stale(rule: Allowance) -> Finding:
    if rule.code not in all_codes():
        near = nearest_code(rule.code)
        hint = f"Did you mean {near}?" if near else "docs/reference/codes.md lists all codes."
        return _finding(
            "IGN002", rule, f"The exception names {rule.code or 'no code'}, which is no code of a check.", hint
        )
    return _finding("IGN002", rule, f"The exception for {rule.code} matches nothing any more.", "Remove it.")


def _gone(known: Known, left: int, path: str) -> Finding:
    there = f"only {left} of {known.times} are" if left else "it is not"
    title = title_of(known)
    message = f"The baseline knows {title}, and {there} there any more."
    return Finding(
        "IGN002", title, message, f"Strike it off: {COMMAND}.", (Place(path, known.line),), registry=BASELINE
    )


def _finding(code: str, rule: Allowance, message: str, hint: str) -> Finding:
    about = [rule.code, *(part for part in (rule.registry, rule.entry, rule.path) if part)]
    entry = " ".join(about) if rule.lines is None else f"{rule.code} in {rule.place.path}"
    return Finding(code, entry, message, hint, (rule.place,))


def _spoiled_stale(material: Material) -> Iterator[Material]:
    """With nothing found, an exception that matched something is stale; one like it may be so already."""
    stale = {finding.fingerprint for finding in _judge_stale(material).findings}
    if {finding.fingerprint for finding in _judge_stale(_with_nothing_found(material)).findings} - stale:
        yield _with_nothing_found(material)


def _with_nothing_found(material: Material) -> Material:
    return material._replace(judged=Judged((), material.judged.codes))


def _spoiled_reason(material: Material) -> Iterator[Material]:
    yield material._replace(rules=(*material.rules, _other(material.rules, reason="")))


def _spoiled_date(material: Material) -> Iterator[Material]:
    yield material._replace(rules=(*material.rules, _other(material.rules, date_is_wrong=True)))


def _spoiled_baseline(material: Material) -> Iterator[Material]:
    """With nothing found, a line that matched something is gone."""
    gone = {finding.entry for finding in _judge_baseline(material).findings}
    if any(_can_judge(known.code, material) and title_of(known) not in gone for known in material.known):
        yield _with_nothing_found(material)


def _other(rules: Sequence[Allowance], *, reason: str = "spoiled", date_is_wrong: bool = False) -> Allowance:
    return rules[0]._replace(entry=f"{rules[0].entry} spoiled", lines=None, reason=reason, date_is_wrong=date_is_wrong)
