"""Outlives a run that is killed: a process of its own that waits on a pipe and then removes what the run left.

Run as a script (`python -I -S supervisor.py MARK`) with the standard library alone. Each line on stdin is a JSON object:
`{"quit": pid}`, a server, which cleans up when asked to quit; `{"folder": path}`, a folder to remove; `{"command": [...]}`,
a command that removes the rest; `{"segments": [...]}`, shared memory that was there before the run; `{"done": true}`, the
run ended by itself. An end of file before that: it was killed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

ROUNDS = 200
PAUSE_S = 0.02
QUIT_S = 2.0
COMMAND_S = 60.0
SEGMENT, MAKER = 1, 4  # columns of /proc/sysvipc/shm
IPC_RMID = 0
STATE, START = 0, 19  # in /proc/<pid>/stat, behind the name


def main(mark: bytes) -> None:
    """Wait for the end of the run; if it was killed, end every process with its mark and remove the rest of it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    before: set[str] = set()
    told, servers = [], {}
    for line in sys.stdin.buffer:
        task = json.loads(line)
        if "done" in task:
            return
        told.append(task)
        before.update(task.get("segments", ()))
        if "quit" in task:
            servers[str(task["quit"])] = started(str(task["quit"]))
    commands = [start(task["command"]) for task in told if "command" in task]
    ended = end_servers(servers) | end_marked(mark)
    remove_segments([identity for identity, maker in segments().items() if identity not in before and maker in ended])
    for task in told:
        shutil.rmtree(task.get("folder", ""), ignore_errors=True)
    for command in commands:
        if command is not None:
            wait_for(command)


def start(command: list[str]) -> subprocess.Popen[bytes] | None:
    """The command, running beside the rest; None where it can't be started."""
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def wait_for(command: subprocess.Popen[bytes]) -> None:
    """Let the command come to its end, within reason."""
    try:
        command.wait(COMMAND_S)
    except subprocess.TimeoutExpired:
        command.kill()


def end_servers(servers: dict[str, str]) -> set[str]:
    """Ask servers, known by number and start, to quit, and give them a moment: PostgreSQL ends its own then. Returns whom it ended.

    Their environment may not be readable: that of another user's processes is not to a container's root.
    """
    asked = {pid for pid, start_time in servers.items() if start_time and started(pid) == start_time}
    for pid in asked:
        send(pid, signal.SIGQUIT)
    deadline = time.monotonic() + QUIT_S
    while (left := {pid for pid in asked if started(pid) == servers[pid]}) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    for pid in left:
        send(pid, signal.SIGKILL)
    return asked


def started(pid: str) -> str:
    """When a process was started, in ticks since the boot; empty where it is gone, or waits only to be reaped."""
    try:
        with open("/proc/" + pid + "/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[STATE] in (b"Z", b"X") else fields[START].decode()


def end_marked(mark: bytes) -> set[str]:
    """Kill every process whose environment carries the run's mark, until there is none. Returns whom it killed."""
    killed: set[str] = set()
    for _ in range(ROUNDS if os.path.isdir("/proc") else 0):
        marked = {pid for pid in os.listdir("/proc") if pid.isdigit() and is_marked(pid, mark)}
        if not marked:
            break
        for pid in marked:
            send(pid, signal.SIGKILL)
        killed |= marked
        time.sleep(PAUSE_S)
    return killed


def segments() -> dict[str, str]:
    """The segments of System V shared memory, which outlive their makers, with the number of the process that made each."""
    try:
        with open("/proc/sysvipc/shm", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
    except OSError:
        return {}
    return {row[SEGMENT]: row[MAKER] for row in rows}


def remove_segments(identities: list[str]) -> None:
    """Remove these segments, each as soon as nobody is attached to it any more."""
    if identities:
        import ctypes  # noqa: PLC0415 - it starts faster without

        for identity in identities:
            ctypes.CDLL(None).shmctl(int(identity), IPC_RMID, None)


def send(pid: str, number: int) -> None:
    """Send a signal; a process that is gone is fine."""
    try:
        os.kill(int(pid), number)
    except OSError:
        return


def is_marked(pid: str, mark: bytes) -> bool:
    """Whether this process belongs to the run; one that is gone or is another user's does not."""
    try:
        with open("/proc/" + pid + "/environ", "rb") as environ:
            return any(entry.startswith(mark) for entry in environ.read().split(b"\0"))
    except OSError:
        return False


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
