"""Files that can't be read as what they are (SRC104).

Without a declaration only what is surely wrong is told: TOML that doesn't parse, lines of .env files that are no
setting. JSON and YAML come in dialects and as templates: that they parse is demanded only where they are declared.
"""

from __future__ import annotations

from typing import Iterator

from integrity.checks.files.choice import Chosen, File, may_have_comments
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.sources.envfile import Setting, envfile_of
from integrity.checks.sources.json import NotJson, has_repeated_keys, node_of
from integrity.checks.sources.toml import problem_of
from integrity.checks.sources.yaml import NotYaml, documents

_SURE = ("toml", "env")  # kinds without dialects
_BOM = b"\xef\xbb\xbf"


def invalid_files(chosen: Chosen) -> Examined:
    """SRC104."""
    findings: list[Finding] = []
    notes = dict(chosen.passed_over)
    looked_at = {kind: files for kind, files in chosen.files.items() if chosen.is_declared or kind in _SURE}
    for kind, files in looked_at.items():
        for file in files:
            found = list(_LOOKS[kind](file, chosen.is_declared))
            if found and file.is_template and (kind != "env" or not chosen.is_declared):
                notes[file.path] = f"{file.path} is a template and was not examined"
            else:
                findings.extend(found)
    count = sum(map(len, looked_at.values())) - len(notes) + len(chosen.passed_over)
    return Examined(count, tuple(findings), tuple(notes.values()), frozenset(notes))


def spoiled_files(chosen: Chosen) -> Iterator[Chosen]:
    """Copies in which a file ends in a line that it can't have, and in a byte that no text has."""
    for kind, files in chosen.files.items():
        sound = (file for file in files if not file.is_template and not list(_LOOKS[kind](file, chosen.is_declared)))
        file = next(sound, None)
        if file is not None and (chosen.is_declared or kind in _SURE):
            worse = File(file.path, file.content + b"\n\x00 ] spoiled line {\n")
            yield chosen._replace(
                files={**chosen.files, kind: tuple(worse if each is file else each for each in files)}
            )


def _toml(file: File, is_declared: bool) -> Iterator[Finding]:  # noqa: FBT001, ARG001 - one form for all kinds
    problem = problem_of(file.content)
    if problem is not None:
        yield _finding(file, f"{file.path} is no TOML: {problem.message}.", problem.line)


def _json(file: File, is_declared: bool) -> Iterator[Finding]:  # noqa: FBT001
    if not is_declared or has_repeated_keys(file.text) is not None:
        return
    try:
        node_of(file.text)
    except NotJson as wrong:
        yield _finding(file, f"{file.path} is no JSON: {wrong}.", wrong.line)
    else:
        if not may_have_comments(file.path):
            yield _finding(file, f"{file.path} is no JSON: it has comments, or commas at the end.", None)


def _yaml(file: File, is_declared: bool) -> Iterator[Finding]:  # noqa: FBT001
    if not is_declared:
        return
    try:
        documents(file.text, file.path, "SRC104")
    except NotYaml as wrong:
        yield _finding(file, f"{file.path} is no YAML: {wrong}.", wrong.line)


def _env(file: File, is_declared: bool) -> Iterator[Finding]:  # noqa: FBT001
    if file.content.startswith(_BOM):
        yield _finding(
            file, f"{file.path} begins with a byte order mark; most readers take it for a part of the first name.", 1
        )
    if b"\x00" in file.content:
        yield _finding(
            file,
            f"{file.path} holds a NUL, which no variable can.",
            file.content.count(b"\n", 0, file.content.index(b"\x00")) + 1,
        )
        return
    try:
        text = file.content.decode("utf-8")
    except UnicodeDecodeError as error:
        yield _finding(
            file, f"{file.path} is not UTF-8, so that readers refuse it.", file.content.count(b"\n", 0, error.start) + 1
        )
        return
    parsed = envfile_of(text)
    for line, problem in parsed.invalid:
        yield _finding(file, f"{file.path} has a line that is no setting: {problem}.", line)
    for setting in parsed.active if is_declared else ():
        yield from _disputed(file, setting)


def _disputed(file: File, setting: Setting) -> Iterator[Finding]:
    """What readers of .env files understand in different ways."""
    if setting.has_comment:
        what = f"a comment stands behind the value of {setting.name}: python-dotenv and compose cut it off, decouple and django-environ keep it."
        yield _finding(file, f"In {file.path} {what}", setting.line, setting.name, "warning")
    if setting.is_spaced and not setting.has_comment:
        what = f"a space stands beside the = of {setting.name}: shells and docker refuse it, django-environ passes the line over."
        yield _finding(file, f"In {file.path} {what}", setting.line, setting.name, "warning")


def _finding(file: File, message: str, line: int | None, entry: str = "", level: str = "error") -> Finding:
    hint = "Mend it" + ("." if entry else ", or delete it.")
    return Finding(
        "SRC104",
        entry or message.partition(": ")[2] or message,
        message,
        hint,
        (Place(file.path, line),),
        file.path,
        level=level,
    )


_LOOKS = {"toml": _toml, "json": _json, "yaml": _yaml, "env": _env}
