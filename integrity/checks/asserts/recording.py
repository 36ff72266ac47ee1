"""`with integrity.recording("billing.handlers:register") as seen:` - what is registered meanwhile, also what is overwritten."""

from __future__ import annotations

import functools
import os
import sys
from contextlib import contextmanager
from typing import Any, Callable, Iterable, Iterator

from integrity.checks.asserts import IntegrityError, calling_unit, refused
from integrity.checks.asserts.entries import Entries
from integrity.checks.model import CannotExamine, Entry, Finding, Place
from integrity.checks.registries.keys import identity
from integrity.checks.targets import live


class Recording:
    """What was registered so far. `entries` are all registrations in their order, `duplicates` the keys taken twice."""

    def __init__(self, name: str, root: str, known: Iterable[Any] = ()) -> None:
        self.name = name
        self._root = root
        self._taken = {identity(key) for key in known}
        self._entries: list[Entry] = []
        self.duplicates: list[Any] = []

    @property
    def entries(self) -> Entries:
        """All registrations, each at the line that made it."""
        return Entries(self.name, self._entries, is_written=True)

    def add(self, key: Any, value: Any) -> None:
        """Note one registration, made by the nearest caller outside of this package."""
        frame = sys._getframe(1)  # noqa: SLF001 - the line that registers
        while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "integrity":
            frame = frame.f_back
        path = os.path.relpath(os.path.realpath(frame.f_code.co_filename), self._root).replace(os.sep, "/")
        if identity(key) in self._taken:
            self.duplicates.append(key)
        self._taken.add(identity(key))
        self._entries.append(Entry(key, value, Place(path, frame.f_lineno), "call"))


@contextmanager
def recording(target: Any) -> Iterator[Recording]:
    """See what is registered while the block runs, in a dict or by a function; name it, or pass it itself.

    Modules that hold it see a stand-in meanwhile, which passes everything on; afterwards, they hold it itself again.
    Raises IntegrityError at the end of a block in which nothing was registered (the modules were imported before), and
    TypeError for what can't be watched.
    """
    unit = calling_unit()
    try:
        found = live(target, unit)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    name = target if isinstance(target, str) else getattr(target, "__qualname__", "the dict")
    if type(found) is dict:
        seen = Recording(name, unit.root, list(found))
        stand_in: Any = _Watched(found, seen)
    elif callable(found):
        seen = Recording(name, unit.root)
        stand_in = _watched(found, seen)
    else:
        raise TypeError(
            f"recording takes a dict or a function, not a {type(found).__name__}: name the function that registers"
        )
    with _replaced(target, found, stand_in):
        yield seen
    if not seen.entries:
        message = f"Nothing was registered in {name} while it was watched, so this proves nothing."
        raise IntegrityError(
            [Finding("VAC005", name, message, "Import what registers inside the block, for the first time.")]
        )


class _Watched(dict):  # type: ignore[type-arg]
    """Stands in for a dict: what is written goes into both, and is noted."""

    def __init__(self, original: dict[Any, Any], seen: Recording) -> None:
        super().__init__(original)
        self._original = original
        self._seen = seen

    def __setitem__(self, key: Any, value: Any) -> None:
        self._seen.add(key, value)
        super().__setitem__(key, value)
        self._original[key] = value

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        del self._original[key]

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self

    def update(self, *others: Any, **named: Any) -> None:
        for other in (*others, named):
            for key, value in other.items() if hasattr(other, "items") else other:
                self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: Any, *default: Any) -> Any:
        self._original.pop(key, None)
        return super().pop(key, *default)

    def popitem(self) -> tuple[Any, Any]:
        key, value = super().popitem()
        self._original.pop(key, None)
        return key, value

    def clear(self) -> None:
        super().clear()
        self._original.clear()


def _watched(function: Callable[..., Any], seen: Recording) -> Callable[..., Any]:
    @functools.wraps(function)
    def stand_in(*arguments: Any, **named: Any) -> Any:
        given = [*arguments, *(named[key] for key in ("name", "key") if key in named)]
        if given:
            key, *rest = given
            seen.add(getattr(key, "__name__", key) if callable(key) and not rest else key, rest[0] if rest else None)
        return function(*arguments, **named)

    return stand_in


@contextmanager
def _replaced(target: Any, found: Any, stand_in: Any) -> Iterator[None]:
    """Have every module, and the object that a target's path leads through, hold the stand-in while the block runs."""
    owner = getattr(found, "__self__", None) if callable(found) else None
    name = getattr(found, "__name__", "")
    if isinstance(target, str) and "." in target.partition(":")[2]:
        above, _, name = target.rpartition(".")
        owner = live(above, calling_unit())
    if owner is None and not _swap(found, stand_in):
        raise TypeError(
            'no module holds it under a name: pass where it stands, such as "billing.handlers:Registry.handlers"'
        )
    is_own = owner is not None and name in getattr(owner, "__dict__", {})
    if owner is not None:
        setattr(owner, name, stand_in)
    try:
        yield
    finally:
        _swap(stand_in, found)
        if owner is not None and is_own:
            setattr(owner, name, found)
        elif owner is not None:
            delattr(owner, name)


def _swap(old: Any, new: Any) -> int:
    """Let all modules' names that hold one object hold another; how many there were."""
    count = 0
    for module in list(sys.modules.values()):
        names = [name for name, value in list(getattr(module, "__dict__", {}).items()) if value is old]
        for name in names:
            setattr(module, name, new)
            count += 1
    return count
