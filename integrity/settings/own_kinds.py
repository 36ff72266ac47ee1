"""Kinds of backing services that the configuration describes: the root's `kinds`, and needs with an image of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.model.need import Isolation, Kind, Ready, ReadyBy
from integrity.settings.patterns import placeholders_in
from integrity.settings.service_keys import KIND_KEYS
from integrity.settings.tables import MISSING
from integrity.settings.values import converted
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COMMAND = next(key for key in KIND_KEYS if key.name == "command")


def own_kinds(table: Mapping[str, Any]) -> Mapping[str, Kind]:
    """The kinds of a `kinds` without problems, by name."""
    return {name: own_kind(name, keys, given_variables(keys)) for name, keys in table.items()}


def own_kind_problems(table: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with a `kinds` whose values are right each by itself."""
    for name, keys in table.items():
        if "url" not in keys and names_url(given_variables(keys).values()):
            yield no_url(("kinds", name))


def own_kind(name: str, keys: Mapping[str, Any], variables: Mapping[str, str]) -> Kind:
    """The kind that these keys describe."""
    return Kind(
        name=name,
        image=keys["image"],
        port=int(keys["port"]),
        ready=ready_of(keys["ready"]),
        url=keys.get("url", ""),
        variables=variables,
        environment=dict(keys.get("environment", {})),
        command=words(keys["command"]) if "command" in keys else (),
        isolation=Isolation(keys.get("isolation", Isolation.SERVER)),
        memory=keys.get("memory", "512m"),
    )


def given_variables(keys: Mapping[str, Any]) -> Mapping[str, str]:
    """The variables that `env-var` and `env` name: name → template."""
    url = {keys["env-var"]: "{url}"} if "env-var" in keys else {}
    return {**url, **keys.get("env", {})}


def names_url(templates: Iterable[str]) -> bool:
    """Whether one of the templates holds `{url}`."""
    return "url" in placeholders_in(templates)


def no_url(path: tuple[str, ...]) -> Problem:
    """A variable holds a URL that nobody says how to make."""
    return Problem(path=path, message=f"{'.'.join(path)} gives the tests a URL and has no url.", hint=MISSING["url"])


def ready_of(keys: Mapping[str, Any]) -> Ready:
    """What a `ready` without problems says."""
    by = next(ReadyBy(name) for name in keys if name != "port")
    port = keys.get("port") if by is ReadyBy.HTTP else keys.get("tcp")
    return Ready(
        by=by,
        text=keys[by] if by in {ReadyBy.HTTP, ReadyBy.LOG} else "",
        port=None if port is None else int(port),
        command=words(keys[by]) if by is ReadyBy.EXEC else (),
    )


def words(command: Any) -> tuple[str, ...]:
    """The words of a command: a string as a shell splits it, a list as it is."""
    return tuple(converted(_COMMAND, command))
