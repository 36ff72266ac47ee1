"""Where a new unit goes: into the first folder that the root's globs name for its kind. Pure: it computes over globs."""

from __future__ import annotations

import re

_WILD = re.compile(r"[*?\[\]]")


def place_for(name: str, globs: tuple[str, ...]) -> str | None:
    """The folder, relative to the root, in which the first fitting glob finds a unit of this name; None where no glob has room.

    Fitting are globs with a wildcard only in their last part that matches the name: `services/*`, `libs/**`, `jobs/nightly-*`.
    """
    for glob in globs:
        *above, last = [part for part in glob.strip().split("/") if part not in {"", "."}] or [""]
        if above[-1:] == ["*"] and last == "**":
            continue
        pattern = ".*".join(re.escape(part) for part in re.split(r"\*+", last))
        if "*" in last and not any(_WILD.search(part) for part in above) and re.fullmatch(pattern, name):
            return "/".join([*above, name])
    return None
