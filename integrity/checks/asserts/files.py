"""`assert_files_valid`: what `[tool.integrity.checks.files]` declares, for a test of one's own."""

from __future__ import annotations

from integrity.checks.asserts import calling_unit, demand, refused
from integrity.checks.asserts.refusing import unmatched
from integrity.checks.files.choice import chosen_files, kind_of
from integrity.checks.files.repeated import repetitions
from integrity.checks.files.validity import invalid_files
from integrity.checks.model import CannotExamine, Examined


def assert_files_valid(*globs: str) -> None:
    """Assert that JSON, YAML, TOML and .env files of the unit parse, and that none has a key twice.

    The globs are relative to the unit's folder; one without '/' is for names anywhere in it. Raises IntegrityError with
    all that is wrong, also where no file matches one of them.
    """
    if not globs:
        raise TypeError('assert_files_valid() needs globs of files, such as "config/*.yaml"')
    unit = calling_unit()
    chosen = chosen_files(unit, {"include": list(globs)})
    try:
        valid = invalid_files(chosen)
        unique = repetitions(chosen)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    idle = unmatched(unit, globs, "JSON, YAML, TOML or .env file", kind_of) if valid.count else ()
    demand(Examined(valid.count, (*valid.findings, *unique.findings, *idle)), " ".join(globs))
