"""The health checks of containers: the commands that Dockerfiles, compose files and Kubernetes manifests give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Iterator, NamedTuple

from integrity.checks.model import Place

if TYPE_CHECKING:
    from integrity.checks.sources import Sources

_YAML = ("*.yml", "*.yaml")
_DOCKER = ("Dockerfile*", "*.Dockerfile", "Containerfile*")
_HEAD = re.compile(r"(?P<indent>[ \t-]*)(healthcheck|livenessProbe|readinessProbe|startupProbe)\s*:")
_LOCAL = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[^\s/\"']+)?(?P<path>/[^\s\"'?#|;&)\]]*)?"
)
_COMMENT = re.compile(r"(^|\s)#.*")


class Command(NamedTuple):
    """A health check's text, the place of its first line, and where `image` says so, that it is of the unit's own image."""

    text: str
    place: Place
    is_own: bool


def commands_of(sources: Sources) -> Iterator[Command]:
    """All health checks of the unit's container files."""
    for path in sources.matching(*_DOCKER):
        yield from _of_dockerfile(path, sources.text(path))
    for path in sources.matching(*_YAML):
        text = sources.text(path)
        if "healthcheck" in text or "Probe" in text:
            yield from _of_yaml(path, text.splitlines())


def paths_asked(command: Command) -> list[str]:
    """The paths of the URLs on the container's own host that a command asks."""
    probed = re.findall(r"httpGet\s*:.*?\bpath\s*:\s*[\"']?(/[^\s\"',}]*)", command.text)
    return [match["path"] or "/" for match in _LOCAL.finditer(command.text)] + probed


def _of_dockerfile(path: str, text: str) -> Iterator[Command]:
    if "HEALTHCHECK" not in text.upper():
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*HEALTHCHECK\b", line, re.IGNORECASE):
            whole = [line]
            while whole[-1].rstrip().endswith("\\") and number + len(whole) <= len(lines):
                whole.append(lines[number + len(whole) - 1])
            yield Command(" ".join(each.rstrip().rstrip("\\") for each in whole), Place(path, number), is_own=True)


def _of_yaml(path: str, lines: list[str]) -> Iterator[Command]:
    is_single = sum(bool(re.match(r"[\s-]*image\s*:", line)) for line in lines) <= 1
    for number, line in enumerate(lines, 1):
        head = _HEAD.match(line)
        if head is None:
            continue
        indent = len(head["indent"].replace("-", " "))
        block = [line, *_block(lines, number, indent)]
        is_own = _is_built_here(lines, number - 1, indent) if "healthcheck" in line else is_single
        shown = number + next(
            (offset for offset, each in enumerate(block) if re.search(r"\b(test|command|path)\s*:", each)), 0
        )
        yield Command(" ".join(_COMMENT.sub("", each).strip() for each in block), Place(path, shown), is_own)


def _block(lines: list[str], start: int, indent: int) -> Iterator[str]:
    """The lines below a key that are indented more, and the items of its list."""
    for line in lines[start:]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return
        yield line


def _is_built_here(lines: list[str], position: int, indent: int) -> bool:
    """Whether a compose service is built from the folder of its file."""
    siblings: list[str] = []
    for step in (-1, 1):
        index = position + step
        while 0 <= index < len(lines) and (
            not lines[index].strip() or len(lines[index]) - len(lines[index].lstrip()) >= indent
        ):
            siblings.append(lines[index])
            index += step
    text = "\n".join(siblings)
    return (
        re.search(r"^\s*(build|context)\s*:\s*[\"']?\.?/?[\"']?\s*$", text, re.MULTILINE) is not None
        and "build" in text
    )
