"""What every reporter can do. A reporter only shows: it never decides, and the run never waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from integrity.model.event import Base


class Reporter(Protocol):
    """Follows one run, event by event."""

    def on_event(self, event: Base) -> None:
        """Take the next event, in the order of `seq`."""

    def tick(self, now: float) -> None:
        """Let time pass: `now` in epoch seconds, several times a second."""

    def close(self) -> None:
        """Leave the terminal as it was; nothing follows."""


class Silent:
    """The reporter of a quiet run."""

    def on_event(self, event: Base) -> None:
        """Show nothing."""

    def tick(self, now: float) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Nothing is held."""
