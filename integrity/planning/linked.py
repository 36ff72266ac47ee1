"""Which symbolic links lead to what changed. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def linked(paths: Iterable[str], links: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The links, sorted, that lead to one of these files and folders or through it, each with these as they are called through it."""
    leading: defaultdict[str, list[str]] = defaultdict(list)
    passing: defaultdict[str, list[str]] = defaultdict(list)
    for link, targets in links.items():
        for target in targets:
            leading[target].append(link)
            for folder in _above(target):
                passing[folder].append(link)
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for path in paths:
        for link in passing.get(path, ()):
            found[link][link] = None
        for target in (path, *_above(path), "."):
            for link in leading.get(target, ()):
                below = path if target == "." else path[len(target) + 1 :]
                found[link][f"{link}/{below}" if below else link] = None
    return {link: list(found[link]) for link in sorted(found)}


def _above(path: str) -> Iterator[str]:
    """The folders that contain the path, without the root."""
    while path := path.rpartition("/")[0]:
        yield path
