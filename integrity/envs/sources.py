"""`[tool.uv.sources]` of third-party packages, in words that `uv pip` understands too. Pure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.markers import Marker

from integrity.model.document import section
from integrity.model.unit import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.requirements import Requirement

Table = dict[str, Any]


def canonical(requirement: Requirement, url: str | None = None) -> str:
    """The requirement in one spelling, so that equal ones are equal texts; its marker is left out."""
    extras = f"[{','.join(sorted(map(normalised, requirement.extras)))}]" if requirement.extras else ""
    url = url or requirement.url
    return f"{normalised(requirement.name)}{extras}" + (f" @ {url}" if url else str(requirement.specifier))


def source_of(name: str, document: Mapping[str, Any], markers: Mapping[str, str]) -> Table | None:
    """The source that a manifest gives for a package and that holds under these markers."""
    tables = section(document, "tool", "uv", "sources")
    stated = next((table for key, table in tables.items() if normalised(key) == normalised(name)), None)
    candidates = stated if isinstance(stated, list) else [stated]
    return next((source for source in candidates if isinstance(source, dict) and _holds(source, markers)), None)


def _holds(source: Table, markers: Mapping[str, str]) -> bool:
    try:
        return "marker" not in source or Marker(str(source["marker"])).evaluate({**markers, "extra": ""})
    except (ValueError, KeyError):  # no marker, or one that compares what can't be compared
        return False


def direct_url(source: Table, folder: Path) -> str | None:
    """The URL of a git, url or path source, relative paths taken from `folder`; None for other sources."""
    fragment = f"#subdirectory={source['subdirectory']}" if "subdirectory" in source else ""
    if "git" in source:
        reference = next((source[key] for key in ("rev", "tag", "branch") if key in source), None)
        return f"git+{source['git']}{f'@{reference}' if reference else ''}{fragment}"
    if "url" in source:
        return f"{source['url']}{fragment}"
    if "path" in source:
        return Path(os.path.realpath(folder / str(source["path"]))).as_uri()
    return None


def index_definition(name: str, *documents: Mapping[str, Any]) -> Table | None:
    """The `[[tool.uv.index]]` of that name, from the first document that has one."""
    stated = [section(document, "tool", "uv").get("index") for document in documents]
    tables = [table for tables in stated if isinstance(tables, list) for table in tables]
    return next((table for table in tables if isinstance(table, dict) and table.get("name") == name), None)
