"""python-decouple and Starlette's configuration, which came from one idea: `config("DEBUG", default=False, cast=bool)`."""

from __future__ import annotations

from integrity.checks.adapters.library import Library

DECOUPLE = Library(
    mark=b"decouple",
    constructors=frozenset({"decouple.Config", "decouple.AutoConfig"}),
    objects=frozenset({"decouple.config"}),
    methods={"get": ""},
    default=1,
    cast=2,
)
STARLETTE = Library(
    mark=b"starlette.config",
    constructors=frozenset({"starlette.config.Config"}),
    methods={"get": ""},
    default=2,
    cast=1,
    prefix="env_prefix",
)
