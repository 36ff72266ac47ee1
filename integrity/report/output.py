"""Where lines go: a stream, with or without colour, guarded where a CI runner reads along."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from integrity.report import sanitise
from integrity.report.line import painted, plain
from integrity.report.wrap import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integrity.report.line import Line


_CI_VARIABLES = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL")


def is_ci(environ: Mapping[str, str]) -> bool:
    """Whether a CI runner reads along."""
    return any(environ.get(name, "").lower() not in ("", "0", "false") for name in _CI_VARIABLES)


def is_colored(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Whether what goes to the stream has colours, by NO_COLOR, FORCE_COLOR, TERM and what the stream is."""
    forced = environ.get("FORCE_COLOR", "") not in ("", "0")
    return not environ.get("NO_COLOR") and (forced or (stream.isatty() and environ.get("TERM") != "dumb"))


def width_of(stream: TextIO) -> int | None:
    """How many columns the terminal has that the stream is; None where it is none, or doesn't tell."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


class Output:
    """Writes whole lines. A reader or terminal that went away, or an encoding that lacks a sign, is no error of the run.

    `guarded`: no line may be read as a command by a CI runner. `width`: lines that are wider are broken between words.
    """

    def __init__(self, stream: TextIO, *, color: bool = False, guarded: bool = False, width: int | None = None) -> None:
        self._stream = stream
        self._color = color
        self._guarded = guarded
        self._width = width
        self._encoding = getattr(stream, "encoding", None) or "utf-8"

    def show(self, lines: Iterable[Line]) -> None:
        """Write these lines and flush."""
        broken = (part for line in lines for part in self._broken(line))
        text = "".join(f"{self._text(line)}\n" for line in broken)
        try:
            self._stream.write(text.encode(self._encoding, "replace").decode(self._encoding))
            self._stream.flush()
        except OSError:
            pass

    def _broken(self, line: Line) -> Iterable[Line]:
        return [line] if self._width is None else wrapped(line, self._width)

    def _text(self, line: Line) -> str:
        if not self._guarded:
            return painted(line) if self._color else plain(line)
        # Before it is painted: afterwards our own colours would be made visible too.
        visible = tuple((sanitise.visible(text), style) for text, style in line)
        return sanitise.without_command(painted(visible) if self._color else plain(visible))
