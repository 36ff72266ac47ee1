"""Checks of files: JSON, YAML, TOML and .env, which hold registries and configuration outside of code."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.files import repeated, schemas, surprises, validity
from integrity.checks.files.choice import Chosen, chosen_files, included, kind_of
from integrity.checks.idle import Listed, globs_of, idle, listed, stale

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of files (see `case`): one check for each kind of file that there is."""
    kinds = {kind_of(path) for path in unit.sources.files}

    @lru_cache(maxsize=None)
    def load() -> Chosen:
        return chosen_files(unit, declared)

    for kind, check in _CHECKS:
        if kind in kinds:
            yield Case("files", check, load, may_be_empty=True)
    yield Case("files", Check("SRC104", validity.invalid_files, validity.spoiled_files), load)
    if declared is not None:
        yield from _declared(unit, declared)


def _declared(unit: Unit, table: Mapping[str, Any]) -> Iterator[Case]:
    """The cases of what only a declaration has: globs, which have to match, and schemas."""
    if table.get("include"):
        globs = table["include"]
        yield Case(
            "files", idle(), lambda: globs_of(unit, "files.include", globs, included(unit, table)), may_be_empty=True
        )
    if table.get("exclude"):
        yield Case("files", stale(), lambda: _exclusions(unit, table))
    if table.get("schemas"):
        yield from schemas.cases(unit, table["schemas"])


def _exclusions(unit: Unit, table: Mapping[str, Any]) -> tuple[Listed, ...]:
    """The globs that keep files out, each of which has to keep out one that would be examined."""
    paths = set(included(unit, table))
    used = {glob: not paths.isdisjoint(unit.sources.matching(glob)) for glob in table["exclude"]}
    lacks = {glob: "" if is_used else "keeps out no file that would be examined" for glob, is_used in used.items()}
    return tuple(listed(unit, "files.exclude", glob, lack) for glob, lack in lacks.items())


_CHECKS = (
    ("json", Check("SRC101", repeated.json_repetitions, repeated.spoiled_json)),
    ("yaml", Check("SRC102", repeated.yaml_repetitions, repeated.spoiled_yaml)),
    ("env", Check("SRC103", repeated.env_repetitions, repeated.spoiled_env)),
    ("yaml", Check("SRC106", surprises.type_surprises, surprises.spoiled_surprises)),
)
