"""REG103, REG104, REG105: keys that are different for Python and the same for a reader."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Callable, Iterator, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import Entry, Examined, Finding
from integrity.checks.registries.duplicates import places_of
from integrity.checks.registries.keys import identity, named, shown
from integrity.checks.registries.reading import Unread
from integrity.checks.registries.spoiling import with_entries

if TYPE_CHECKING:
    from integrity.checks.registries.view import View

# Letters of Cyrillic and Greek that look like Latin ones; in pairs: the foreign letter, the Latin one.
_LOOK_ALIKES = dict(
    zip(  # noqa: B905 - Python 3.9
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d"
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
        "\u03bf\u03bd\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
        "aeopcyxijsdqwABEKMHOPCTYXIJSovABEZHIKMNOPTYX",
    )
)
_SEPARATORS = re.compile(r"[-_\s]")


class _Fold(NamedTuple):
    """How keys collide: `folded` makes them the same, while `exact` does not."""

    code: str
    exact: Callable[[str], str]
    folded: Callable[[str], str]
    how: str


def case_collisions(registry: str) -> Check:
    """The check for keys that differ only in case."""

    def judge(view: View) -> Examined:
        return _collisions(view, registry, _CASE)

    def spoiled(view: View) -> Iterator[View]:
        yield _with(view, "integrity", "Integrity")

    return Check("REG103", judge, spoiled)


def normalised_collisions(registry: str) -> Check:
    """The check for keys that differ only in separators or in forms of the same letters."""

    def judge(view: View) -> Examined:
        return _collisions(view, registry, _NORMAL)

    def spoiled(view: View) -> Iterator[View]:
        yield _with(view, "integrity-key", "integrity_key")
        yield _with(view, "integrity", "\uff49ntegrity")

    return Check("REG104", judge, spoiled)


def confusables(registry: str) -> Check:
    """The check for Latin keys with Cyrillic or Greek letters that look Latin."""

    def judge(view: View) -> Examined:
        entries = _texts(view)
        return Examined(len(entries), tuple(_confusable(registry, entry) for entry in entries if _strangers(entry.key)))

    def spoiled(view: View) -> Iterator[View]:
        yield _with(view, "int\u0435grity")

    return Check("REG105", judge, spoiled)


def has_texts(view: View) -> bool:
    """Whether any key is a text."""
    return bool(_texts(view))


def _collisions(view: View, registry: str, fold: _Fold) -> Examined:
    entries = _texts(view)
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        found.setdefault(fold.folded(entry.key), {}).setdefault(fold.exact(entry.key), entry)
    findings = []
    for group in found.values():
        if len(group) > 1:
            last = list(group.values())[-1]
            keys = ", ".join(shown(each.key) for each in group.values())
            message = f"{keys} of {registry} differ {fold.how}, so one is easily taken for the other."
            hint = f"Keep one spelling, or rename {shown(last.key)}."
            findings.append(Finding(fold.code, named(last.key), message, hint, places_of(group.values()), registry))
    return Examined(len(entries), tuple(findings))


def _texts(view: View) -> list[Entry]:
    return [entry for entry in {identity(entry.key): entry for entry in view.entries}.values() if _is_text(entry.key)]


def _is_text(key: Any) -> bool:
    return isinstance(key, str) and not isinstance(key, Unread) and bool(key)


def _normalised(key: str) -> str:
    return _SEPARATORS.sub("_", unicodedata.normalize("NFKC", key).casefold())


_CASE = _Fold("REG103", str, str.casefold, "only in upper and lower case")
_NORMAL = _Fold("REG104", str.casefold, _normalised, "only in separators or in how letters are encoded")


def _strangers(key: str) -> list[str]:
    """The letters that look Latin but aren't, of a key that has Latin letters too."""
    if key.isascii() or not any(letter.isascii() and letter.isalpha() for letter in key):
        return []
    return [letter for letter in key if letter in _LOOK_ALIKES]


def _with(view: View, *keys: str) -> View:
    return with_entries(view, (*view.entries, *map(Entry, keys)))


def _confusable(registry: str, entry: Entry) -> Finding:
    letters = ", ".join(
        sorted({f"U+{ord(letter):04X} {unicodedata.name(letter, '?')}" for letter in _strangers(entry.key)})
    )
    message = f"{shown(entry.key)} of {registry} has letters that only look Latin ({letters}), so nobody finds it by typing its name."
    places = (entry.place,) if entry.place is not None else ()
    hint = f"Write it as {''.join(_LOOK_ALIKES.get(letter, letter) for letter in entry.key)!r}."
    return Finding("REG105", named(entry.key), message, hint, places, registry)
