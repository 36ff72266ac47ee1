"""What settings classes read at runtime, beside what the source shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from integrity.checks.adapters.pydantic_settings import variables
from integrity.checks.env.reads import Read
from integrity.checks.model import Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.env.contract import Contract


def runtime_contract(unit: Unit, contract: Contract, targets: Sequence[str]) -> Contract:
    """The contract with what the classes read themselves; what the source shows of a variable stays, with its place."""
    found = []
    for target in targets:
        module = unit.sources.module(str(target).partition(":")[0])
        place = Place(module.path if module is not None else str(target))
        for first, *others in variables(target, unit):
            if not any(read.is_called(each) for read in contract.reads.reads for each in (first, *others)):
                found.append(Read(first, place, others=tuple(others), folds=True))
    return contract._replace(reads=contract.reads._replace(reads=(*contract.reads.reads, *found)))
