"""`assert_files_valid`: what `[tool.integrity.checks.files]` declares, for a test of one's own."""

from __future__ import annotations

from integrity.checks.asserts import calling_unit, demand, refused
from integrity.checks.files.choice import chosen_files
from integrity.checks.files.repeated import repetitions
from integrity.checks.files.validity import invalid_files
from integrity.checks.model import CannotExamine, Examined


def assert_files_valid(*globs: str) -> None:
    """Assert that JSON, YAML, TOML and .env files of the unit parse, and that none has a key twice.

    The globs are relative to the unit's folder; one without '/' is for names anywhere in it. Raises IntegrityError with
    all that is wrong, also where no file matches.
    """
    if not globs:
        raise TypeError('assert_files_valid() needs globs of files, such as "config/*.yaml"')
    chosen = chosen_files(calling_unit(), {"include": list(globs)})
    try:
        valid = invalid_files(chosen)
        unique = repetitions(chosen)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    demand(Examined(valid.count, (*valid.findings, *unique.findings)), " ".join(globs))
