"""Judgements over contracts, from sources alone: what is read, documented and declared has to be the same."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Sequence

from integrity.checks.env.known import is_of_library, is_platform
from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.env.contract import Contract, Example
    from integrity.checks.env.reads import Read
    from integrity.checks.sources.envfile import Setting

Contracts = Sequence["Contract"]
NEAR = 0.88  # DB_HOST and DB_HOTS are near, DB_HOST and DB_PORT are not


def undeclared(contracts: Contracts) -> Examined:
    """ENV103."""
    return _examined(contracts, _undeclared, lambda contract: len(contract.asked()))


def unread(contracts: Contracts) -> Examined:
    """ENV104."""
    return _examined(contracts, _unread, lambda contract: len(contract.names))


def undocumented(contracts: Contracts) -> Examined:
    """ENV105."""
    return _examined(contracts, _undocumented, lambda contract: len({*contract.asked(), *contract.names}))


def unused(contracts: Contracts) -> Examined:
    """ENV106."""
    return _examined(contracts, _unused, lambda contract: len(contract.documented))


def near_misses(contracts: Contracts) -> Examined:
    """ENV107."""
    return _examined(contracts, _near_misses, lambda contract: len(contract.documented))


def _examined(
    contracts: Contracts, judge: Callable[[Contract], Iterable[Finding]], count: Callable[[Contract], int]
) -> Examined:
    findings = tuple(finding for contract in contracts for finding in judge(contract))
    notes = tuple(dict.fromkeys(note for contract in contracts for note in contract.reads.notes))
    return Examined(sum(map(count, contracts)), findings, notes)


def _undeclared(contract: Contract) -> Iterator[Finding]:
    known = {*contract.names, *contract.documented}
    where = " nor ".join(["neither required nor optional", *(example.path for example in contract.examples)])
    for name, reads in contract.asked().items():
        if not any(read.is_called(each) for read in reads[:1] for each in known):
            hint = _hint(name, known, "Add it to required or optional of [tool.integrity.checks.env].")
            yield Finding("ENV103", name, f"{name} is read, but {where} declares it.", hint, _places(reads))


def _unread(contract: Contract) -> Iterator[Finding]:
    for name in contract.names:
        if not contract.reads.may_read(name) and name not in contract.used:
            places = (contract.listed[name],) if name in contract.listed else ()
            hint = _hint(name, contract.asked(), "Strike it off.")
            yield Finding("ENV104", name, f"{name} is declared, but nothing reads it.", hint, places)


def _undocumented(contract: Contract) -> Iterator[Finding]:
    if not contract.examples:
        return
    example = contract.examples[0]
    known = _known(contract)
    for name, reads in contract.asked().items():
        is_documented = any(read.is_called(each) for read in reads[:1] for each in known)
        if not is_documented and _is_told(contract, name):
            why = ", and the code fails without it" if contract.is_surely_required(name) else ""
            message = f"{name} is read{why}, but {example.path} doesn't document it."
            places = (*_places(reads), Place(example.path, None, None, "expected"))
            yield Finding("ENV105", name, message, f"Add a line for it to {example.path}.", places)
    for name in contract.names:
        if name not in known and name not in contract.asked():
            places = (
                *([contract.listed[name]] if name in contract.listed else []),
                Place(example.path, None, None, "expected"),
            )
            message = f"{name} is declared, but {example.path} doesn't document it."
            yield Finding("ENV105", name, message, f"Add a line for it to {example.path}.", places)


def _is_told(contract: Contract, name: str) -> bool:
    """Whether a missing name is told here: not one that another code tells of, and without a declaration only what fails."""
    if contract.is_declared:
        return name in contract.names or not contract.has_lists
    return contract.is_surely_required(name) and name not in contract.used


def _unused(contract: Contract) -> Iterator[Finding]:
    near = {setting.name for _, setting, _ in _near_pairs(contract)}
    for example, setting in _idle(contract):
        if setting.name not in near:
            message = f"{setting.name} is documented in {example.path}, but nothing reads it."
            hint = _hint(setting.name, contract.asked(), "Delete the line.")
            level = "error" if contract.is_declared else "warning"
            yield Finding("ENV106", setting.name, message, hint, (example.place(setting),), level=level)


def _near_misses(contract: Contract) -> Iterator[Finding]:
    for example, setting, read in _near_pairs(contract):
        message = f"{example.path} documents {setting.name}, which nothing reads; the code reads {read.name}, which is documented nowhere."
        places = (example.place(setting), read.place._replace(role="reference"))
        yield Finding("ENV107", setting.name, message, "Give both the same name.", places)


def _near_pairs(contract: Contract) -> list[tuple[Example, Setting, Read]]:
    """Documented names that nothing reads, each with a name that is read, documented nowhere, and almost the same."""
    documented = contract.documented
    missing = {
        name: reads[0]
        for name, reads in contract.asked().items()
        if not any(reads[0].is_called(each) for each in documented)
    }
    pairs = []
    for example, setting in _idle(contract):
        near = difflib.get_close_matches(setting.name, missing, n=1, cutoff=NEAR)
        if near:
            pairs.append((example, setting, missing[near[0]]))
    return pairs


def _idle(contract: Contract) -> Iterator[tuple[Example, Setting]]:
    """Documented settings that nothing reads; none where names are made as the code runs and nobody declared the contract."""
    if not contract.is_declared and not contract.reads.is_whole:
        return
    for name, (example, setting) in contract.documented.items():
        is_of_others = is_platform(name) if contract.is_declared else is_of_library(name)
        is_outside = name in contract.ignored or is_of_others
        is_live = contract.reads.may_read(name) or name in contract.used or name in contract.names
        if not setting.is_commented and not is_live and not is_outside:
            yield example, setting


def _known(contract: Contract) -> set[str]:
    """The documented names, and those that are almost so: these are near misses."""
    return {*contract.documented, *(read.name for _, _, read in _near_pairs(contract))}


def _places(reads: Sequence[Read]) -> tuple[Place, ...]:
    return tuple(read.place if not index else read.place._replace(role="reference") for index, read in enumerate(reads))


def _hint(name: str, known: Iterable[str], otherwise: str) -> str:
    near = difflib.get_close_matches(name, [each for each in known if each != name], n=1, cutoff=0.75)
    return f"Did you mean {near[0]}?" if near else otherwise
