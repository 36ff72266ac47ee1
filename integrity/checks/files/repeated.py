"""Keys that stand twice in one object, mapping or .env file (SRC101, SRC102, SRC103). Their readers keep the last without a word."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterable, Iterator, Sequence

from integrity.checks.files.choice import Chosen, File, may_have_comments
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.sources.envfile import envfile_of
from integrity.checks.sources.json import NotJson, has_repeated_keys, node_of
from integrity.checks.sources.node import Node, mappings
from integrity.checks.sources.yaml import NotYaml, documents, repeated_keys, value_of

_KEY_LINE = re.compile(
    r"^(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[^\s#\-\[{&*!|>%@`][^\n:]*?|-[^\s:][^\n:]*?)[ ]*:(?=\s|$)", re.MULTILINE
)
_FLOW = re.compile(r"\{[^{}]*\}")
_FLOW_KEY = re.compile(r"[{,]\s*([^\s:,{}]+)\s*:")
_OUTCOMES = {
    "SRC101": "readers keep the last, and what the others say is lost",
    "SRC102": "some readers keep only the last, others refuse the file",
    "SRC103": "readers keep the last, and the others say nothing",
}
_DOCUMENT = re.compile(r"^---", re.MULTILINE)


def json_repetitions(chosen: Chosen) -> Examined:
    """SRC101."""
    return _examined(chosen, "json", _json_findings)


def yaml_repetitions(chosen: Chosen) -> Examined:
    """SRC102."""
    return _examined(chosen, "yaml", _yaml_findings)


def env_repetitions(chosen: Chosen) -> Examined:
    """SRC103."""
    return _examined(chosen, "env", _env_findings)


def repetitions(chosen: Chosen) -> Examined:
    """SRC101, SRC102 and SRC103 together, over all kinds of files."""
    each = [judge(chosen) for judge in (json_repetitions, yaml_repetitions, env_repetitions)]
    findings = tuple(finding for examined in each for finding in examined.findings)
    notes = tuple(note for examined in each for note in examined.notes)
    passed_over = frozenset(path for examined in each for path in examined.passed_over)
    return Examined(sum(examined.count for examined in each), findings, notes, passed_over)


def spoiled_json(chosen: Chosen) -> Iterator[Chosen]:
    """Copies in which the first key of an object is written once more."""
    for file in chosen.files["json"]:
        try:
            root = node_of(file.text)
        except NotJson:
            continue
        if root.pairs and not _json_findings(file):
            start = file.text.index("{") + 1
            again = f"{json.dumps(root.pairs[0][0].text)}: null, "
            yield _with(chosen, "json", file, file.text[:start] + again + file.text[start:])
            return


def spoiled_yaml(chosen: Chosen) -> Iterator[Chosen]:
    """Copies in which a key of the outermost mapping is written once more at the end."""
    for file in chosen.files["yaml"]:
        key = next(_KEY_LINE.finditer(file.text), None)
        if key is None or key["lead"] or _DOCUMENT.search(file.text, key.end()) or not parses(file):
            continue
        yield _with(chosen, "yaml", file, f"{file.text}\n{key['key']}: spoiled\n")
        return


def parses(file: File) -> bool:
    """Whether a YAML file can be read at all."""
    try:
        documents(file.text, file.path, "SRC102")
    except NotYaml:
        return False
    return True


def spoiled_env(chosen: Chosen) -> Iterator[Chosen]:
    """Copies in which a variable is set once more."""
    for file in chosen.files["env"]:
        settings = [setting for setting in envfile_of(file.text).active if setting.value is not None]
        if settings:
            yield _with(chosen, "env", file, f"{file.text}\n{settings[0].name}=spoiled\n")
            return


def may_repeat(text: str) -> bool:
    """Whether a YAML text looks as if some mapping has a key twice; it is wrong only in strange layouts."""
    return any(_repeats_in_block(part) for part in _DOCUMENT.split(text)) or any(
        _repeats_in_flow(each) for each in _FLOW.findall(text)
    )


def _repeats_in_block(text: str) -> bool:
    levels: list[tuple[int, set[str]]] = []
    for match in _KEY_LINE.finditer(text):
        lead = match["lead"]
        indent = len(lead)
        starts_item = "-" in lead
        while levels and levels[-1][0] > (lead.index("-") if starts_item else indent):
            levels.pop()
        if starts_item or not levels or levels[-1][0] < indent:
            levels.append((indent, set()))
        key = match["key"].strip("'\"")
        if key in levels[-1][1] and key != "<<":
            return True
        levels[-1][1].add(key)
    return False


def _repeats_in_flow(text: str) -> bool:
    keys = [key.strip("'\"") for key in _FLOW_KEY.findall(text)]
    return len(keys) != len(set(keys))


def _examined(chosen: Chosen, kind: str, look: Callable[[File], Iterable[Finding | str]]) -> Examined:
    findings: list[Finding] = []
    notes: dict[str, str] = {}
    for file in chosen.files[kind]:
        for each in look(file):
            if isinstance(each, Finding):
                findings.append(each)
            else:
                notes[file.path] = each
    count = len(chosen.files[kind]) - len(notes)
    return Examined(count, tuple(findings), tuple(notes.values()), frozenset(notes))


def _json_findings(file: File) -> list[Finding | str]:
    repeated = has_repeated_keys(file.text)
    if repeated is False:
        return []
    if repeated is None and not may_have_comments(file.path):
        return [f"{file.path} is no JSON"] if file.text.strip() else []
    try:
        root = node_of(file.text)
    except NotJson as wrong:
        return [f"{file.path}:{wrong.line} is no JSON: {wrong}"]
    return list(_key_findings("SRC101", file.path, [root]))


def _yaml_findings(file: File) -> list[Finding | str]:
    if not may_repeat(file.text):
        return []
    try:
        roots = documents(file.text, file.path, "SRC102")
    except NotYaml as wrong:
        return [f"{file.path}{f':{wrong.line}' if wrong.line else ''} is no YAML: {wrong}"]
    return list(_key_findings("SRC102", file.path, roots))


def _key_findings(code: str, path: str, roots: Sequence[Node]) -> Iterator[Finding]:
    for root in roots:
        for above, mapping in mappings(root):
            for _, pairs in repeated_keys(mapping):
                name = pairs[0][0].text
                lines = [key.line for key, _ in pairs]
                yield _finding(code, path, f"{above}.{name}" if above else name, lines, same=_are_equal(pairs))


def _are_equal(pairs: Sequence[tuple[Node, Node]]) -> bool:
    values: list[Any] = [value_of(value) for _, value in pairs]
    return all(value == values[0] for value in values)


def _env_findings(file: File) -> Iterator[Finding]:
    lines: dict[str, list[tuple[int, str | None]]] = {}
    for setting in envfile_of(file.text).active:
        lines.setdefault(setting.name, []).append((setting.line, setting.value))
    for name, found in lines.items():
        if len(found) > 1:
            yield _finding(
                "SRC103", file.path, name, [line for line, _ in found], same=len({value for _, value in found}) == 1
            )


def _finding(code: str, path: str, entry: str, lines: Sequence[int], *, same: bool) -> Finding:
    where = f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}"
    outcome = "the values are the same, so one of them says nothing" if same else _OUTCOMES[code]
    places = (Place(path, lines[-1]), *(Place(path, line, None, "duplicate") for line in lines[:-1]))
    message = f"{entry!r} stands on lines {where}; {outcome}."
    return Finding(
        code,
        entry,
        message,
        "Delete or rename all but one.",
        places,
        registry=path,
        level="warning" if same else "error",
    )


def _with(chosen: Chosen, kind: str, file: File, text: str) -> Chosen:
    files = tuple(
        File(file.path, text.encode("utf-8", "replace")) if each is file else each for each in chosen.files[kind]
    )
    return chosen._replace(files={**chosen.files, kind: files})
