"""The judgements about histories of migrations, and their spoiled copies."""

from __future__ import annotations

from typing import Iterator

from integrity.checks.migrations.histories import NUMBER, History, Migration
from integrity.checks.model import Examined, Finding

Histories = tuple[History, ...]
HINTS = {
    "django": "Make one come after the other: python manage.py makemigrations --merge.",
    "alembic": "Make one come after the other: alembic merge heads.",
}


def judge_leaves(histories: Histories) -> Examined:
    """MIG102."""
    findings = []
    for history in _sure(histories):
        leaves = _leaves(history)
        if len(leaves) > 1:
            names = ", ".join(each.name for each in leaves)
            message = f"{history.label} ends in {len(leaves)} migrations: {names}. Which comes first is not said, and migrating stops."
            first, *others = (each.place for each in leaves)
            places = (first, *(place._replace(role="duplicate") for place in others))
            findings.append(Finding("MIG102", history.label, message, HINTS[history.kind], places))
    return _examined(histories, findings)


def judge_numbers(histories: Histories) -> Examined:
    """MIG103."""
    findings = []
    for history in histories:
        groups: dict[str, list[Migration]] = {}
        for each in history.migrations:
            number = NUMBER.match(each.name) if history.kind == "django" else None
            if number is not None:
                groups.setdefault(number[0], []).append(each)
        leaves = {each.name for each in _leaves(history)}
        for number_text, group in groups.items():
            if len(group) > 1 and sum(each.name in leaves for each in group) < 2 and not _is_squash(group):  # noqa: PLR2004 - MIG102 tells of two leaves
                message = f"{history.label} has {len(group)} migrations with the number {number_text}: their order is easily misread."
                first, *others = (each.place for each in group)
                places = (first, *(place._replace(role="duplicate") for place in others))
                hint = "Renumber the later one while it is not yet applied anywhere."
                findings.append(
                    Finding("MIG103", f"{history.label}/{number_text}", message, hint, places, level="warning")
                )
    return Examined(sum(len(history.migrations) for history in histories if history.kind == "django"), tuple(findings))


def judge_parents(histories: Histories) -> Examined:
    """MIG108."""
    findings = []
    for history in _sure(histories):
        known = (
            {each.name for each in history.migrations}
            | history.elsewhere
            | {name for each in history.migrations for name in each.replaces}
        )
        for each in history.migrations:
            for parent in each.parents:
                if parent not in known and not parent.startswith("__"):
                    message = f"{each.name} of {history.label} comes after {parent!r}, which isn't there: no migration runs at all."
                    hint = "Name the migration that it comes after, or restore the missing file."
                    findings.append(Finding("MIG108", f"{history.label}/{each.name}", message, hint, (each.place,)))
    return _examined(histories, findings)


def spoiled_leaves(histories: Histories) -> Iterator[Histories]:
    """Each with one more migration beside the last one of a history that ends in one."""
    for index, history in enumerate(histories):
        if history.migrations and not history.unsure and len(_leaves(history)) == 1:
            extra = _leaves(history)[0]._replace(name="spoiled_leaf", replaces=())
            yield _with(histories, index, history._replace(migrations=(*history.migrations, extra)))
            return


def spoiled_numbers(histories: Histories) -> Iterator[Histories]:
    """Each with two more migrations of one number, which have a common follower."""
    for index, history in enumerate(histories):
        if history.kind == "django" and history.migrations:
            place = history.migrations[0].place
            pair = [Migration(f"987654321_{letter}", place) for letter in "ab"]
            last = Migration("last", place, tuple(each.name for each in pair))
            yield _with(histories, index, history._replace(migrations=(*history.migrations, *pair, last)))
            return


def spoiled_parents(histories: Histories) -> Iterator[Histories]:
    """Each with a migration that comes after one that is not there."""
    for index, history in enumerate(histories):
        if history.migrations and not history.unsure:
            extra = history.migrations[0]._replace(name="spoiled", parents=("no_such_migration",))
            yield _with(histories, index, history._replace(migrations=(*history.migrations, extra)))
            return


def _leaves(history: History) -> list[Migration]:
    """Those that nothing comes after. What is squashed is its squash; what follows it, follows that."""
    squash = {old: each.name for each in history.migrations for old in each.replaces}
    followed = {
        _standing(parent, squash)
        for each in history.migrations
        for parent in each.parents
        if _standing(each.name, squash) != _standing(parent, squash)
    }
    return [each for each in history.migrations if each.name not in squash and each.name not in followed]


def _standing(name: str, squash: dict[str, str]) -> str:
    seen: set[str] = set()
    while name in squash and name not in seen:
        seen.add(name)
        name = squash[name]
    return name


def _is_squash(group: list[Migration]) -> bool:
    """Whether one of them stands for others, and so has the number of the first."""
    return any(each.replaces for each in group)


def _sure(histories: Histories) -> list[History]:
    return [history for history in histories if not history.unsure]


def _examined(histories: Histories, findings: list[Finding]) -> Examined:
    count = sum(len(history.migrations) for history in _sure(histories))
    return Examined(count, tuple(findings), tuple(history.unsure for history in histories if history.unsure))


def _with(histories: Histories, index: int, history: History) -> Histories:
    return (*histories[:index], history, *histories[index + 1 :])
