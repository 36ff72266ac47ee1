"""Real embedded servers, what is left of them on this machine, and runs in processes of their own (`python lives.py RUN_ID …`)."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from integrity.backing.embedded import EmbeddedProvider
from integrity.backing.server import Site, Spec
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
        await provider.close(keep=False)


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
            inside = f"integrity-{site.run_id}" in os.readlink(entry / "cwd")
            if marked or inside:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


def segments():
    """Ids of the System V shared memory segments of this machine to which nobody is attached."""
    rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[6] == "0"}


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


async def hold(site, kinds):
    """Start servers, tell about them, and stay until stdin ends."""
    provider = EmbeddedProvider(site)
    servers = [await provider.start(spec_of(kind), silent) for kind in kinds]
    uids = [Path(f"/proc/{server.keepsake()['pid']}").stat().st_uid for server in servers]
    told = {"keepsakes": [dict(server.keepsake()) for server in servers], "uids": uids, "me": os.geteuid()}
    print(json.dumps(told), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await provider.close(keep=site.keep)


if __name__ == "__main__":
    folder, run_id, keep, *names = sys.argv[1:]
    asyncio.run(hold(site_in(Path(folder), run_id, keep=keep == "keep"), names))
