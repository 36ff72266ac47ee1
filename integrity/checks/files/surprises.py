"""Plain YAML values that are read as another type than was meant (SRC106): `22:22` is a number, `3.10` is 3.1, `no` is false.

Without a declaration only what can hardly be meant is told.
"""

from __future__ import annotations

import re
from typing import Iterator

from integrity.checks.env.known import is_secret_name
from integrity.checks.files.choice import Chosen, File
from integrity.checks.files.repeated import parses
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.sources.node import Node, mappings
from integrity.checks.sources.yaml import NotYaml, documents, value_of

_CANDIDATE = re.compile(
    r"(?mi)^[ ]*(?:- +|[\w.-]+: +)[1-9]?\d(?::[0-5]?\d)+[ ]*(?:#|$)"  # 22:22
    r"|(?<![\w.'\"/:-])\d+\.\d+0(?![\w.'\"])"  # 3.10
    r"|^[ ]*- +(?:no|yes|on|off)[ ]*(?:#|$)|[\[,] *(?:no|yes|on|off) *[\],]|^[ ]*no *:"
    r"|^[ ]*(?:- +|[\w.-]+: +)0[0-7]+[ ]*(?:#|$)"  # 0123
)
_SIXTIES = re.compile(r"[1-9]\d*(:[0-5]?\d)+")
_SHORTENED = re.compile(r"\d+\.\d+0")
_OCTAL = re.compile(r"0[0-7]+")
_WORD = re.compile(r"no|yes|on|off", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}")
_SECRET = re.compile(r"password|passwd|secret|token|(?:^|[^a-z])pin(?:[^a-z]|$)", re.IGNORECASE)


def type_surprises(chosen: Chosen) -> Examined:
    """SRC106."""
    findings: list[Finding] = []
    notes: dict[str, str] = {}
    for file in chosen.files["yaml"]:
        if _CANDIDATE.search(file.text) is None:
            continue
        try:
            roots = documents(file.text, file.path, "SRC106")
        except NotYaml as wrong:
            notes[file.path] = f"{file.path} is no YAML: {wrong}"
            continue
        for root in roots:
            findings.extend(_surprises(file, root, chosen.is_declared))
    count = len(chosen.files["yaml"]) - len(notes)
    return Examined(count, tuple(findings), tuple(notes.values()), frozenset(notes))


def spoiled_surprises(chosen: Chosen) -> Iterator[Chosen]:
    """Copies with one more document, in which a port is read as a number."""
    for file in chosen.files["yaml"]:
        if parses(file):
            worse = File(file.path, file.content + b"\n---\nspoiled:\n  ports:\n    - 22:22\n")
            files = tuple(worse if each is file else each for each in chosen.files["yaml"])
            yield chosen._replace(files={**chosen.files, "yaml": files})
            return


def _surprises(file: File, root: Node, is_declared: bool) -> Iterator[Finding]:  # noqa: FBT001 - passed on
    for path, mapping in mappings(root):
        if not file.path.startswith(".github/") and "/.github/" not in file.path:
            yield from _language_keys(file, path, mapping)
        for key, value in mapping.pairs:
            entry = f"{path}.{key.text}" if path else key.text
            for scalar in [value, *value.items]:
                if scalar.is_plain and (why := _why(key.text, scalar, value, is_declared)):
                    yield _finding(file, entry, scalar, why)


def _why(key: str, scalar: Node, value: Node, is_declared: bool) -> str:  # noqa: FBT001 - passed on
    text = scalar.text
    if _SIXTIES.fullmatch(text) and (is_declared or (key == "ports" and value.items)):
        return f"is the number {value_of(scalar)} to YAML 1.1, which counts in sixties"
    if _SHORTENED.fullmatch(text) and "version" in key.lower():
        return f"is the number {float(text)}, not a version"
    if _WORD.fullmatch(text) and _stands_among_words(scalar, value):
        return f"is {str(value_of(scalar)).lower()} to YAML 1.1, beside strings"
    if is_declared and _OCTAL.fullmatch(text) and "mode" not in key.lower() and "mask" not in key.lower():
        return f"is the number {value_of(scalar)} to YAML 1.1, which reads it as octal"
    return ""


def _stands_among_words(scalar: Node, sequence: Node) -> bool:
    others = [item for item in sequence.items if item is not scalar]
    return bool(others) and any(isinstance(value_of(item), str) for item in others if item.kind == "scalar")


def _language_keys(file: File, path: str, mapping: Node) -> Iterator[Finding]:
    languages = [key for key, _ in mapping.pairs if _LANGUAGE.fullmatch(key.text) and not _WORD.fullmatch(key.text)]
    for key, _ in mapping.pairs:
        if key.is_plain and key.text == "no" and len(languages) > 1:
            yield _finding(file, f"{path}.no" if path else "no", key, "is false to YAML 1.1, beside strings")


def _finding(file: File, entry: str, scalar: Node, why: str) -> Finding:
    place = Place(file.path, scalar.line, scalar.column)
    shown, message = f"{entry}: {scalar.text}", f"The plain {scalar.text} of {entry!r} {why}."
    hint = f'Quote it: "{scalar.text}".'
    if _is_secret(entry):
        shown, message = entry, f"The plain value of {entry!r} is not the text to YAML that it is written as."
        hint = "Quote it."
    return Finding("SRC106", shown, message, hint, (place,), registry=file.path, level="warning")


def _is_secret(entry: str) -> bool:
    return _SECRET.search(entry) is not None or any(is_secret_name(part) for part in entry.split("."))
