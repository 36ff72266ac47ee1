"""No finding shows a value of the environment, nor a secret that stands in sources."""

from __future__ import annotations

import json
import sys

import pytest

from integrity.checks.asserts import IntegrityError
from integrity.checks.masking import environ_values, masked
from integrity.checks.model import Finding
from tests.checks.harness import examined, run_tests, write

URL = "postgres://u:hunter2@h/db"
LONG = "abcdefgh" * 10
RUNTIME = 'view = "runtime"\n'


def texts(found):
    return "\n".join(text for each in found for text in (each.entry, each.message, each.hint))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'hunter2' is wrong", "'***' is wrong"),
        ("hunter21 and xhunter2 are longer", "hunter21 and xhunter2 are longer"),
        ("hunter2 hunter2-longer", "*** ***"),
        ("a\\nb\\nsecret", "***"),
        (f"'{LONG[:50]}… is long", "'***… is long"),
        ("short… is no beginning", "short… is no beginning"),
    ],
)
def test_value_is_masked_as_a_whole(text, shown):
    """As it is, as a literal, or cut; the longest first, and never inside a longer word."""
    values = ("hunter2", "hunter2-longer", "a\nb\nsecret", LONG)

    assert masked(text, values) == masked(text, reversed(values)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"is {URL!r}", "is 'postgres://***@h/db'"),
        ("redis://:p@ss@h:1/0", "redis://***@h:1/0"),
        ("https://h/@me", "https://h/@me"),
        ("me@example.com", "me@example.com"),
    ],
)
def test_user_info_of_a_url_is_always_masked(text, shown):
    """Whether it came from the environment or stands in sources."""
    assert masked(text) == shown


def test_harmless_values_are_shown(tmp_path):
    """What anybody may see; but nothing whose name or shape says that it is a secret."""
    harmless = {
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "APP": "shop.main:app",
        "MODE": "production",
        "CLASSPATH": "/none/at/all",
        "DATA": str(tmp_path),
        "PWD": "/gone/away",
        "GITHUB_JOB": "billing",
        "FLAG": "true",
    }
    secret = {
        "DB_PASS": "production",
        "GITHUB_TOKEN": "abcdef",
        "API_KEY": "a.dotted.key",
        "PIP_INDEX_URL": "https://me:hunter3@h",
        "REGION": "north-1",
    }

    assert environ_values({**harmless, **secret}) == tuple(sorted({*secret.values(), "hunter3"}))


def test_assertion_shows_no_value_of_the_environment(monkeypatch):
    """Neither its text nor its data."""
    monkeypatch.setenv("MY_PASSWORD", "hunter2")

    error = IntegrityError([Finding("REG101", "hunter2", "'hunter2' stands twice.", "Delete one hunter2.")])

    assert "hunter2" not in f"{error} {error.findings}"


REGISTRY = 'import os\nX = {"a": os.environ["MY_DB"], "b": os.environ["MY_DB"]}\n'
LISTED = 'import os\nX = [os.environ["MY_DB"]] * 2\n'
NUMBER = 'import os\nX = [int(os.environ["MY_DB"])]\n'


@pytest.mark.parametrize(
    ("code", "options", "expected"),
    [
        (REGISTRY, 'unique = "value"\n', {"REG102"}),
        (REGISTRY, 'fields.value.matches = "x"\n', {"REG120"}),
        (REGISTRY, 'references = { value = "file" }\n', {"REG130"}),
        (LISTED, "", {"REG101", "REG111"}),
        (NUMBER, "", {"REG002"}),
    ],
)
@pytest.mark.parametrize("value", [URL, "hunter2"])
def test_registry_shows_no_value_of_the_environment(tmp_path, code, options, expected, value):
    """In neither the stream nor the output."""
    declared = f'[tool.integrity.registries.x]\ntarget = "shop:X"\n{RUNTIME}{options}'
    folder = write(tmp_path, {"pyproject.toml": declared, "shop.py": code})

    found, output = run_tests(folder, sys.executable, MY_DB=value)

    assert {each["code"] for each in found} & expected
    assert "hunter2" not in json.dumps(found) + (folder / "stream.jsonl").read_text() + output


def test_sources_are_not_masked_by_the_runners_environment(tmp_path, monkeypatch):
    """Its words may be those of the unit by accident."""
    monkeypatch.setenv("MY_PLAN", "enterprise")
    declared = '[tool.integrity.registries]\nx = "shop:X"\n'

    found = examined(write(tmp_path, {"pyproject.toml": declared, "shop.py": 'X = ["enterprise", "enterprise"]\n'}))

    assert {each.entry for each in found} == {"enterprise"}


@pytest.mark.parametrize(
    "options", ['unique = "value"\n', 'fields.value.matches = "x"\n', 'references = { value = "file" }\n']
)
def test_value_under_a_secret_key_is_not_shown(tmp_path, options):
    """In a file, whose values nobody masks."""
    declared = f'[tool.integrity.registries.x]\nfile = "x.yaml"\n{options}'

    found = examined(write(tmp_path, {"pyproject.toml": declared, "x.yaml": "API_KEY: hunter2\nPASSWD: hunter2\n"}))

    assert found
    assert "hunter2" not in texts(found)


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("SHOP_DATABASE", ("postgres://u:hunter1@h/db", "postgres://u:hunter2@h/db")),
        ("SHOP_PASSWORD", ("hunter1", "hunter2")),
        ("SHOP_SALES", ("hunter", "ghp_" + "hunter7K" * 5)),
    ],
)
def test_different_defaults_that_are_secret_are_not_shown(tmp_path, name, defaults):
    """By the name, by the value's shape, or as a URL with user info."""
    code = "import os\nX = os.environ.get({!r}, {!r})\n"
    files = {f"shop/{index}.py": code.format(name, default) for index, default in enumerate(defaults)}

    found = examined(
        write(tmp_path, {"pyproject.toml": "[tool.integrity.checks.env]\n", "shop/__init__.py": "", **files})
    )

    assert "ENV111" in {each.code for each in found}
    assert "hunter" not in texts(found)


@pytest.mark.parametrize("key", ["password", "dbPasswd", "pin", "API_KEY", "tokens.first"])
def test_surprise_under_a_secret_key_is_not_shown(tmp_path, key):
    """Neither as it is written nor as it is read."""
    *outer, last = key.split(".")
    text = "".join(f"{each}:\n  " for each in outer) + f"{last}: 012345\n"
    declared = '[tool.integrity.checks.files]\ninclude = ["x.yaml"]\n'

    found = examined(write(tmp_path, {"pyproject.toml": declared, "x.yaml": text}))

    assert [(each.code, each.entry) for each in found] == [("SRC106", key)]
    assert not any(value in texts(found) for value in ("12345", "5349"))
