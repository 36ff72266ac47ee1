"""What `serve` says: the processes that a unit runs itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.model.need import Ready, ReadyBy, Serve
from integrity.settings.own_kinds import ready_of, words
from integrity.settings.patterns import placeholders_in
from integrity.settings.tables import is_one_process
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from integrity.settings.toml import KeyPath

_NEED_A_PORT = ("env-var", "url")


def served(serve: Mapping[str, Any], place: Callable[[KeyPath], str]) -> tuple[Serve, ...]:
    """The processes of a `serve` without problems; `place` tells file:line of a key."""
    return tuple(_process(path, keys, place(path)) for path, keys in _processes(serve))


def serve_problems(serve: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with a `serve` whose values are right each by itself."""
    for path, keys in _processes(serve):
        if not _has_port(words(keys["command"])):
            yield from _problems_without_port(path, keys)


def _problems_without_port(path: tuple[str, ...], keys: Mapping[str, Any]) -> Iterator[Problem]:
    label = ".".join(path)
    if "ready" not in keys:
        message = f"{label} takes no port and has no ready, so that nothing tells when it is up."
        hint = 'Put {port} into the command, or say what it logs when it is up: ready = { log = "regular expression" }.'
        yield Problem(path=path, message=message, hint=hint)
    needs_port = ["ready"] if "http" in keys.get("ready", {}) else []
    for name in (*(name for name in _NEED_A_PORT if name in keys), *needs_port):
        message = f"{label}: {name} needs a port, and the command takes none."
        hint = "Put {port} into the command where it says on which port to listen."
        yield Problem(path=(*path, name), message=message, hint=hint)


def _processes(serve: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if is_one_process(serve):
        return [(("serve",), serve)]
    return [(("serve", name), keys) for name, keys in serve.items()]


def _process(path: tuple[str, ...], keys: Mapping[str, Any], place: str) -> Serve:
    command = words(keys["command"])
    before = keys.get("before", ())
    ready = ready_of(keys["ready"]) if "ready" in keys else None
    if ready is None and _has_port(command):
        ready = Ready(by=ReadyBy.TCP)
    return Serve(
        name=path[-1],
        command=command,
        before=tuple(words(each) for each in ((before,) if isinstance(before, str) else before)),
        ready=ready,
        variable=keys.get("env-var"),
        url=keys.get("url", "http://{host}:{port}"),
        timeout_s=float(keys.get("timeout", 60.0)),
        place=place,
    )


def _has_port(command: tuple[str, ...]) -> bool:
    return "port" in placeholders_in(command)
