"""One unit's PostgreSQL from nothing to a logged-in query and away again, embedded: the process as a whole is what is measured."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import psycopg

from integrity.backing.leases import Backing
from integrity.backing.providers import providers_of
from integrity.backing.server import Site
from integrity.discover import Globs, discover
from integrity.settings import load_root, unit_settings
from integrity.system.supervision import supervised


async def main(root: Path) -> int:
    """0 once the first unit's database answered."""
    settings = load_root(root, environ=os.environ, flags={})
    unit = discover(settings.root, Globs.of(settings)).units[0]
    needs = [need for need in unit_settings(settings, unit).needs if need.name == "postgres"]
    run_id = f"benchmark-{os.getpid()}"
    store = root / ".integrity"
    with supervised(run_id) as supervision:
        site = Site(
            run_id=run_id,
            root=root,
            cache=store / "servers",
            logs=store / "logs",
            mark=f"{run_id}/services",
            host=os.environ,
        )
        backing = Backing(site, providers_of("embedded", site, supervision), slots=2, progress=print)
        try:
            async with backing.leases(unit.name, needs) as (lease,):
                with psycopg.connect(lease.variables["DATABASE_URL"]) as connection:
                    answer = connection.execute("select 1").fetchone()
        finally:
            await backing.close(keeping=False)
    return 0 if answer == (1,) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path.cwd())))
