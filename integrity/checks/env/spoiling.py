"""Spoiled copies of contracts, each with one defect, for the proof that the judgements can fail."""

from __future__ import annotations

from typing import Iterator, Sequence

from integrity.checks.env.contract import Contract, Example
from integrity.checks.env.reads import Read
from integrity.checks.model import Place
from integrity.checks.sources.envfile import EnvFile, Setting

Contracts = Sequence[Contract]
_PLACE = Place("spoiled.py", 1)
_NAME = "SPOILED_VARIABLE"


def with_stranger(contracts: Contracts) -> Iterator[Contracts]:
    """Copies in which the code reads one more variable, which nothing knows."""
    for index, contract in enumerate(contracts):
        read = Read(_NAME, _PLACE, is_required=True)
        yield _with(
            contracts, index, contract._replace(reads=contract.reads._replace(reads=(*contract.reads.reads, read)))
        )
        return


def without_example(contracts: Contracts) -> Iterator[Contracts]:
    """Copies in which the example lacks a variable that is read or listed."""
    for index, contract in enumerate(contracts):
        if contract.examples:
            yield from with_stranger(contracts) if not contract.has_lists else _with_listed(contracts, index)
            return


def with_idle_listing(contracts: Contracts) -> Iterator[Contracts]:
    """Copies in which the configuration lists a variable that nothing reads."""
    for index, contract in enumerate(contracts):
        if contract.has_lists:
            yield from _with_listed(contracts, index)
            return


def with_idle_line(contracts: Contracts) -> Iterator[Contracts]:
    """Copies in which the example documents a variable that nothing reads."""
    for index, contract in enumerate(contracts):
        if contract.examples:
            yield _with(contracts, index, contract._replace(examples=_examples(contract, Setting(_NAME, "1", 1))))
            return


def with_near_miss(contracts: Contracts) -> Iterator[Contracts]:
    """Copies in which the code reads almost what the example documents."""
    for index, contract in enumerate(contracts):
        if contract.examples:
            read = Read(f"{_NAME}S", _PLACE)
            reads = contract.reads._replace(reads=(*contract.reads.reads, read))
            yield _with(
                contracts, index, contract._replace(reads=reads, examples=_examples(contract, Setting(_NAME, "1", 1)))
            )
            return


def _with_listed(contracts: Contracts, index: int) -> Iterator[Contracts]:
    contract = contracts[index]
    yield _with(contracts, index, contract._replace(required=(*(contract.required or ()), _NAME)))


def _examples(contract: Contract, setting: Setting) -> tuple[Example, ...]:
    first, *others = contract.examples
    return (first._replace(file=EnvFile((*first.file.settings, setting), first.file.invalid)), *others)


def _with(contracts: Contracts, index: int, contract: Contract) -> Contracts:
    return (*contracts[:index], contract, *contracts[index + 1 :])
