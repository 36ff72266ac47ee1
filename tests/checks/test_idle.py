"""What is declared and has no effect is told: globs and names that nothing has, ignores that match nothing."""

from __future__ import annotations

import pytest

from tests.checks.harness import examined, write

CODE = "import os\n\nDATABASE = os.environ['DATABASE_URL']\nREGION = os.environ['AWS_REGION']\n"
EXAMPLE = "DATABASE_URL=\n"
READER = "import os\n\n\ndef required(name):\n    return os.environ[name]\n"


def told(folder, table, **files):
    """Return `(code, entry, line)` of all findings of a unit with this table."""
    found = examined(
        write(folder, {"pyproject.toml": table, **{each.replace("__", "."): files[each] for each in files}})
    )
    return sorted((each.code, each.entry, each.places[0].line) for each in found)


def in_env(folder, text, code=CODE, **files):
    """Return what is told about a unit whose env is declared so."""
    given = {"shop__py": code, "_env.example": EXAMPLE, **files}
    return told(
        folder,
        f"[tool.integrity.checks.env]\n{text}\n",
        **{each.replace("_env", "__env"): given[each] for each in given},
    )


IGNORED = 'ignore = { AWS_REGION = "read by boto3" }'


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ('types = { DATABASE_URL = "url", PROT = "integer" }', "env.types PROT"),
        ('readers = ["shop:required", "shop:optional"]', "env.readers shop:optional"),
        ('readers = ["elsewhere:required", "library:asked"]', "env.readers elsewhere:required"),
        ('code = ["shop.py", "src/*.py"]', "env.code src/*.py"),
        ('compose = ["compose.yaml", "deploy/*.yaml"]', "env.compose deploy/*.yaml"),
    ],
)
def test_part_of_env_that_nothing_has_is_an_error(tmp_path, text, entry):
    """A type of no variable, a function that nobody calls, one glob of several without a file."""
    code = f"{READER}\n\nfrom library import asked\n\nrequired('DATABASE_URL')\nasked('DATABASE_URL')\nREGION = os.environ['AWS_REGION']\n"
    files = {"compose__yaml": "services: {web: {image: '${DATABASE_URL}'}}\n"}

    found = in_env(tmp_path, f"{IGNORED}\n{text}", code, **files)

    assert found == [("VAC005", entry, 3)]


def test_part_of_env_that_something_has_is_silent(tmp_path):
    """Each glob has a file, each type a variable, each reader a call."""
    text = 'types = { DATABASE_URL = "url" }\nreaders = ["shop:required"]\ncode = ["shop.py", "s*.py"]'

    assert in_env(tmp_path, f"{IGNORED}\n{text}", f"{CODE}\n{READER[10:]}\n\nrequired('DATABASE_URL')\n") == []


@pytest.mark.parametrize(
    ("code", "example", "is_stale"),
    [
        (CODE, EXAMPLE, False),
        ("import os\n\nDATABASE = os.environ['DATABASE_URL']\n", f"{EXAMPLE}AWS_REGION=\n", False),
        ("import os\n\nDATABASE = os.environ['DATABASE_URL']\n", EXAMPLE, True),
    ],
)
def test_ignored_variable_that_nothing_has_is_stale(tmp_path, code, example, is_stale):
    """One that code reads or the example documents is ignored still."""
    found = in_env(tmp_path, IGNORED, code, **{"_env.example": example})

    assert found == ([("IGN002", "env.ignore AWS_REGION", 2)] if is_stale else [])


@pytest.mark.parametrize(
    "line", ['include = ["*.json", "conf/*.yaml"]', 'schemas = { "a.json" = "s.schema", "b.json" = "s.schema" }']
)
def test_glob_of_files_that_matches_nothing_is_an_error(tmp_path, line):
    """Also beside others that do."""
    found = told(tmp_path, f"[tool.integrity.checks.files]\n{line}\n", a__json="{}", s__schema='{"type": "object"}')

    assert [code for code, *_ in found] == ["VAC005"]


def test_excluded_files_that_are_not_there_are_stale(tmp_path):
    """So are globs over files that nothing would examine; one that keeps a file out is not."""
    table = '[tool.integrity.checks.files]\nexclude = ["old/*", "*.txt",\n  "b.json"]\n'

    found = told(tmp_path, table, a__json="{}", b__json="{", c__txt="")

    assert found == [("IGN002", "files.exclude *.txt", 2), ("IGN002", "files.exclude old/*", 2)]


HANDLERS = "class Base: ...\nclass Mail(Base): ...\nclass Legacy(Base): ...\nHANDLERS = {'mail': Mail}\n"


def test_ignored_member_that_is_not_there_is_stale(tmp_path):
    """So is one that is registered meanwhile."""
    table = (
        "[tool.integrity.registries.handlers]\ntarget = 'shop:HANDLERS'\n"
        "members = { subclasses-of = 'shop:Base', ignore = ['Leg*', 'Mail', 'Gone'] }\n"
    )

    found = told(tmp_path, table, shop__py=HANDLERS)

    assert found == [("IGN002", "members.ignore Gone", 3), ("IGN002", "members.ignore Mail", 3)]


def test_alias_that_is_none_is_stale(tmp_path):
    """A name that no member has, and one that has a value of its own."""
    table = "[tool.integrity.registries.states]\ntarget = 'shop:State'\nallow-aliases = ['OLD', 'NEW', 'GONE']\n"
    code = "import enum\nclass State(enum.Enum):\n    ON = 1\n    OLD = 1\n    NEW = 2\n"

    found = told(tmp_path, table, shop__py=code)

    assert found == [("IGN002", "allow-aliases GONE", 3), ("IGN002", "allow-aliases NEW", 3)]


def test_one_side_of_equals_is_enough_for_an_ignore(tmp_path):
    """What only the other registry has is a difference, whichever of the two checks sees it."""
    table = "[tool.integrity.registries]\nb = 'shop:B'\n[tool.integrity.registries.a]\ntarget = 'shop:A'\nequals = { of = 'b', ignore = ['x'] }\n"

    assert told(tmp_path / "used", table, shop__py="A = {'y': 1}\nB = {'y': 1, 'x': 2}\n") == []
    assert told(tmp_path / "other", table, shop__py="A = {'y': 1, 'x': 1}\nB = {'y': 1}\n") == []
    assert told(tmp_path / "idle", table, shop__py="A = {'y': 1}\nB = {'y': 1}\n") == [("IGN002", "equals.ignore x", 5)]


def test_optional_field_that_no_entry_has_is_an_error(tmp_path):
    """Its rule holds for nothing; one that a single entry has, or that may have a default, is examined."""
    table = (
        "[tool.integrity.registries.plans]\ntarget = 'shop:PLANS'\n"
        "[tool.integrity.registries.plans.fields]\nprice = 'number'\nlimit = { type = 'number', optional = true }\n"
    )
    dataclass = "from dataclasses import dataclass\n@dataclass\nclass Plan:\n    price: int\n    limit: int = 1\n"

    assert told(tmp_path / "a", table, shop__py="PLANS = {'a': {'price': 1}}\n") == [("REG120", "field limit", 1)]
    assert told(tmp_path / "b", table, shop__py="PLANS = {'a': {'price': 1}, 'b': {'price': 1, 'limit': 2}}\n") == []
    assert told(tmp_path / "c", table, shop__py=f"{dataclass}PLANS = {{'a': Plan(1)}}\n") == []


def test_misspelt_optional_field_is_told_once(tmp_path):
    """At its entry, with what was meant."""
    table = "[tool.integrity.registries.plans]\ntarget = 'shop:PLANS'\nfields = { limit = { type = 'number', optional = true } }\n"

    assert told(tmp_path, table, shop__py="PLANS = {'a': {'limits': 1}}\n") == [("REG120", "a/limits", 1)]


def test_pattern_of_modules_that_matches_nothing_is_an_error(tmp_path):
    """Beside one that does."""
    table = "[tool.integrity.checks.exports]\ncomplete = ['shop', 'shop.*']\n"

    assert told(tmp_path, table, shop__py="__all__ = ['sell']\ndef sell(): ...\n") == [
        ("VAC005", "exports.complete shop.*", 2)
    ]
