"""The files of a new unit, from the templates of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.generate.changes import Change
from integrity.generate.rendering import below, rendered

if TYPE_CHECKING:
    from integrity.generate.naming import Named
    from integrity.model.unit import Kind

FRAMEWORKS = ("django", "fastapi", "flask", "celery", "plain")
_EVERY = "every"
_MODULE = "__module__"


def unit_files(path: str, unit: Named, kind: Kind, framework: str) -> tuple[Change, ...]:
    """All files of a unit at `path` (relative to the root), sorted."""
    values = {
        "name": unit.name,
        "module": unit.module,
        "title": "".join(part.capitalize() for part in unit.module.split("_")),
        "prefix": unit.module.upper(),
        "kind": str(kind),
    }
    templates = dict([*below(_EVERY), *below(f"{kind}-{framework}")])
    return tuple(
        Change(path=f"{path}/{name.replace(_MODULE, unit.module)}", after=rendered(template, **values))
        for name, template in sorted(templates.items())
    )
