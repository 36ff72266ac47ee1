"""The judgements about what Django says of its settings, over plain material, and its spoiled copies."""

from __future__ import annotations

import difflib
from typing import Iterator, NamedTuple

from integrity.checks.model import Examined, Finding, Place

NEAR = 0.85  # how alike two names are that are most likely meant to be one
CHECKS_LEVELS = ((40, "error"), (30, "warning"), (0, "info"))  # Django's numbers


class Message(NamedTuple):
    """One message of a system check: Django's id, its level as a number, what it is about, and where that stands."""

    id: str
    level: int
    subject: str
    text: str
    hint: str
    place: Place | None


class Messages(NamedTuple):
    """All messages that aren't silenced, and how many checks ran."""

    ran: int
    messages: tuple[Message, ...]


class Spellings(NamedTuple):
    """Names of settings that the unit sets, with their places; those that Django has; those that the unit itself reads."""

    own: dict[str, Place | None]
    known: frozenset[str]
    read: frozenset[str]


def judge_apps(names: tuple[str, ...]) -> Examined:
    """APP104; where Django can't be set up, the load has said so."""
    return Examined(len(names))


def judge_messages(material: Messages) -> Examined:
    """APP101."""
    findings = tuple(
        Finding(
            "APP101",
            " ".join(part for part in (each.id or "(no id)", each.subject) if part),
            f"{each.subject or 'Django'}: {each.text.rstrip('.')} ({each.id or 'no id'}).",
            each.hint,
            (each.place,) if each.place is not None else (),
            level=next(word for number, word in CHECKS_LEVELS if each.level >= number),
        )
        for each in material.messages
    )
    return Examined(material.ran, findings)


def spoiled_messages(material: Messages) -> Iterator[Messages]:
    """One message more."""
    yield material._replace(messages=(*material.messages, Message("spoiled.E001", 40, "", "spoiled", "", None)))


def judge_spelling(material: Spellings) -> Examined:
    """APP103. A name whose right spelling is set too, or that the unit reads itself, is meant."""
    findings = []
    for name, place in material.own.items():
        near = difflib.get_close_matches(name, material.known, n=1, cutoff=NEAR)
        if near and name not in material.known and near[0] not in material.own and name not in material.read:
            message = f"{name} is no setting of Django's and nothing reads it, while {near[0]} is one: what it says has no effect."
            places = (place,) if place is not None else ()
            findings.append(Finding("APP103", name, message, f"Write {near[0]}.", places, level="warning"))
    return Examined(len(material.own), tuple(findings))


def spoiled_spelling(material: Spellings) -> Iterator[Spellings]:
    """Each with one setting's name that lacks its third letter."""
    for name in [name for name in sorted(material.known) if name not in material.own and len(name) > 9][:1]:  # noqa: PLR2004 - near enough
        yield material._replace(own={**material.own, name[:2] + name[3:]: None})
