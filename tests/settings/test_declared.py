"""`registries`, `checks` and `exceptions` in `[tool.integrity]`: judged by the check library, described from its keys."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import jsonschema
import pytest

from integrity.checks.configuration import TABLES, key_of, problems
from integrity.errors import ConfigError
from integrity.settings import load_root
from integrity.settings.declared import DECLARED_OPTIONS
from integrity.settings.declared_documents import declared_rows
from integrity.settings.documents import reference_page
from integrity.settings.option import Scope
from integrity.settings.schema import schema_document
from tests.monorepo import make_monorepo
from tests.settings.configured import MANIFEST, fault_of, settings_of


def shown_keys(key, path=()):
    """Each key below a table that has an example, with the way to it."""
    for each in key.keys:
        if each.example:
            yield (*path, each.name), each
        yield from shown_keys(each, (*path, each.name, *(["it"] if each.shape == "named" else [])))


def nested(key, path, value):
    """A table that is right but for holding this value at this path."""
    if not path:
        return value
    if key.shape in {"named", "listed"}:
        inner = nested(key._replace(shape="table"), path[1:] if key.shape == "named" else path, value)
        return {path[0]: inner} if key.shape == "named" else [inner]
    below = next(each for each in key.keys if each.name == path[0])
    beside = below.beside[:1]
    required = {each.name: example_of(each) for each in key.keys if each.required or each.name in beside}
    return {**required, path[0]: nested(below, path[1:], value)}


def example_of(key):
    return tomllib.loads(f"x = {key.example}")["x"]


CASES = [
    (table, path, each)
    for table in TABLES
    for path, each in shown_keys(key_of(table), ("it",) if key_of(table).shape == "named" else ())
]


@pytest.mark.parametrize(("table", "path", "key"), CASES, ids=[".".join((table, *path)) for table, path, _ in CASES])
def test_example_of_each_key_is_valid(table, path, key):
    """What the reference shows is accepted by the loader and by the JSON Schema."""
    value = nested(key_of(table), path, example_of(key))

    assert problems(table, value) == []
    jsonschema.Draft202012Validator(schema_document(Scope.UNIT)).validate({table: value})


def test_schema_refuses_a_key_that_would_be_idle():
    """As the loader does."""
    schema = jsonschema.Draft202012Validator(schema_document(Scope.UNIT))

    assert schema.is_valid({"registries": {"plans": {"file": "plans.json", "at": "plans"}}})
    assert not schema.is_valid({"registries": {"plans": {"target": "a:B", "at": "plans"}}})


def test_tables_are_those_of_the_check_library():
    """With valid examples of their own."""
    assert [option.name for option in DECLARED_OPTIONS] == list(TABLES)
    for option in DECLARED_OPTIONS:
        assert problems(option.name, example_of(option)) == []
        assert problems(option.name, option.default) == []


def test_page_has_a_row_for_each_key():
    """Nothing that can be declared is missing from the reference."""
    page = reference_page()

    rows = [row for table in TABLES for row in declared_rows(table)]
    assert len(rows) > 20
    assert [path for path, *_ in rows if f"| `{path}` |" not in page] == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[tool.integrity.registries]\nplans = 3\n", f"{MANIFEST}:3: "),
        ("[tool.integrity.registries.plans]\ntargt = 'a:B'\n", f"{MANIFEST}:3: registries.plans: unknown key"),
        ("[tool.integrity.checks]\nnev = {}\n", f"{MANIFEST}:3: checks: unknown key 'nev'. Did you mean 'env'?"),
        ("exceptions = [\n{ code = 'REG101' },\n]\n", f"{MANIFEST}:3: "),
        ("checks = []\n", f"{MANIFEST}:2: "),
    ],
    ids=["type", "key", "family", "required", "table"],
)
def test_wrong_declaration_is_the_units_fault(tmp_path, table, said):
    """With file, line and what to write."""
    assert fault_of(tmp_path, table).startswith(said)


def test_wrong_declaration_of_the_root_ends_the_command(tmp_path):
    """As any other wrong key there."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity.checks]\nnev = {}\n"})

    with pytest.raises(ConfigError, match=r"pyproject.toml:2: checks: unknown key 'nev'"):
        load_root(tmp_path, environ={}, flags={})


def test_right_declaration_changes_no_other_setting(tmp_path):
    """Nothing of it is inherited, and a run does not look at it."""
    declared = '[tool.integrity.registries]\nplans = "billing:PLANS"\n'

    assert settings_of(tmp_path / "a", declared, top=declared) == settings_of(tmp_path / "b", "")


def test_check_library_is_loaded_only_where_it_is_asked(tmp_path):
    """`integrity list` of a monorepo without such tables starts without it."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\nservices = ['services/*']\n"})
    script = (
        "import sys, pathlib\nfrom integrity.settings import load_root\nimport integrity.cli, integrity.commands.list\n"
        f"load_root(pathlib.Path({str(tmp_path)!r}), environ={{}}, flags={{}})\n"
        "sys.exit(any(name.startswith('integrity.checks') for name in sys.modules))\n"
    )

    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
