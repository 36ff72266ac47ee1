"""What a test session must not leave: of the engine, processes of runs, and files where runs put theirs."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

import docker


def traces(engine):
    """Everything that is there now, as sentences."""
    return {
        *of_engine(engine),
        *processes(),
        *files(Path("/dev/shm"), "*"),
        *files(Path(tempfile.gettempdir()), "integrity-*"),
    }


def left(before, engine, *, wait_s=8.0):
    """What is there that wasn't; a supervisor that has to clean up gets a moment for it."""
    deadline = time.monotonic() + wait_s
    while (more := traces(engine) - before) and time.monotonic() < deadline:
        time.sleep(0.25)
    return sorted(more)


def of_engine(engine):
    with contextlib.closing(docker.DockerClient(base_url=engine, timeout=30)) as client:
        for each in client.api.containers(all=True):
            yield f"container {each['Id'][:12]} {each['Names'][0]} of {each['Image']}"
        for each in client.api.networks():
            yield f"network {each['Id'][:12]} {each['Name']}"
        for each in client.api.volumes()["Volumes"] or ():
            yield f"volume {each['Name']}"


def processes():
    """Those that a run started, known by their environment; one that is gone meanwhile, or not ours to read, is none."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"\0INTEGRITY_ATTEMPT=" in b"\0" + (entry / "environ").read_bytes():
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield f"process {entry.name} {command[:200]}"


def files(folder, pattern):
    if os.access(folder, os.R_OK):
        yield from (f"file {path}" for path in folder.glob(pattern))
