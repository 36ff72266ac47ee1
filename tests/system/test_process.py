"""Child processes end with their scope, and so does all that they started."""

import asyncio
import os
import sys
import time

import pytest

from integrity.system.process import OutputPipe, capture, spawn

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def run(code: str, cwd, timeout_s: float = 20):
    return asyncio.run(capture([sys.executable, "-c", code], cwd=cwd, environment=ENVIRONMENT, timeout_s=timeout_s))


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def eventually(claim, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.01)
    return claim()


def test_status_and_both_streams_come_back(tmp_path):
    """A captured command tells its status, stdout and stderr apart; bytes that are no UTF-8 are shown."""
    done = run("import os, sys; os.write(1, b'out\\xff'); os.write(2, b'err'); sys.exit(3)", tmp_path)

    assert (done.status, done.stdout, done.stderr) == (3, "out\\xff", "err")


def test_signal_is_a_negative_status(tmp_path):
    """A command that a signal ended says which."""
    assert run("import os; os.kill(os.getpid(), 9)", tmp_path).status == -9


def test_deadline_ends_the_whole_group(tmp_path):
    """After the deadline neither the command nor its child is alive."""
    code = "import subprocess, time; p = subprocess.Popen(['sleep', '300']); open('pid', 'w').write(str(p.pid)); time.sleep(300)"

    with pytest.raises(TimeoutError):
        run(code, tmp_path, timeout_s=1)

    assert eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_daemon_that_keeps_the_streams_does_not_hold_the_caller(tmp_path):
    """A command that leaves a child with its stdout is done when it is done itself."""
    began = time.monotonic()

    done = run("import subprocess; subprocess.Popen(['sleep', '300']); print('done')", tmp_path)

    assert done.stdout == "done\n"
    assert time.monotonic() - began < 10


def test_cancellation_ends_the_command(tmp_path):
    """A task that is cancelled leaves no process."""

    async def main() -> None:
        code = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(300)"
        task = asyncio.create_task(
            capture([sys.executable, "-c", code], cwd=tmp_path, environment=ENVIRONMENT, timeout_s=60)
        )
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())

    assert eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_pipe_delivers_everything_and_waits_for_nobody(tmp_path):
    """All output of the child arrives, though a daemon of it still holds the pipe."""
    received = []
    code = (
        "import os, subprocess; subprocess.Popen(['sleep', '2'], start_new_session=True); os.write(1, b'x' * 1_000_000)"
    )

    async def main() -> None:
        pipe = OutputPipe(received.append)
        child = await spawn(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            environment=ENVIRONMENT,
            stdout=pipe.writing,
            stderr=pipe.writing,
        )
        pipe.close_writing()
        await child.wait()
        pipe.close()

    asyncio.run(main())

    assert sum(map(len, received)) == 1_000_000


def test_pipe_closes_though_somebody_writes_without_end(tmp_path):
    """A process that got away and floods the pipe, faster than it is read, can't keep its reader."""
    received = []

    def slowly(data: bytes) -> None:
        received.append(data)
        time.sleep(0.005)

    async def main() -> None:
        pipe = OutputPipe(slowly)
        child = await spawn(["yes"], cwd=tmp_path, environment=ENVIRONMENT, stdout=pipe.writing, stderr=pipe.writing)
        await asyncio.sleep(0.1)
        pipe.close()
        await child.wait()

    asyncio.run(asyncio.wait_for(main(), 10))

    assert received
