"""What `needs` says: the backing services of a unit, from short forms and tables to values that nothing is missing from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from integrity.errors import nearest
from integrity.model.need import Isolation, Kind, Need, Pull
from integrity.settings.images import repository, version_of
from integrity.settings.own_kinds import given_variables, names_url, no_url, own_kind, words
from integrity.settings.patterns import UNIT_PLACEHOLDERS, template
from integrity.settings.tables import MISSING
from integrity.settings.wording import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from integrity.settings.toml import KeyPath

_OF_OWN_IMAGES = ("port", "ready", "url")
_OF_UNITS = frozenset({"unit", "env-var", "env", "timeout"})
_TAKE_SQL = frozenset({"postgres", "mysql"})  # recipes for a tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a unit's needs are read with: the kinds there are, the unit's folder, its `service-timeout`, and where a key stands."""

    kinds: Mapping[str, Kind]
    folder: str
    timeout_s: float
    place: Callable[[KeyPath], str]


def needed(given: Any, around: Around) -> tuple[Need, ...]:
    """The needs of a `needs` without problems."""
    return _with_variables([(entry, _need(entry, around)) for entry in _entries(given, around.kinds)])


def need_problems(given: Any, around: Around) -> Iterator[Problem]:
    """What is wrong with a `needs` whose values are right each by itself."""
    entries = _entries(given, around.kinds)
    found = [*_same_names(entries), *(problem for entry in entries for problem in _entry_problems(entry, around.kinds))]
    yield from found
    if not found:
        needs = _with_variables([(entry, _need(entry, around)) for entry in entries])
        yield from _without_variables(entries, needs)
        yield from _same_variables(entries, needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One need as it was given. `tag` stands behind the image's name, with its `:` or `@`; of its kind only the name is known."""

    name: str
    path: tuple[str | int, ...]
    kind: str | None = None
    tag: str = ""
    keys: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"needs.{self.name}"


def _entries(given: Any, kinds: Mapping[str, Kind]) -> list[_Entry]:
    if not isinstance(given, Mapping):
        return [_short(text, ("needs", index)) for index, text in enumerate(given)]
    return [_named(name, value, kinds) for name, value in given.items()]


def _short(text: str, path: tuple[str | int, ...]) -> _Entry:
    if text.startswith("unit:"):
        unit = text.removeprefix("unit:")
        return _Entry(name=unit.rpartition("/")[2], path=path, keys={"unit": unit})
    name = re.split("[:@]", text, maxsplit=1)[0]
    return _Entry(name=name, path=path, kind=name, tag=text.removeprefix(name), keys={})


def _named(name: str, value: Any, kinds: Mapping[str, Kind]) -> _Entry:
    path = ("needs", name)
    if isinstance(value, str):
        return _Entry(name=name, path=path, kind=name, tag=f":{value}", keys={})
    implied = name if name in kinds else None
    return _Entry(name=name, path=path, kind=value.get("kind", implied), keys=value)


def _same_names(entries: Sequence[_Entry]) -> Iterator[Problem]:
    names = [entry.name for entry in entries]
    for index, entry in enumerate(entries):
        if entry.name in names[:index]:
            hint = "Write a table with a name for each: [tool.integrity.needs.NAME], with its kind."
            yield Problem(path=entry.path, message=f"needs names {entry.name} twice.", hint=hint)


def _entry_problems(entry: _Entry, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    if "unit" in entry.keys:
        yield from _unit_problems(entry)
    elif entry.kind is not None and entry.kind not in kinds:
        yield _unknown_kind(entry, entry.kind, kinds)
    elif entry.kind is not None:
        yield from _kind_problems(entry, kinds[entry.kind])
    elif "image" in entry.keys:
        yield from _image_problems(entry)
    else:
        near = nearest(entry.name, kinds)
        message = f"{entry.label} has neither a kind nor an image.{near}"
        yield Problem(path=entry.path, message=message, hint='Add kind = "postgres", or an image with port and ready.')


def _unit_problems(entry: _Entry) -> Iterator[Problem]:
    for name in entry.keys:
        if name not in _OF_UNITS:
            message = f"{entry.label}: {name} says nothing about another unit."
            yield Problem(path=(*entry.path, name), message=message, hint="Take it out.")
    for name, text in entry.keys.get("env", {}).items():
        if not re.search(template(UNIT_PLACEHOLDERS), text):
            message = f"{entry.label}: {name} in env holds what another unit does not have."
            hint = f"Known are {' '.join(f'{{{known}}}' for known in UNIT_PLACEHOLDERS)}."
            yield Problem(path=(*entry.path, "env", name), message=message, hint=hint)


def _unknown_kind(entry: _Entry, kind: str, kinds: Mapping[str, Kind]) -> Problem:
    path = (*entry.path, "kind") if "kind" in entry.keys else entry.path
    near = nearest(kind, kinds)
    listed = f"The kinds are: {', '.join(sorted(kinds))}; any other image is a table with image, port and ready."
    return Problem(path=path, message=f"there is no kind {kind!r}.{near}", hint="" if near else listed)


def _kind_problems(entry: _Entry, kind: Kind) -> Iterator[Problem]:
    for name in _OF_OWN_IMAGES:
        if name in entry.keys:
            message = f"{entry.label}: {name} is for an image of your own; the kind {kind.name} has its own."
            hint = "Take it out, or give the need another name and no kind."
            yield Problem(path=(*entry.path, name), message=message, hint=hint)
    if not kind.url and names_url(given_variables(entry.keys).values()):
        hint = f'Add url = "…" to [tool.integrity.kinds.{kind.name}] in the root.'
        message = f"{entry.label} gives the tests a URL, and the kind {kind.name} has no url."
        yield Problem(path=entry.path, message=message, hint=hint)
    if "init" in entry.keys and kind.tenant not in _TAKE_SQL:
        yield _no_sql(entry, f"the kind {kind.name}")


def _image_problems(entry: _Entry) -> Iterator[Problem]:
    for name in ("port", "ready"):
        if name not in entry.keys:
            message = f"{entry.label} is an image of your own and has no {name}."
            yield Problem(path=entry.path, message=message, hint=MISSING[name])
    if "url" not in entry.keys and names_url(given_variables(entry.keys).values()):
        yield no_url(("needs", entry.name))
    if "init" in entry.keys:
        yield _no_sql(entry, "an image of your own")


def _no_sql(entry: _Entry, what: str) -> Problem:
    message = f"{entry.label}: init is SQL, which {what} does not take."
    return Problem(path=(*entry.path, "init"), message=message, hint="Take it out, or name the kind that it is for.")


def _need(entry: _Entry, around: Around) -> Need:
    """The need but for its variables."""
    keys = entry.keys
    own = Need(
        name=entry.name,
        kind=None,
        unit=keys.get("unit"),
        timeout_s=float(keys.get("timeout", around.timeout_s)),
        place=around.place(entry.path),
    )
    return own if "unit" in keys else _of_kind(own, entry, around)


def _of_kind(own: Need, entry: _Entry, around: Around) -> Need:
    keys = entry.keys
    kind = own_kind(entry.name, keys, {}) if entry.kind is None else around.kinds[entry.kind]
    image = keys.get("image") or (f"{repository(kind.image)}{entry.tag}" if entry.tag else kind.image)
    init = keys.get("init", ())
    return replace(
        own,
        kind=kind,
        image=image,
        version=version_of(image) if "image" in keys or entry.tag else "",
        environment={**kind.environment, **keys.get("environment", {})},
        init=tuple(
            posixpath.normpath(posixpath.join(around.folder, name))
            for name in ((init,) if isinstance(init, str) else init)
        ),
        isolation=Isolation(keys.get("isolation", kind.isolation)),
        memory=keys.get("memory", kind.memory),
        pull=Pull(keys.get("pull", Pull.MISSING)),
        command=words(keys["command"]) if "command" in keys else kind.command,
        external=keys.get("external"),
    )


def _with_variables(pairs: Sequence[tuple[_Entry, Need]]) -> tuple[Need, ...]:
    """The needs with their variables; a second one of a kind has the kind's own under its name, where they would clash."""
    needs: list[Need] = []
    for entry, need in pairs:
        given = given_variables(entry.keys)
        of_kind = {} if need.kind is None else need.kind.variables
        implied = {
            name: text
            for name, text in of_kind.items()
            if name not in given and not ("env-var" in entry.keys and text == "{url}")
        }
        taken = {name for earlier in needs for name in earlier.variables}
        is_second = any(earlier.kind is need.kind for earlier in needs) or "env-var" in entry.keys
        if is_second and taken & implied.keys():
            implied = {_under(need, name): text for name, text in implied.items()}
        needs.append(replace(need, variables={**implied, **given}))
    return tuple(needs)


def _without_variables(entries: Sequence[_Entry], needs: Sequence[Need]) -> Iterator[Problem]:
    for entry, need in zip(entries, needs, strict=True):
        if need.kind is not None and not need.variables:
            message = f"{entry.label} gives the tests no variable, so that they can't know where it is."
            yield Problem(
                path=entry.path, message=message, hint=f'Add env-var = "{_under(need, "URL")}", or variables in env.'
            )


def _same_variables(entries: Sequence[_Entry], needs: Sequence[Need]) -> Iterator[Problem]:
    giver: dict[str, str] = {}
    for entry, need in zip(entries, needs, strict=True):
        clash = next((name for name in need.variables if name in giver), None)
        if clash is not None:
            message = f"{clash} would be given by two needs, {giver[clash]} and {need.name}."
            hint = f'Set env-var for one of them: [tool.integrity.needs.{need.name}] with env-var = "{_under(need, "URL")}".'
            yield Problem(path=entry.path, message=message, hint=hint)
        giver |= {name: need.name for name in need.variables if name not in giver}


def _under(need: Need, name: str) -> str:
    """A variable's name with that of the need before it."""
    return f"{need.name.upper().replace('-', '_')}_{name}"
