"""Reads contracts from a unit's sources: which example speaks for which code, and which names other files mention."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, Sequence

from integrity.checks.baseline import NAME as BASELINE
from integrity.checks.env.collecting import reads_of
from integrity.checks.env.contract import Contract, Example
from integrity.checks.env.siblings import sibling_modules
from integrity.checks.manifest import names_it
from integrity.checks.model import CannotExamine, Finding, Place
from integrity.checks.sources.envfile import envfile_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.env.reads import Reads
    from integrity.checks.sources import Module

EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    "env.sample",
    "env.template",
    "example.env",
    "sample.env",
)
_NOT_CODE = frozenset(
    {"docs", "doc", "examples", "example", "samples", "benchmarks", "contrib", "notebooks", "migrations"}
)
_MENTIONING = re.compile(
    r".*\.(py|sh|bash|zsh|ps1|bat|ya?ml|toml|json|[cm]?[jt]sx?|vue|svelte|cfg|ini|conf|tf|tfvars|hcl|nix|j2|jinja2?|tmpl|tpl|erb|xml|html|go|rb|rs|java|kt|php|envrc|mk|ipynb)"
    r"|(.*\.)?(Dockerfile|Containerfile|Makefile|Procfile|Justfile|Jenkinsfile|Tiltfile|Caddyfile)(\..*)?|[\w-]+",
    re.IGNORECASE,
)
_NAME = re.compile(rb"[A-Z_][A-Z0-9_]{2,}")
_LARGEST = 2_000_000
_FEW = 20


def declared_contract(unit: Unit, table: Mapping[str, Any]) -> Contract:
    """The contract of a unit that declares one. Raises CannotExamine where its example is not there."""
    modules = code_of(unit, table.get("code"))
    examples = _declared_examples(unit, table.get("example"))
    names = {*(table.get("required") or ()), *(table.get("optional") or ())}
    reads = reads_of(modules, table.get("readers") or (), sibling_modules(unit, modules))
    idle = {name for name in {*_names(examples), *names} if not reads.may_read(name)}
    return Contract(
        reads,
        examples,
        tuple(table["required"]) if "required" in table else None,
        tuple(table["optional"]) if "optional" in table else None,
        _listed(unit, {*names, *(table.get("types") or ())}),
        frozenset(name for name, reason in (table.get("ignore") or {}).items() if reason.strip()),
        frozenset(_in_others(unit, idle)),
        dict(table.get("types") or {}),
        is_declared=True,
    )


def found_contracts(unit: Unit) -> tuple[Contract, ...]:
    """A contract for each folder that has an example file, over the code below it that no deeper example speaks for."""
    all_paths = example_paths(unit)
    folders = sorted({os.path.dirname(path) for path in all_paths}, key=len)
    if not folders:
        return ()
    by_folder: dict[str, list[Module]] = {folder: [] for folder in folders}
    for module in code_of(unit, None):
        owner = next((each for each in reversed(folders) if not each or module.path.startswith(f"{each}/")), None)
        if owner is not None and _NOT_CODE.isdisjoint(unit.sources.in_unit(module.path).split("/")):
            by_folder[owner].append(module)
    contracts = []
    for folder, modules in by_folder.items():
        paths = [path for path in all_paths if os.path.dirname(path) == folder]
        reads = reads_of(modules, (), sibling_modules(unit, modules))
        if reads.reads or reads.opens:
            contracts.append(Contract(reads, tuple(_example(unit, path) for path in paths)))
    return _with_uses(unit, contracts)


def reads_by_package(unit: Unit, globs: Sequence[str] | None = None) -> tuple[Reads, ...]:
    """What the code of each package of the unit reads."""
    groups: dict[str, list[Module]] = {}
    for module in code_of(unit, globs):
        if globs or _NOT_CODE.isdisjoint(unit.sources.in_unit(module.path).split("/")):
            groups.setdefault(_package_of(module), []).append(module)
    return tuple(reads_of(modules) for modules in groups.values())


def example_paths(unit: Unit) -> list[str]:
    """The paths of all example files of a unit."""
    return [path for path in unit.sources.files if path.rpartition("/")[2] in EXAMPLES]


def example_files(unit: Unit) -> tuple[Example, ...]:
    """All example files of a unit."""
    return tuple(_example(unit, path) for path in example_paths(unit))


def _package_of(module: Module) -> str:
    """The outermost package that a module belongs to, by its path; a script is alone."""
    top = module.name.partition(".")[0]
    start = f"/{module.path}".rfind(f"/{top}/")
    return f"{module.path[: start + len(top)]}" if start >= 0 else module.path


def code_of(unit: Unit, globs: Sequence[str] | None) -> list[Module]:
    """The modules that are examined: those of the globs, by default all but tests."""
    if globs:
        chosen = set(unit.sources.matching(*globs))
        return [module for module in unit.sources.modules if module.path in chosen]
    return [
        module
        for module in unit.sources.modules
        if not module.is_test and not module.path.endswith("test_integrity.py")
    ]


def _example(unit: Unit, path: str) -> Example:
    return Example(path, envfile_of(unit.sources.text(path)))


def _declared_examples(unit: Unit, example: str | None) -> tuple[Example, ...]:
    if example is None:
        own = [path for path in example_paths(unit) if "/" not in unit.sources.in_unit(path)]
        return tuple(_example(unit, path) for path in own[:1])
    path = unit.sources.from_unit(example)
    if not os.path.exists(os.path.join(unit.root, path)):
        message = f"The example file {example} is not there."
        raise CannotExamine(
            Finding("ENV105", example, message, "Mend `example` of [tool.integrity.checks.env].", (Place(path),))
        )
    return (_example(unit, path),)


def _names(examples: Iterable[Example]) -> Iterator[str]:
    return (setting.name for example in examples for setting in example.file.settings)


def _listed(unit: Unit, names: Iterable[str]) -> dict[str, Place]:
    """Where the manifest lists names."""
    path = unit.sources.from_unit("pyproject.toml")
    lines = unit.sources.text(path).splitlines() if os.path.exists(os.path.join(unit.root, path)) else []
    found = {}
    for name in names:
        line = next((index for index, text in enumerate(lines, 1) if names_it(text, name)), None)
        if line is not None:
            found[name] = Place(path, line)
    return found


def _with_uses(unit: Unit, contracts: Sequence[Contract]) -> tuple[Contract, ...]:
    """The contracts, knowing which of their doubtful names stand in other files."""
    idle = {name for each in contracts for name in each.documented if not each.reads.may_read(name)}
    asked = {
        name
        for each in contracts
        for name in each.asked()
        if name not in each.documented and each.is_surely_required(name)
    }
    in_code = _in_code(unit, idle | asked)
    in_others = _in_others(unit, (idle - in_code) | asked)  # what code mentions need not be looked for elsewhere
    elsewhere = {name for example in example_files(unit) for name in _names([example])}
    return tuple(
        contract._replace(used=frozenset((in_code & known) | in_others | (elsewhere - known)))
        for contract in contracts
        for known in [set(contract.documented)]
    )


def _in_code(unit: Unit, names: Iterable[str]) -> set[str]:
    """Which of the names stand in code."""
    missing = {name.encode() for name in names}
    for module in unit.sources.modules if missing else ():
        _strike_off(missing, module.content)
    return set(names) - {each.decode() for each in missing}


def _in_others(unit: Unit, names: Iterable[str]) -> set[str]:
    """Which of the names stand in other files of the unit, or at the monorepo's outermost level, that may use them."""
    missing = {name.encode() for name in names if _NAME.fullmatch(name.encode())}
    for path in (*unit.sources.files, *_outermost(unit)):
        name = path.rpartition("/")[2]
        if not missing:
            break
        if (
            not name.endswith(".py")
            and name not in {"pyproject.toml", BASELINE}
            and _MENTIONING.fullmatch(name) is not None
        ):
            content = unit.sources.bytes(path)
            if len(content) <= _LARGEST:
                _strike_off(missing, content)
    return set(names) - {each.decode() for each in missing}


def _strike_off(missing: set[bytes], content: bytes) -> None:
    """Take the names that stand in a text off those that are missing. To look for a few is cheaper than to find all names."""
    if len(missing) > _FEW or any(each in content for each in missing):
        missing.difference_update(_NAME.findall(content))


def _files_in(folder: str) -> tuple[str, ...]:
    try:
        with os.scandir(folder) as items:
            return tuple(item.path for item in items if item.is_file())
    except OSError:
        return ()


def _outermost(unit: Unit) -> list[str]:
    if unit.folder == unit.root:
        return []
    paths = [*_files_in(unit.root), *_files_in(os.path.join(unit.root, ".github", "workflows"))]
    return [os.path.relpath(path, unit.root).replace(os.sep, "/") for path in paths]
