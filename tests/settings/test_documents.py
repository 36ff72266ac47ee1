"""The schema and the reference page agree with the table and with the loader."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.settings.documents import (
    REFERENCE_PATH,
    SCHEMA_PATH,
    config_schema,
    reference_page,
    schema_document,
    schema_text,
)
from integrity.settings.options import OPTIONS, Scope, options_of
from integrity.settings.values import problems

ROOT = Path(__file__).parents[2]
VALIDATORS = {scope: jsonschema.Draft202012Validator(schema_document(scope)) for scope in Scope}
WORDS = st.sampled_from(
    [
        "a", "a/*", "services/*", "packages/**", "a/**b", "../x", "a/../b", "..", ".", "./a", "/abs", "~/x", "C:\\x", "a\\b", "a//b", "{a,b}",
        "!a", "[ab]*", "a[", "", " ", "a\n", "\x00", "...", "A", "A_B", "1A", "A-B", "PYTHONPATH", "PYTHON*", "BILLING_*", "*", "VIRTUAL_ENV",
        "VIRTUAL_ENV_X", "UV_PYTHON", "INTEGRITY_X", "3.11", "3.13.1", "3.8", "3.13t", "A\n", "A_*\n", "3.11\n", "test\n", "auto", "error", "warn", "baseline", "test", "x.y", "é",
    ]
)  # fmt: skip
SCALARS = WORDS | st.text("aZ09-_.*?/\n é", max_size=4) | st.booleans() | st.integers(-2, 10**6) | st.floats(-1, 10**6)
VALUES = (
    SCALARS
    | WORDS.map(lambda word: [word, word])
    | st.lists(SCALARS, max_size=3)
    | st.lists(WORDS, max_size=3)
    | st.dictionaries(WORDS, SCALARS, max_size=2)
)
TABLES = st.dictionaries(st.sampled_from([option.name for option in OPTIONS] + ["needs", "serve"]), VALUES, max_size=2)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(TABLES, st.sampled_from(list(Scope)))
def test_schema_and_loader_judge_alike(table, scope):
    """A table has problems for the loader if and only if the schema refuses it."""
    assert VALIDATORS[scope].is_valid(table) == (not list(problems(table, scope)))


@pytest.mark.parametrize("scope", Scope)
def test_examples_of_the_table_are_valid_for_both(scope):
    """Every example that the reference shows is accepted."""
    import tomllib

    for option in options_of(scope).values():
        table = tomllib.loads(f"{option.name} = {option.example}")
        assert not list(problems(table, scope)), option.name
        VALIDATORS[scope].validate(table)


def test_schema_is_one():
    """The generated schema is a valid schema of its dialect, and so is each of its parts."""
    jsonschema.Draft202012Validator.check_schema(config_schema())
    whole = jsonschema.Draft202012Validator(config_schema())

    assert whole.is_valid({"services": [], "timeout": 1})
    assert whole.is_valid({"allow-skipped": True})
    assert not whole.is_valid({"services": [], "allow-skipped": True})


@pytest.mark.parametrize(
    ("path", "text"), [(SCHEMA_PATH, schema_text), (REFERENCE_PATH, reference_page)], ids=["schema", "reference"]
)
def test_shipped_file_is_what_the_table_says(path, text):
    """The schema and the page in the repository are those that the table gives (`python -m integrity.settings.documents`)."""
    assert (ROOT / path).read_text(encoding="utf-8") == text()


def test_page_names_every_option_variable_and_flag():
    """Nothing of the table is missing from the reference."""
    page = reference_page()

    for option in OPTIONS:
        for word in (option.name if option.scopes else "", option.variable, option.flag):
            assert not word or f"`{word}`" in page
