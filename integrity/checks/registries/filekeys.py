"""Keys that stand twice in files, whatever their kind: for `assert_no_duplicate_keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Iterator

from integrity.checks.model import CannotExamine, Examined, Finding, Place
from integrity.checks.registries.keys import identity, named, shown
from integrity.checks.registries.literals import displays_of, judge_displays
from integrity.checks.sources.envfile import envfile_of
from integrity.checks.sources.json import NotJson, node_of
from integrity.checks.sources.node import walk
from integrity.checks.sources.yaml import NotYaml, documents, repeated_keys

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.sources.node import Node


def repeated_keys_in(unit: Unit, paths: Iterable[str]) -> Examined:
    """All repeated keys. Raises CannotExamine (REG002) for a file that doesn't parse or is of another kind."""
    count = 0
    findings: list[Finding] = []
    python = {path for path in paths if path.endswith(".py")}
    displays = displays_of(module for module in unit.sources.modules if module.path in python)
    findings += judge_displays(displays).findings
    for path in paths:
        if path not in python:
            count += 1
            findings += _of_file(unit, path)
    return Examined(count + displays.number, tuple(findings))


def _of_file(unit: Unit, path: str) -> Iterator[Finding]:
    text, name = unit.sources.text(path), path.rpartition("/")[2]
    if name.startswith(".env") or name.endswith(".env"):
        settings = [(setting.name, setting.line) for setting in envfile_of(text).active]
        yield from _repeated(path, settings)
        return
    for node in walk(_roots(path, text)):
        for _, pairs in repeated_keys(node) if node.kind == "mapping" else ():
            yield from _repeated(path, [(key.text, key.line) for key, _ in pairs])


def _roots(path: str, text: str) -> list[Node]:
    try:
        if path.endswith((".json", ".jsonc")):
            return [node_of(text)]
        if path.endswith((".yaml", ".yml")):
            return documents(text, path, "REG002")
    except (NotJson, NotYaml) as error:
        raise CannotExamine(
            Finding("REG002", path, f"{path} doesn't parse: {error}.", places=(Place(path, error.line),))
        ) from None
    message = f"{path} is no JSON, YAML, .env or Python file."
    raise CannotExamine(Finding("REG002", path, message, "Name other files.", (Place(path),)))


def _repeated(path: str, keys: list[tuple[Any, int]]) -> Iterator[Finding]:
    lines: dict[Any, list[tuple[Any, int]]] = {}
    for key, line in keys:
        lines.setdefault(identity(key), []).append((key, line))
    for group in lines.values():
        if len(group) > 1:
            key = group[0][0]
            places = tuple(
                Place(path, line, None, "duplicate" if index else "declared") for index, (_, line) in enumerate(group)
            )
            message = f"{shown(key)} stands {len(group)} times in {path}; readers keep the last."
            yield Finding("REG101", f"{path} {named(key)}", message, "Delete or rename all but one.", places)
