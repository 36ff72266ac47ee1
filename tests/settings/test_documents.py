"""The schema and the reference page agree with the table and with the loader."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.settings.documents import REFERENCE_PATH, reference_page
from integrity.settings.option import Scope, Type
from integrity.settings.options import OPTIONS, options_of
from integrity.settings.schema import SCHEMA_PATH, config_schema, schema_document, schema_text
from integrity.settings.values import problems, value_problems

ROOT = Path(__file__).parents[2]
VALIDATORS = {
    scope: jsonschema.Draft202012Validator(schema_document(scope), format_checker=jsonschema.FormatChecker(["regex"]))
    for scope in Scope
}
WORDS = st.sampled_from(
    [
        "a", "a/*", "services/*", "packages/**", "a/**b", "../x", "a/../b", "..", ".", "./a", "/abs", "~/x", "C:\\x", "a\\b", "a//b", "{a,b}",
        "!a", "[ab]*", "a[", "", " ", "a\n", "\x00", "...", "A", "A_B", "1A", "A-B", "PYTHONPATH", "PYTHON*", "BILLING_*", "*", "VIRTUAL_ENV",
        "VIRTUAL_ENV_X", "UV_PYTHON", "INTEGRITY_X", "3.11", "3.13.1", "3.8", "3.13t", "A\n", "A_*\n", "3.11\n", "test\n", "auto", "error", "warn", "baseline", "test", "x.y", "é",
        "postgres", "postgres:17", "postgres:17\n", "redis:", "unit:billing", "unit:", "unit:a/b", "unit:a/", "host:5000/x", "host:5000/x:1", "Host/x:1", "X:1", "x:1@sha256:" + "a" * 64,
        "x@sha256:" + "a" * 64, "x@sha256:a", "{url}", "{{", "{", "}", "{port}", "{port:15672}", "{port:x}", "{url:asyncpg}", "{hots}", "{host!r}", "'", "a 'b c'", 'a "b', "a\\",
        "http://x", "x:1", "x:1/2", "http://a b", "512m", "0m", "5k", "2g\n", "/health", "/a b", "mirror/", "mirror/hub/", "shared", "server", "always", "a=b", "(", "docker",
    ]
)  # fmt: skip
SCALARS = (
    WORDS
    | st.text("aZ09-_.*?/\n é:{}'\"\\", max_size=4)
    | st.booleans()
    | st.integers(-2, 10**6)
    | st.floats(-1, 10**6)
)
VALUES = (
    SCALARS
    | WORDS.map(lambda word: [word, word])
    | st.lists(SCALARS, max_size=3)
    | st.lists(WORDS, max_size=3)
    | st.dictionaries(WORDS, SCALARS, max_size=2)
)
TABLES = st.dictionaries(
    st.sampled_from([option.name for option in OPTIONS if option.type is not Type.DECLARED] + ["check"]),
    VALUES,
    max_size=2,
)
NAMES = st.sampled_from(["db", "postgres", "a-b", "1a", "command", "ready", "unit", "a\n", ""])


def example_of(option):
    """The value that the reference shows for a key."""
    return tomllib.loads(f"x = {option.example}")["x"]


def drawn_table(draw, option):
    """A table with some of the option's keys, most of their values right; now and then a key that there is not."""
    names = draw(st.sets(st.sampled_from([key.name for key in option.keys])))
    names |= set(option.required) if draw(st.integers(0, 9)) else set()
    table = {key.name: drawn_value(draw, key) for key in option.keys if key.name in names}
    return table | (draw(st.dictionaries(NAMES, SCALARS, max_size=1)) if draw(st.integers(0, 9)) == 0 else {})


def drawn_value(draw, key):
    """A value of a key: nine of ten times a right one."""
    if draw(st.integers(0, 9)):
        return example_of(key)
    return drawn_table(draw, key) if key.type is Type.READY and draw(st.booleans()) else draw(VALUES)


@st.composite
def services(draw):
    """One of the options that are tables, by name or as it is."""
    option = draw(st.sampled_from([option for option in OPTIONS if option.keys]))
    if option.type is Type.SERVE and draw(st.booleans()):
        return {option.name: drawn_table(draw, option)}
    names = draw(st.sets(NAMES, max_size=2))
    return {
        option.name: {name: drawn_table(draw, option) if draw(st.integers(0, 5)) else draw(SCALARS) for name in names}
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(TABLES, st.sampled_from(list(Scope)))
def test_schema_and_loader_judge_alike(table, scope):
    """A table has problems for the loader if and only if the schema refuses it."""
    assert VALIDATORS[scope].is_valid(table) == (not list(problems(table, scope)))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=500)
@given(services())
def test_schema_and_loader_judge_tables_of_services_alike(table):
    """So it is with the keys inside of needs, serve, kinds and ready."""
    scope = Scope.ROOT if "kinds" in table else Scope.UNIT

    assert VALIDATORS[scope].is_valid(table) == (not list(problems(table, scope)))


@pytest.mark.parametrize("scope", Scope)
def test_examples_of_the_table_are_valid_for_both(scope):
    """Every example that the reference shows is accepted, also those of nested keys."""
    for option in options_of(scope).values():
        table = {option.name: example_of(option)}
        assert not list(problems(table, scope)), option.name
        VALIDATORS[scope].validate(table)
        for key in (*option.keys, *(inner for outer in option.keys for inner in outer.keys)):
            assert not list(value_problems(key, example_of(key))), (option.name, key.name)


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
    """Nothing of the table is missing from the reference, nested keys included."""
    page = reference_page()

    for option in OPTIONS:
        for word in (option.name if option.scopes else "", option.variable, option.flag):
            assert not word or f"`{word}`" in page
        for key in option.keys:
            assert f"| `{key.name}` |" in page
            assert all(f"| `{key.name}.{inner.name}` |" in page for inner in key.keys)


def test_documents_on_the_page_are_valid_for_both():
    """Each TOML document that the page shows is accepted by the loader and by the schema."""
    shown = re.findall(r"```toml\n(.*?)```", reference_page(), re.DOTALL)

    assert len(shown) == 2
    for text in shown:
        table = tomllib.loads(text)["tool"]["integrity"]
        assert list(problems(table, Scope.UNIT)) == []
        VALIDATORS[Scope.UNIT].validate(table)
