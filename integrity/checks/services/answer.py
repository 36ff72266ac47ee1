"""What a service said, as a value; and how it is asked: with a deadline for all, and again only while nothing is there."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Callable, Sequence

LONGEST_WORDS = 200
LAST_TRY_S = 0.05
GRACE_S = 0.25  # a talk that watches its own deadline ends by itself, with better words
PAUSES_S = (0.05, 0.1, 0.2, 0.4)  # the last one again and again


@dataclass(frozen=True)
class Answer:
    """`trouble` is empty where it answered as its protocol says. `reason` is one of `absent`, `silent`, `login`, `protocol`.

    `unapplied` are migrations; `note` says how far the talk went, where it could not go to its end.
    """

    trouble: str = ""
    reason: str = ""
    version: str = ""
    status: int = 0
    body: bytes = b""
    unapplied: tuple[str, ...] = ()
    note: str = ""


class Trouble(Exception):  # noqa: N818 - it says what happened
    """The service doesn't answer as it should; `reason` as in Answer. Only what is `absent` is asked again."""

    def __init__(self, words: str, reason: str = "protocol") -> None:
        super().__init__(words)
        self.reason = reason


class Deadline:
    """A moment of the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises Trouble (silent) where none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Trouble(f"it gave no answer within {self.seconds:g} s", "silent")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether so many seconds, and a try after them, are left."""
        return self._end - time.monotonic() > seconds + LAST_TRY_S


def one_line(words: str) -> str:
    """What somebody else said, in one line that is not too long."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 3]}..."


def answer_of(ask: Callable[[Deadline], Answer], seconds: float, *, is_patient: bool = True) -> Answer:
    """What `ask` gives within the seconds, whatever it waits for; with patience, what is absent is asked again until then."""
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            answers.append(_asked(ask, Deadline(seconds), PAUSES_S if is_patient else ()))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it can be seen
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True, name="integrity-service")
    thread.start()
    thread.join(seconds + GRACE_S)
    if errors:
        raise errors[0]
    return answers[0] if answers else Answer(f"it gave no answer within {seconds:g} s", "silent")


def _asked(ask: Callable[[Deadline], Answer], deadline: Deadline, pauses: Sequence[float]) -> Answer:
    """The first answer that is no absence; at the end of the time, the absence that was told last."""
    number = 0
    while True:
        try:
            return ask(deadline)
        except Trouble as trouble:
            answer = Answer(str(trouble), trouble.reason)
            pause = pauses[min(number, len(pauses) - 1)] if pauses else deadline.seconds
            if trouble.reason != "absent" or not deadline.allows(pause):
                return answer
        time.sleep(pause)
        number += 1
