"""Removes what a killed run left in its engine: `python -m integrity.backing.docker.remove RUN_ID HOST`, HOST as a JSON object."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from integrity.backing.docker.engine import connect
from integrity.backing.docker.removal import remove_run
from integrity.backing.server import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping


def main(run_id: str, host: Mapping[str, str]) -> int:
    """0 when nothing of the run is left, 1 when that can't be said."""
    try:
        engine = asyncio.run(connect(host))
    except Unavailable:
        return 1
    return 0 if remove_run(engine.client, run_id) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
