"""What a CI system needs in order to run the shards of a plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from integrity.model.plan import Plan


def github(plan: Plan) -> str:
    """Lines for `$GITHUB_OUTPUT`: `matrix` (an `include` list with `shard`, `index`, `total`), `count` of shards, `plan`.

    `plan` is a short digest: artifacts that have it in their names are of this plan, also where jobs are run again.
    """
    count = plan.shards if plan.units else 0
    include = [{"shard": f"{index}/{count}", "index": index, "total": count} for index in range(1, count + 1)]
    matrix = json.dumps({"include": include}, separators=(",", ":"))
    return f"matrix={matrix}\ncount={count}\nplan={plan.digest()[:12]}\n"


PIPELINES: Mapping[str, Callable[[Plan], str]] = {"github": github}
"""By the name of their `--format`."""
