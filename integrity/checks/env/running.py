"""The environment of this run against the contract (ENV101, ENV102, ENV107, ENV108). Names go into findings, values never do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Iterator, Mapping, NamedTuple

from integrity.checks.env.known import is_to_be_changed
from integrity.checks.env.values import is_of_type, type_problem
from integrity.checks.model import CannotExamine, Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.env.contract import Contract

NEAR = 0.8


class Run(NamedTuple):
    """A contract and the variables of a run. `prefixes` are those of names that belong to the unit alone."""

    contract: Contract
    variables: Mapping[str, str]
    prefixes: tuple[str, ...] = ()


def required_names(contract: Contract) -> tuple[str, ...]:
    """What has to be set: what is listed, else what the code fails without."""
    if contract.required is not None:
        return contract.required
    optional = {*(contract.optional or ()), *contract.ignored}
    return tuple(name for name in contract.asked() if contract.is_surely_required(name) and name not in optional)


def unset(run: Run) -> Examined:
    """ENV101."""
    names = required_names(run.contract)
    findings = []
    for name in names:
        if not any(_is_same(run, name, given) for given in run.variables):
            who = run.contract.asked().get(name, [])
            asks = f"; {who[0].place} reads it" if who else ""
            message = f"{name} is required, and not set in this run{asks}."
            hint = "Set it: [tool.integrity.env], pass-env, or a backing service of `needs`."
            findings.append(Finding("ENV101", name, message, hint, _places(run.contract, name)))
    return Examined(len(names), tuple(findings))


def blank(run: Run) -> Examined:
    """ENV102."""
    names = required_names(run.contract)
    findings = []
    for name in names:
        value = run.variables.get(name)
        if value is None:
            continue
        if not value.strip():
            message = f"{name} is required, and set to nothing in this run."
            findings.append(
                Finding("ENV102", name, message, "Give it a value, or leave it unset.", _places(run.contract, name))
            )
        elif is_to_be_changed(value):
            message = f"{name} is still set to a placeholder in this run."
            findings.append(
                Finding("ENV102", name, message, "Give it a value.", _places(run.contract, name), level="warning")
            )
    return Examined(len(names), tuple(findings))


def strangers(run: Run) -> Examined:
    """ENV107: variables under a prefix of the unit that nothing knows, but that are almost known."""
    contract = run.contract
    known = {*contract.asked(), *contract.names, *contract.documented}
    mine = [name for name in run.variables if name.startswith(run.prefixes)]
    findings = []
    for name in mine:
        if name not in known and name not in contract.ignored and not contract.reads.may_read(name):
            near = difflib.get_close_matches(name, known, n=1, cutoff=NEAR)
            if near:
                message = f"{name} is set in this run, and nothing reads it."
                findings.append(
                    Finding("ENV107", name, message, f"Did you mean {near[0]}?", _places(contract, near[0]))
                )
    return Examined(len(known), tuple(findings))


def bad_values(run: Run) -> Examined:
    """ENV108, of the variables that are set."""
    types = types_of(run.contract)
    findings = []
    for name, kind in types.items():
        value = run.variables.get(name, "")
        if value.strip() and not is_of_type(value, kind):
            message = f"The value of {name} in this run is {_what(kind)}."
            findings.append(Finding("ENV108", name, message, "Mend the value.", _places(run.contract, name)))
    return Examined(len(types), tuple(findings))


def bad_examples(contract: Contract) -> Examined:
    """ENV108, of the values that the example shows."""
    types = types_of(contract)
    findings = []
    for example in contract.examples:
        for setting in example.file.active:
            value = setting.value or ""
            kind = types.get(setting.name)
            if (
                kind
                and value.strip()
                and not is_to_be_changed(value)
                and "${" not in value
                and not is_of_type(value, kind)
            ):
                message = f"The value of {setting.name} in {example.path} is {_what(kind)}."
                findings.append(
                    Finding("ENV108", setting.name, message, "Show one that does.", (example.place(setting),))
                )
    return Examined(len(types), tuple(findings))


def types_of(contract: Contract) -> dict[str, str]:
    """The types of variables: those that code casts to, and over them those that are declared."""
    for name, kind in contract.types.items():
        if problem := type_problem(kind):
            places = (contract.listed[name],) if name in contract.listed else ()
            raise CannotExamine(
                Finding("ENV108", name, f"types of [tool.integrity.checks.env]: {name}: {problem}", places=places)
            )
    asked = {
        name: kinds.pop()
        for name, reads in contract.asked().items()
        if len(kinds := {read.type for read in reads} - {""}) == 1
    }
    return {**asked, **contract.types}


def spoiled_unset(run: Run) -> Iterator[Run]:
    """Copies in which a required variable is not set that is so now."""
    for name in required_names(run.contract):
        if any(_is_same(run, name, given) for given in run.variables):
            yield run._replace(
                variables={given: value for given, value in run.variables.items() if not _is_same(run, name, given)}
            )


def spoiled_blank(run: Run) -> Iterator[Run]:
    """Copies in which a required variable is set to nothing."""
    for name in required_names(run.contract):
        if run.variables.get(name, "").strip():
            yield run._replace(variables={**run.variables, name: " "})


def spoiled_names(run: Run) -> Iterator[Run]:
    """A copy in which a variable is set under almost its name."""
    for name in run.contract.asked():
        if name.startswith(run.prefixes):
            yield run._replace(variables={**run.variables, f"{name}Q": "1"})
            return


def spoiled_values(run: Run) -> Iterator[Run]:
    """Copies in which a variable has a value that no type has."""
    wrong = {finding.entry for finding in bad_values(run).findings}
    for name in sorted(set(types_of(run.contract)) - wrong):
        yield run._replace(variables={**run.variables, name: "\x00 no value { of any type"})


def spoiled_examples(contract: Contract) -> Iterator[Contract]:
    """Copies in which an example shows a value that no type has."""
    sound = set(types_of(contract)) - {finding.entry for finding in bad_examples(contract).findings}
    for index, example in enumerate(contract.examples):
        for setting in example.file.active:
            if setting.name in sound:
                worse = setting._replace(value="\x01 no value { of any type")
                settings = tuple(worse if each is setting else each for each in example.file.settings)
                copy = example._replace(file=example.file._replace(settings=settings))
                yield contract._replace(examples=(*contract.examples[:index], copy, *contract.examples[index + 1 :]))
                return


def _is_same(run: Run, name: str, given: str) -> bool:
    return given == name or any(read.is_called(given) for read in run.contract.asked().get(name, ()))


def _what(kind: str) -> str:
    if "|" in kind:
        return f"none of {', '.join(kind.split('|'))}"
    return f"no {'URL' if kind == 'url' else 'JSON' if kind == 'json' else kind}"


def _places(contract: Contract, name: str) -> tuple[Place, ...]:
    """Who reads the variable, where it is documented, where it is listed."""
    reads = [read.place for read in contract.asked().get(name, ())]
    documented = [
        example.place(setting, "expected") for each, (example, setting) in contract.documented.items() if each == name
    ]
    listed = [contract.listed[name]._replace(role="expected")] if name in contract.listed else []
    return tuple(reads[:1] + [place._replace(role="reference") for place in reads[1:]] + documented + listed)
