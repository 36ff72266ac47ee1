"""What a run looks like on a real terminal, at three widths and under each environment, and in a pipe: golden screens.

INTEGRITY_UPDATE_SCREENS=1 writes the files in `screens/` anew, and the tests fail all the same: look at what changed, then run
them without it.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyte
import pytest

from tests.report.replayed import BELL

SCREENS = Path(__file__).parent / "screens"
ROOT = Path(__file__).parent.parent.parent
HEIGHT = 150
WIDTHS = (40, 80, 200)
ON_TERMINALS = {
    "plain": {},
    "no-color": {"NO_COLOR": "1"},
    "force-color": {"FORCE_COLOR": "1"},
    "dumb": {"TERM": "dumb"},
    "ci": {"CI": "true"},
}
IN_PIPES = {
    "pipe": {},
    "pipe-no-color": {"NO_COLOR": "1", "FORCE_COLOR": "1"},
    "pipe-force-color": {"FORCE_COLOR": "1"},
    "pipe-ci": {"CI": "true", "GITHUB_ACTIONS": "true"},
}
LOOKS = [*((name, width) for name in ON_TERMINALS for width in WIDTHS), *((name, None) for name in IN_PIPES)]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What the process wrote while units were at work, as it closed the view, and of the whole second run."""

    at_work: str
    closing: str
    whole: str
    width: int | None

    @property
    def written(self) -> str:
        return self.at_work + self.closing + self.whole

    @property
    def colours(self) -> list[str]:
        """The colours of whatever is to be seen."""
        screens = (self.screen(self.at_work), self.screen(self.whole))
        cells = (cell for screen in screens for row in screen.buffer.values() for cell in row.values())
        return sorted({cell.fg for cell in cells} - {"default"})

    def screen(self, written: str) -> pyte.Screen:
        """A terminal after that; one that a pipe's text is shown on is wide enough for it."""
        screen = pyte.Screen(self.width or 300, HEIGHT)
        pyte.Stream(screen).feed(written)
        return screen

    def seen(self, written: str) -> str:
        """The lines of a screen; one that the terminal itself had to break goes on in the next."""
        return "\n".join(line.rstrip() for line in self.screen(written).display).rstrip("\n")

    def text(self) -> str:
        """Both screens, as one sees them."""
        colours = f"colours: {', '.join(self.colours) or 'none'}"
        width = self.width or 80
        at_work, at_the_end = ("── at work ".ljust(width, "─"), "── at the end ".ljust(width, "─"))
        parts = (colours, at_work, self.seen(self.at_work), at_the_end, self.seen(self.whole), "─" * width, "")
        return "\n".join(parts)


@cache
def replayed(look: str, width: int | None = None, columns: str = "") -> Replay:
    """One process on a terminal of this width, or on a pipe, where COLUMNS may say what it likes."""
    on_terminal = look in ON_TERMINALS
    ours, theirs = os.openpty() if on_terminal else os.pipe()
    if on_terminal:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, width, 0, 0))
    more = {"COLUMNS": columns} if columns else {}
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "PATH", "PYTHONPATH"}}
    environment = {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **more, **(ON_TERMINALS | IN_PIPES)[look]}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.report.replayed"],
        cwd=ROOT,
        env=environment,
        stdin=theirs if on_terminal else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        written = _all_of(ours)
        assert process.wait(30) == 0, written
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    if not on_terminal:
        written = written.replace("\n", "\r\n")  # as a terminal is given what `cat` shows of it
    at_work, closing, whole = written.split(BELL)
    return Replay(at_work=at_work, closing=closing, whole=whole, width=width)


def _all_of(descriptor: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # Linux says so where the other end of a terminal is closed
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode()


def golden_name(look, width):
    return f"{look}-{width}.txt" if width else f"{look}.txt"


@pytest.mark.parametrize(("look", "width"), LOOKS)
def test_screen_is_the_golden_one(look, width):
    """Each environment and width shows what its file in `screens/` holds."""
    golden = SCREENS / golden_name(look, width)
    shown = replayed(look, width).text()

    if os.environ.get("INTEGRITY_UPDATE_SCREENS") == "1":
        golden.write_text(shown, encoding="utf-8")
        pytest.fail(f"{golden.name} is written; look at it, and run again without INTEGRITY_UPDATE_SCREENS")
    assert shown == golden.read_text(encoding="utf-8")


def test_every_golden_file_has_its_test():
    """No file is left of a look that is gone."""
    assert {path.name for path in SCREENS.iterdir()} == {golden_name(look, width) for look, width in LOOKS}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("look", ["plain", "no-color", "force-color"])
def test_terminal_is_left_as_it_was(look, width):
    """The cursor that the live view hides is shown again, and what it repainted is gone."""
    replay = replayed(look, width)

    assert replay.screen(replay.at_work).cursor.hidden
    assert not replay.screen(replay.at_work + replay.closing).cursor.hidden
    assert not replay.screen(replay.written).cursor.hidden
    assert "• " in replay.seen(replay.at_work)
    assert "• " not in replay.seen(replay.at_work + replay.closing)


@pytest.mark.parametrize("width", WIDTHS)
def test_colour_is_never_the_only_sign(width):
    """Without colours the same characters stand at the same places."""
    colored, plain = replayed("plain", width), replayed("no-color", width)

    assert colored.seen(colored.whole) == plain.seen(plain.whole)
    assert colored.seen(colored.at_work) == plain.seen(plain.at_work)
    assert ("red" in colored.colours, plain.colours) == (True, [])


@pytest.mark.parametrize(
    ("look", "width"),
    [("pipe", None), ("pipe-no-color", None), ("pipe-ci", None), *(("dumb", width) for width in WIDTHS)],
)
def test_no_escape_byte(look, width):
    """Neither a pipe nor a dumb terminal gets one; NO_COLOR wins over FORCE_COLOR."""
    assert "\x1b" not in replayed(look, width).written


@pytest.mark.parametrize(("look", "width"), [("pipe-force-color", None), *(("ci", width) for width in WIDTHS)])
def test_colours_without_movements(look, width):
    """FORCE_COLOR colours a pipe, and a terminal in CI has colours: nothing is repainted there."""
    written = replayed(look, width).written

    assert COLOUR.search(written)
    assert "\x1b" not in COLOUR.sub("", written)
    assert "\r" not in written.replace("\r\n", "")


def test_pipe_has_no_width():
    """What goes into a pipe is the same whatever COLUMNS says."""
    assert {replayed("pipe", columns=columns).written for columns in ("40", "200")} == {replayed("pipe").written}
