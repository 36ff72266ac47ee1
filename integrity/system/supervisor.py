"""Outlives a run that is killed: a process of its own that waits on a pipe and then ends what the run left.

Run as a script (`python -I -S supervisor.py MARK`) with the standard library alone. A line on stdin means that the run
ended by itself; an end of file without one, that it was killed.
"""

import os
import signal
import sys
import time

ROUNDS = 200
PAUSE_S = 0.02


def main(mark: bytes) -> None:
    """Wait for the end of the run, then kill every process whose environment carries the run's mark."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.readline():
        return
    for _ in range(ROUNDS):
        marked = [pid for pid in os.listdir("/proc") if pid.isdigit() and is_marked(pid, mark)]
        if not marked:
            return
        for pid in marked:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except OSError:
                continue
        time.sleep(PAUSE_S)


def is_marked(pid: str, mark: bytes) -> bool:
    """Whether this process belongs to the run; one that is gone or is another user's does not."""
    try:
        with open("/proc/" + pid + "/environ", "rb") as environ:
            return any(entry.startswith(mark) for entry in environ.read().split(b"\0"))
    except OSError:
        return False


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
