"""Judges answers. Pure: the same answer gives the same findings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple

from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.services.answer import Answer

MOST_SHOWN = 5
_GOOD = range(200, 300)


class Asked(NamedTuple):
    """A service that was asked. `shown` is its address without secrets, `source` what gave it (`DATABASE_URL`)."""

    name: str
    shown: str
    source: str
    answer: Answer
    wanted: Mapping[str, Any]
    places: tuple[Place, ...] = ()

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return " ".join(
            part for part in (self.name, f"({self.shown})" if self.shown and self.shown != self.name else "") if part
        )


def judge_answer(code: str) -> Callable[[Asked], Examined]:
    """That it answered at all, as its protocol says."""

    def judge(asked: Asked) -> Examined:
        answer = asked.answer
        notes = (f"{asked.name}: {answer.note}",) if answer.note else ()
        return Examined(1, _troubled(code, asked) if answer.trouble else (), notes)

    return judge


def judge_version(asked: Asked) -> Examined:
    """That the server is not older than wanted; a version that it doesn't tell can't be examined."""
    if asked.answer.trouble:
        return Examined(1, _troubled("DB103", asked))
    wanted, version = str(asked.wanted["min-version"]), asked.answer.version
    if not version:
        return Examined(0, notes=(f"{asked.name}: the env has no driver that tells the server's version",))
    if _numbers(version) >= _numbers(wanted):
        return Examined(1)
    message = f"{asked.title} is version {version.split()[0]}, and {wanted} is the oldest that will do."
    return Examined(1, (_finding("DB103", asked, message, "Run the tests against a newer server."),))


def judge_migrations(asked: Asked) -> Examined:
    """That nothing is left to apply."""
    if asked.answer.trouble:
        return Examined(1, _troubled("DB102", asked))
    left = asked.answer.unapplied
    if not left:
        return Examined(1)
    names = ", ".join(left[:MOST_SHOWN]) + (f" and {len(left) - MOST_SHOWN} more" if len(left) > MOST_SHOWN else "")
    message = f"{asked.title} lacks {len(left)} migration{'s' if len(left) > 1 else ''} that the code has: {names}."
    return Examined(1, (_finding("DB102", asked, message, "Apply them before the tests run."),))


def judge_web(asked: Asked) -> Examined:
    """That the status will do, and that the JSON holds what is wanted."""
    if asked.answer.trouble:
        return Examined(1, _troubled("SVC104", asked))
    wanted, status = asked.wanted.get("status"), asked.answer.status
    if status not in (_GOOD if wanted is None else (wanted,)):
        message = f"{asked.title} answers {status} where {'200 to 299' if wanted is None else wanted} is wanted."
        return Examined(1, (_finding("SVC104", asked, message, "Look into its log, or mend what is asked for."),))
    if asked.wanted.get("json") is None:
        return Examined(1)
    return Examined(1, tuple(_finding("SVC104", asked, f"{asked.title}: {words}.") for words in _json_troubles(asked)))


def _json_troubles(asked: Asked) -> Iterator[str]:
    try:
        found = json.loads(asked.answer.body)
    except (ValueError, RecursionError):
        yield "its answer is no JSON"
        return
    yield from _differences(asked.wanted["json"], found, "")


def _differences(wanted: object, found: object, path: str) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            if key in found:
                yield from _differences(value, found[key], f"{path}/{key}")
            else:
                yield f"its JSON has no {path}/{key}"
    elif type(wanted) is not type(found) and not (_is_number(wanted) and _is_number(found)):
        yield f"its JSON has a value of another type at {path or '/'} than {json.dumps(wanted)}"
    elif wanted != found:
        yield f"its JSON has another value at {path or '/'} than {json.dumps(wanted)}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _troubled(code: str, asked: Asked) -> tuple[Finding, ...]:
    hints = {
        "absent": f"Start it{f', or set {asked.source} to where it runs' if asked.source else ''}.",
        "silent": "Look into its log: it accepts connections and then hangs.",
        "login": f"Mend {asked.source or 'the address'}: user, password, name or certificate." if asked.source else "",
    }
    trouble = asked.answer.trouble
    return (_finding(code, asked, f"{asked.title} does not answer: {trouble}.", hints.get(asked.answer.reason, "")),)


def _finding(code: str, asked: Asked, message: str, hint: str = "") -> Finding:
    return Finding(code, asked.name, message, hint, asked.places)


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version starts with, without zeros at the end."""
    found = re.match(r"\D*(\d+(?:\.\d+)*)", version)
    numbers = [int(number) for number in found[1].split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
