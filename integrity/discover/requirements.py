"""Reads requirements files as pip does: `-r`, `-e`, `name @ path`, URLs, hashes, comments, continued lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integrity.discover.draft import NAME, Declared, Source
from integrity.discover.references import reference_source
from integrity.discover.repository import egg_name
from integrity.discover.tree import ManifestFault, joined, parent, resolved
from integrity.model.unit import Dependency, Place, normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.discover.tree import Tree

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OPTION = re.compile(r"(-r|--requirement|-e|--editable)(?:\s*=\s*|\s+|(?<=^-[re]))(.*)")
_LINE_OPTIONS = re.compile(r"\s--?[a-z][a-z-]*(?:[= ].*)?$")
_MARKER = re.compile(r"\s*;\s*")
_EXTRAS = re.compile(r"\[[^\[\]]*\]$")
_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\[\]]*\])?\s*@\s*(\S.*)")
_WORDS = re.compile(r"[-_.]")
_FILE = re.compile(r"requirements(?:[-_.](.+))?\.(?:txt|in)|(.+)[-_.]requirements\.txt")
_GROUPS = {
    **dict.fromkeys(("dev", "develop", "development", "local"), "dev"),
    **dict.fromkeys(("test", "tests", "testing"), "test"),
    **dict.fromkeys(("doc", "docs"), "docs"),
    **dict.fromkeys(("ci", "lint", "typing", "types"), "lint"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the lines of one file are taken: for which unit, under which group or extra, and which files led here."""

    tree: Tree
    folder: str
    path: str
    group: str | None = None
    extra: str | None = None
    chain: tuple[str, ...] = ()


def requirement_files(names: list[str], folder_names: list[str]) -> list[tuple[str, str | None]]:
    """Which of a unit's files state its requirements, each with its group.

    `requirements.txt` is what always holds; without it, all files that name no group (`requirements/prod.txt`,
    `requirements-base.txt`). Files named after development, tests, docs or lint are that group.
    """
    found = [
        (name, match[1] or match[2]) for name in names if (match := _FILE.fullmatch(name)) and name.endswith(".txt")
    ]
    found += [(f"requirements/{name}", name.removesuffix(".txt")) for name in folder_names if name.endswith(".txt")]
    grouped = [(name, _group(word)) for name, word in found]
    if ("requirements.txt", None) in grouped:
        grouped = [(name, group) for name, group in grouped if group is not None or name == "requirements.txt"]
    return sorted(grouped, key=lambda item: item[1] is not None)


def read_requirements(reading: Reading) -> Iterator[Declared]:
    """The requirements of a file and of those it includes; ManifestFault when one is missing or no requirement."""
    text = _text(reading)
    for number, line in _logical_lines(text):
        option = _OPTION.fullmatch(line)
        place = Place(path=reading.path, line=number)
        if option is None:
            if not line.startswith("-"):
                yield _requirement(reading, _without_options(line), place)
        elif option[1] in ("-r", "--requirement"):
            yield from _included(reading, option[2].strip("\"' "), place)
        else:
            yield _requirement(reading, _without_options(option[2].strip("\"' ")), place)


def _group(word: str | None) -> str | None:
    """The group that a file's own word means (`dev`, `requirements-dev`, `test-requirements`), None when it means none."""
    if word is None:
        return None
    return next((_GROUPS[part] for part in _WORDS.split(word.lower()) if part in _GROUPS), None)


def _text(reading: Reading) -> str:
    text = reading.tree.lenient_text(reading.path)
    if text is None:
        raise ManifestFault(reading.path, None, "does not exist")
    return text


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, joined where one ends in a backslash; each with the number of its first physical line."""
    pending, first = "", 0
    for number, physical in enumerate(text.splitlines(), 1):
        first = first if pending else number
        line = "" if physical.lstrip().startswith("#") else physical
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        complete = _COMMENT.sub("", pending + line).strip()
        pending = ""
        if complete:
            yield first, complete
    if pending.strip():
        yield first, pending.strip()


def _without_options(line: str) -> str:
    return _LINE_OPTIONS.sub("", line).strip()


def _included(reading: Reading, target: str, place: Place) -> Iterator[Declared]:
    if "://" in target:
        return
    path = resolved(parent(reading.path), target)
    if path is None or not reading.tree.has_file(path):
        raise ManifestFault(
            reading.path, place.line, f"includes {target!r}, which does not exist inside the repository"
        )
    if path in reading.chain or path == reading.path:
        return
    if not f"{path}/".startswith(f"{reading.folder}/") and reading.folder != ".":
        # The file of another unit: what is changed there changes this unit's requirements, too.
        yield _as_declared(reading, name="", suffix="", source=Source(locals=(path,), within=True), place=place)
    yield from read_requirements(replace(reading, path=path, chain=(*reading.chain, reading.path)))


def _requirement(reading: Reading, line: str, place: Place) -> Declared:
    target, _, marker = _split_marker(line)
    suffix = f" ; {marker}" if marker else ""
    if named := _NAMED.fullmatch(target):
        source = _source(reading, named[3])
        url = "" if source.locals else f" @ {named[3]}"
        return _as_declared(reading, name=named[1], suffix=f"{named[2] or ''}{url}{suffix}", source=source, place=place)
    if not _is_location(reading, target):
        name = NAME.match(target)
        if name is None:
            raise ManifestFault(place.path, place.line, f"{line!r} is no requirement")
        return _as_declared(reading, name=name[1], suffix=line[name.end() :], source=None, place=place)
    return _located(reading, target, suffix, place)


def _located(reading: Reading, target: str, suffix: str, place: Place) -> Declared:
    """A requirement that is only a path or URL; its name is in the URL's `egg`, or that of the unit it turns out to be."""
    egg = egg_name(target) or ""
    named = NAME.match(egg)
    extras = _EXTRAS.search(egg or target)
    location = target if egg or extras is None else target[: extras.start()]
    source = _source(reading, location)
    url = "" if source.locals else f" @ {location}"
    name = named[1] if named and not source.locals else ""
    declared = _as_declared(
        reading, name=name, suffix=f"{extras[0] if extras else ''}{url}{suffix}", source=source, place=place
    )
    return declared._replace(spelling=_file_name(location))


def _file_name(location: str) -> str:
    """The project's name in a URL: the first part of a file's name, or the last part of a repository's path."""
    last = location.partition("#")[0].rstrip("/").rpartition("/")[2].partition("@")[0].removesuffix(".git")
    match = NAME.match(last.partition("-")[0] if last.endswith((".whl", ".tar.gz", ".zip")) else last)
    return match[1] if match else "unnamed"


def _split_marker(line: str) -> tuple[str, str, str]:
    match = re.search(r"\s;\s*|;\s", line) if "/" in line else _MARKER.search(line)
    return (line, "", "") if match is None else (line[: match.start()].strip(), ";", line[match.end() :].strip())


def _is_location(reading: Reading, target: str) -> bool:
    if target.startswith((".", "/", "file:", "git+")) or "://" in target:
        return True
    path = _EXTRAS.sub("", target)
    return (
        "/" in path
        and NAME.match(path) is not None
        and not re.search(r"[<>=!~ ]", path)
        and reading.tree.folder(joined(reading.folder, path)) is not None
    )


def _source(reading: Reading, target: str) -> Source:
    # pip takes relative paths from where it is run: the unit's folder, the file's, or the root's.
    folders = (reading.folder, parent(reading.path), ".")
    return reference_source(reading.tree.root, folders, target)


def _as_declared(reading: Reading, *, name: str, suffix: str, source: Source | None, place: Place) -> Declared:
    via = reading.path if not reading.path.startswith(f"{reading.folder}/") else reading.path[len(reading.folder) + 1 :]
    dependency = Dependency(
        text=f"{name}{suffix}", name=normalised(name), via=via, place=place, extra=reading.extra, group=reading.group
    )
    return Declared(dependency, source, name)
