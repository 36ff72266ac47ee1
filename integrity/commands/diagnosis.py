"""What `integrity doctor` found, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from integrity.errors import ExitCode
from integrity.model.secret import without_passwords
from integrity.report.sanitise import block_for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "integrity.doctor/1"


class State(StrEnum):
    """How much an item matters: `fail` keeps runs from being green."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that was looked at. `message` may have several lines, `advice` says what to do."""

    name: str
    state: State
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All items, in the order in which they were looked at."""

    items: tuple[Item, ...]

    @property
    def exit_code(self) -> ExitCode:
        """ERROR when an item fails, else PASSED."""
        return ExitCode.ERROR if any(item.state is State.FAIL for item in self.items) else ExitCode.PASSED

    def text(self) -> str:
        """For people: state, name and message of each item, its advice below it. No control character, no password in a URL."""
        return block_for_terminal(without_passwords("\n".join(line for item in self.items for line in _lines(item))))

    def as_json(self) -> dict[str, Any]:
        """For programs: schema `integrity.doctor/1`."""
        items = [{"name": i.name, "state": i.state.value, "message": i.message, "advice": i.advice} for i in self.items]
        items = [{key: without_passwords(text) for key, text in item.items()} for item in items]
        return {"schema": SCHEMA, "exit_code": int(self.exit_code), "items": items}


def _lines(item: Item) -> Iterator[str]:
    first, *more = item.message.split("\n")
    yield f"{item.state.value:<4}  {item.name:<16}  {first}"
    yield from (f"{'':<24}{line}" for line in more)
    if item.advice:
        yield f"{'':<24}→ {item.advice}"
