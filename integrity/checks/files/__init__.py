"""Checks of files: JSON, YAML, TOML and .env, which hold registries and configuration outside of code."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.files import repeated, schemas, surprises, validity
from integrity.checks.files.choice import Chosen, chosen_files, kind_of

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
    if declared is not None and declared.get("schemas"):
        yield from schemas.cases(unit, declared["schemas"])


_CHECKS = (
    ("json", Check("SRC101", repeated.json_repetitions, repeated.spoiled_json)),
    ("yaml", Check("SRC102", repeated.yaml_repetitions, repeated.spoiled_yaml)),
    ("env", Check("SRC103", repeated.env_repetitions, repeated.spoiled_env)),
    ("yaml", Check("SRC106", surprises.type_surprises, surprises.spoiled_surprises)),
)
