"""The real command on a terminal: what a person would see of it, and the keys that they would press."""

from __future__ import annotations

import io
import os
import sys

import pexpect
import pyte

LIMIT_S = 120
_DECIDES = ("NO_COLOR", "FORCE_COLOR", "CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL", "COLUMNS", "LINES")


class Terminal:
    """A running command and its screen; `seen` gives the lines, also of what scrolled away on a lower one."""

    def __init__(self, root, *arguments, width=100, **environment):
        host = {name: value for name, value in os.environ.items() if not name.startswith(("INTEGRITY_", "GITHUB_"))}
        kept = {name: value for name, value in host.items() if name not in _DECIDES}
        self.width = width
        self._log = io.StringIO()
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "integrity", *arguments],
            cwd=str(root),
            env={**kept, "TERM": "xterm-256color", **environment},
            dimensions=(40, width),
            encoding="utf-8",
            timeout=LIMIT_S,
        )
        self.process.logfile_read = self._log

    @property
    def written(self):
        """All bytes so far, as text."""
        return self._log.getvalue()

    def wait_for(self, text):
        """Read until this text, and give the lines of the screen since the last time."""
        self.process.expect_exact(text)
        return self.seen(self.process.before + text)

    def interrupt(self):
        """Press Ctrl-C."""
        self.process.sendintr()

    def end(self):
        """Read to the end; the exit status."""
        self.process.expect(pexpect.EOF)
        self.process.close()
        return self.process.exitstatus

    def kill(self):
        """End it, whatever it is at."""
        self.process.close(force=True)

    def screen(self, written):
        """A terminal that was given this."""
        screen = pyte.Screen(self.width, 300)
        pyte.Stream(screen).feed(written)
        return screen

    def seen(self, written):
        """The lines that are then to be seen."""
        return [line.rstrip() for line in self.screen(written).display if line.strip()]
