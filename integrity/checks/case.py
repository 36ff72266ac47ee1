"""What is checked: a unit, and cases, each one check of one subject. A family of checks is a module that yields cases.

A family is a package with `table.py` (its codes and configuration keys: data only) and, in its `__init__`,
`cases(unit, declared)`. `declared` is the family's table of `[tool.integrity.checks]` (for registries, the table of
`[tool.integrity.registries]`), already judged by `configuration`; None means that nobody declared it, and then only
cases of automatic codes come, which need nothing but sources. Making cases reads no more than it must and imports
nothing of the unit: the work is done in `load`, once for all cases that share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Iterable

if TYPE_CHECKING:
    from integrity.checks.model import Examined
    from integrity.checks.sources import Sources


@dataclass(frozen=True)
class Unit:
    """What is examined: a folder of the monorepo with its sources. `folder` and `root` are absolute.

    `name` is what findings call it ("" for what no unit owns); `path` leads from root to folder, with '/'. `missing` is
    the level of a finding that it has no integrity test; "" where it may have none.
    """

    name: str
    path: str
    folder: str
    root: str
    sources: Sources
    missing: str = ""


@dataclass(frozen=True)
class Check:
    """A pure judgement over what was loaded.

    `spoiled` yields copies of the material with one defect each, and `judge` has to find something new in each of
    them: a check that stays calm cannot fail. None only where the material is an answer from outside (live checks).
    """

    code: str
    judge: Callable[[Any], Examined]
    spoiled: Callable[[Any], Iterable[Any]] | None


@dataclass(frozen=True)
class Case:
    """One check of one subject: one pytest item. `subject` is such as `registry:plans`, `env`, `routes`.

    `load` gives the material, or raises CannotExamine or NotHere. `is_static`: load needs only sources.
    `may_be_empty`: the configuration says that nothing to examine is fine here.
    """

    subject: str
    check: Check
    load: Callable[[], Any]
    is_static: bool = True
    may_be_empty: bool = False
