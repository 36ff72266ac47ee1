# ruff: noqa: PTH117 - paths are strings in discovery: pathlib would cost more than all else
"""Requirements as text: their name, and what stands behind their `@`, a path, a URL or a git repository."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

from integrity.discover.draft import NAME, Declared, Origin, Source
from integrity.discover.tree import ManifestFault, parent, resolved
from integrity.model.unit import Dependency, normalised

_DIRECT = (
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[^\[\]]*\])?)\s*@\s*(?P<target>[^\s;]+)(?P<marker>.*)"
)
# How build back ends spell the folder of the manifest inside a requirement.
_OWN_FOLDER = ("{root:uri}", "{root:real}", "{root}", "file:///${PROJECT_ROOT}", "${PROJECT_ROOT}")


def declared(text: str, origin: Origin, *, via: str, extra: str | None = None, group: str | None = None) -> Declared:
    """A dependency from PEP 508 text, or with a path behind its `@`; ManifestFault when it does not begin with a name."""
    root, place = origin
    match = NAME.match(text)
    if match is None:
        raise ManifestFault(
            place.path, place.line, f"{text!r} in {via} is no requirement: it does not begin with a name"
        )
    source, requirement = None, text
    if "@" in text and (direct := re.fullmatch(_DIRECT, text.strip(), re.DOTALL)):
        source = reference_source(root, (parent(place.path),), direct["target"])
        requirement = f"{direct['name'].rstrip()}{direct['marker']}" if source.locals else text
    dependency = Dependency(text=requirement, name=normalised(match[1]), via=via, place=place, extra=extra, group=group)
    return Declared(dependency, source, text)


def reference_source(root: str, folders: tuple[str, ...], target: str) -> Source:
    """Where `target` leads; a relative path is tried against each of `folders`."""
    from integrity.discover.repository import git_source, has_scheme  # noqa: PLC0415 - few monorepos need it

    if target.startswith("git+"):
        return git_source(target)
    for spelling in _OWN_FOLDER:
        target = target.replace(spelling, ".")
    if target.startswith("file:"):
        target = unquote(re.sub(r"^file:(//(localhost)?(?=/))?", "", target))
    elif has_scheme(target):
        return Source(is_elsewhere=True)
    return path_source(root, folders, target.partition("#")[0])


def path_source(root: str, folders: tuple[str, ...], path: str) -> Source:
    """A path, relative to one of `folders`, or absolute inside the root."""
    if len(folders) == 1 and path[0:1] == "." and (inside := resolved(folders[0], path)) is not None:
        return Source(locals=(inside,))
    if os.path.isabs(path):
        inside = os.path.relpath(os.path.normpath(path), root)
        return Source(locals=() if inside.startswith("..") else (inside,), is_elsewhere=inside.startswith(".."))
    found = dict.fromkeys(resolved(folder, path) for folder in folders)
    inside_root = tuple(path for path in found if path is not None)
    return Source(locals=inside_root, is_elsewhere=not inside_root)
