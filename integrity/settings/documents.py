"""The reference page, made from the table of options as the JSON Schema is.

`python -m integrity.settings.documents` in a checkout writes both anew; a test holds them equal to the table.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.checks.configuration import key_of
from integrity.checks.key import SHAPES
from integrity.settings.declared_documents import declared_rows
from integrity.settings.kinds import KINDS
from integrity.settings.option import Option, Scope, Type
from integrity.settings.options import OPTIONS
from integrity.settings.schema import SCHEMA_PATH, json_default, schema_text
from integrity.settings.variables import ALLOWED
from integrity.settings.wording import shape

if TYPE_CHECKING:
    from collections.abc import Iterable

REFERENCE_PATH = "docs/reference/configuration.md"
_INTRODUCTION = """\
# Configuration

<!-- Made from the table in integrity/settings/options.py by `python -m integrity.settings.documents`. -->

Nothing needs to be configured for units in `services/*` and `packages/*`. What differs is set in two places:

- the root's configuration: `[tool.integrity]` in the root's `pyproject.toml`, or the same keys at the top of an `integrity.toml` (one of the two);
- a unit's: `[tool.integrity]` in its `pyproject.toml`.

A later source takes the place of an earlier one: default → root → unit → variable → flag. `env` and `secrets` add up instead; in
`env` the later source wins name by name. A variable that is set but empty counts as not set; lists in variables are separated by commas.

An unknown key, a wrong type and a path that leads out of the repository, also through a symbolic link, are errors that name the file and
the line. In the root's configuration they end the command; in a unit's they are that unit's outcome, and all others still run.
The shapes are also a JSON Schema (`integrity/schemas/config.schema.json` in the package), for editors.

## Options
"""

_SERVICES = """\
## Backing services

```toml
[tool.integrity]
needs = ["postgres:17", "redis", "unit:billing"]        # kinds with or without a tag, and another unit's live server
```

or, instead of the list, a table whose keys are names of your own:

```toml
[tool.integrity.needs]
redis = "7"                                             # a tag: the key is the kind
postgres = {{ init = ["db/schema.sql"], timeout = 60 }}
reports = {{ kind = "postgres", image = "postgres:17-alpine", env-var = "REPORTS_URL", isolation = "server" }}
billing = {{ unit = "services/billing", env-var = "BILLING_URL" }}

[tool.integrity.needs.search]                           # any image
image = "opensearchproject/opensearch:3"
port = 9200
ready = {{ http = "/_cluster/health" }}
url = "http://{{host}}:{{port}}"
env-var = "SEARCH_URL"
environment = {{ "discovery.type" = "single-node", DISABLE_SECURITY_PLUGIN = "true" }}

[tool.integrity.serve.web]                              # several processes; one alone stands in [tool.integrity.serve]
command = "uvicorn billing.asgi:app --port {{port}}"
before = "python manage.py migrate --noinput"
ready = {{ http = "/health" }}
env-var = "BILLING_URL"

[tool.integrity.serve.worker]
command = "celery --app billing worker --loglevel INFO"  # its `ready.` is at this level
ready = {{ log = "ready\\\\.$" }}
```

| kind | image | isolation | variables of the tests |
|---|---|---|---|
{kinds}

`env-var` takes the place of the variables of the kind that hold its URL. The second need of one kind gets the kind's variables under its name
(`REPORTS_PGHOST`) where both would give the same ones; two kinds that would give the same variable are an error that says so.

Placeholders: `{{host}}`, `{{port}}`, `{{user}}`, `{{password}}`, `{{database}}`, `{{url}}`, and `{{prefix}}`, a name that no other unit has. `{{port:15672}}` is where
that further port of the container is reached, `{{url:asyncpg}}` the URL with that driver in its scheme. A brace that stands for itself is doubled.

`INTEGRITY_<NAME>_URL` gives the URL of a server that runs already, for the need or the kind of this name: `INTEGRITY_POSTGRES_URL`. It is never
started or stopped; a unit still gets its own database in it.
"""

_AFTER = """\
## The environment of a unit's tests

The tests see these variables and no others. Where two sources set the same name, the later one in this list wins:

1. of the host: {allowed};
2. the files of `env-file`, in their order;
3. of the host: what `pass-env` matches;
4. `env`;
5. of the backing services: the variables of `needs` and of `serve`.

`PYTHON*`, `VIRTUAL_ENV`, `UV_PYTHON` and `INTEGRITY_*` never get through, whatever names them: in `env`, `pass-env` and `secrets` they are refused, in env
files and behind a `*` they are passed over. The folder of an active virtual environment is taken out of `PATH`.

Env files are UTF-8 and read with python-dotenv. `${{NAME}}` stands for a value from above in this file, from an earlier one or from the
host as far as the tests see it; `${{NAME:-default}}` says what holds otherwise, and without a default an unknown name is an error. A name
without `=` sets nothing.
"""


def reference_page() -> str:
    """The page `docs/reference/configuration.md`."""
    sections = "\n".join(_section(option) for option in OPTIONS)
    allowed = ", ".join(f"`{name}`" for name in ALLOWED)
    return f"{_INTRODUCTION}\n{sections}\n{_SERVICES.format(kinds=_kinds())}\n{_AFTER.format(allowed=allowed)}"


def main() -> None:
    """Write the schema and the page into the checkout that this file stands in."""
    root = Path(__file__).parents[2]
    (root / SCHEMA_PATH).write_text(schema_text(), encoding="utf-8")
    (root / REFERENCE_PATH).write_text(reference_page(), encoding="utf-8")


def _section(option: Option) -> str:
    rows = [
        ("Value", _value_in_words(option)),
        ("Default", f"`{_toml(option)}`"),
        ("Stands in", " and ".join(scope.value for scope in Scope if scope in option.scopes) or "no file"),
        ("Variable", f"`{option.variable}`" if option.variable else ""),
        ("Flag", f"`{option.flag}`" if option.flag else ""),
        ("Example", f"`{option.name} = {option.example}`" if option.example else ""),
    ]
    lines = "\n".join(f"- {label}: {text}" for label, text in rows if text)
    title = f"`{option.name}`" if option.scopes else f"`{option.flag}`"
    return f"### {title}\n{option.doc}\n\n{lines}\n{_keys(option)}"


def _keys(option: Option) -> str:
    """The keys of a table, a row each."""
    if option.type is Type.DECLARED:
        declared = (
            (f"`{path}`", words, doc, f"`{example}`" if example else "")
            for path, words, doc, example in declared_rows(option.name)
        )
        return _table_of_keys(declared)
    if not option.keys:
        return ""
    rows = [(f"`{key.name}`", _key_in_words(option, key), key.doc, f"`{key.example}`") for key in option.keys]
    for ready in option.keys:
        rows += [(f"`ready.{key.name}`", _key_in_words(ready, key), key.doc, f"`{key.example}`") for key in ready.keys]
    return _table_of_keys(rows)


def _table_of_keys(rows: Iterable[tuple[str, ...]]) -> str:
    lines = "\n".join(f"| {' | '.join(text.replace('|', '&#124;') for text in row)} |" for row in rows)
    return f"\n| key | value | meaning | example |\n|---|---|---|---|\n{lines}\n"


def _key_in_words(option: Option, key: Option) -> str:
    default = "" if key.default is None else f"; default `{_toml(key)}`"
    return f"{_value_in_words(key)}{'; required' if key.name in option.required else ''}{default}"


def _value_in_words(option: Option) -> str:
    words = shape(option)
    match option.type:
        case Type.STRINGS | Type.PATHS:
            return f"{words}, each {option.shape}"
        case Type.NEEDS:
            return f"a list of strings, each {option.shape}; or a table by name, each a tag or a table"
        case Type.MAPPING:
            return f"a table of strings by name, each name {option.shape}"
        case Type.DECLARED:
            return SHAPES[key_of(option.name).shape]
        case Type.READY:
            return (
                f"a table with exactly one of {', '.join(f'`{key.name}`' for key in option.keys if key.name != 'port')}"
            )
        case _:
            return words


def _toml(option: Option) -> str:
    default = option.default
    if option.single:
        return json.dumps(default[0])
    if option.type is Type.SECONDS:
        return f"{default:g}"
    return json.dumps(json_default(option))


def _kinds() -> str:
    rows = (
        f"| `{kind.name}` | `{kind.image}` | {kind.isolation} | {', '.join(f'`{name}`' for name in kind.variables)} |"
        for kind in KINDS.values()
    )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
