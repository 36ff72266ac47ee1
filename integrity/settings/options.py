"""The one table of options. The loader, the JSON Schema and the reference page are all made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from integrity.settings.patterns import (
    EXTRA_NAME,
    FILE,
    FILE_IN_UNIT,
    GLOB,
    PYTHON_VERSION,
    VARIABLE_GLOB,
    VARIABLE_NAME,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scope(StrEnum):
    """Whose `[tool.integrity]` a key may stand in."""

    ROOT = "root"
    UNIT = "unit"


class Type(StrEnum):
    """The shapes of values; `values` checks them and `documents` describes them."""

    BOOLEAN = "boolean"
    INTEGER = "integer"  # 0 or more
    SECONDS = "seconds"  # more than 0
    WORKERS = "workers"  # 0 or more, or "auto"
    CHOICE = "choice"
    STRINGS = "strings"
    MAPPING = "mapping"  # variable name → string
    PATH = "path"
    PATHS = "paths"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option. `name` is its TOML key; no scope means that only a flag sets it; `doc` is one sentence.

    `pattern` holds for each string (of a mapping: each name), `shape` says it in words, `choices` are those of a
    choice. `single` lets one string stand for a list of one. `adds_up` says that a later source adds to an earlier
    one instead of taking its place.
    """

    name: str
    type: Type
    default: Any
    scopes: frozenset[Scope]
    doc: str
    variable: str | None = None
    flag: str | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    shape: str = ""
    single: bool = False
    filled: bool = False
    adds_up: bool = False
    example: str = ""

    @property
    def attribute(self) -> str:
        """The name of its field in RootSettings or UnitSettings."""
        return self.name.replace("-", "_") + ("_s" if self.type is Type.SECONDS else "")


ROOT_ONLY = frozenset({Scope.ROOT})
UNIT_ONLY = frozenset({Scope.UNIT})
BOTH = frozenset({Scope.ROOT, Scope.UNIT})

_GLOB_SHAPE = "a glob relative to the root, such as \"services/*\" (no '..', no braces, no '!')"
_FILE_SHAPE = "a file below the unit's folder, written with '/'"

OPTIONS: tuple[Option, ...] = (
    Option(
        name="services",
        type=Type.STRINGS,
        default=("services/*",),
        scopes=ROOT_ONLY,
        pattern=GLOB,
        shape=_GLOB_SHAPE,
        example='["services/*"]',
        doc="Globs of the folders that are services.",
    ),
    Option(
        name="packages",
        type=Type.STRINGS,
        default=("packages/*",),
        scopes=ROOT_ONLY,
        pattern=GLOB,
        shape=_GLOB_SHAPE,
        example='["packages/*", "libs/**"]',
        doc="Globs of the folders that are packages; members of a uv workspace are found too.",
    ),
    Option(
        name="exclude",
        type=Type.STRINGS,
        default=(),
        scopes=ROOT_ONLY,
        pattern=GLOB,
        shape=_GLOB_SHAPE,
        example='["packages/legacy-*"]',
        doc="Globs of folders that are no units, whatever else finds them.",
    ),
    Option(
        name="missing",
        type=Type.CHOICE,
        default="error",
        scopes=BOTH,
        choices=("error", "warn"),
        variable="INTEGRITY_MISSING",
        example='"warn"',
        doc="What a unit without a test file is: an error, or a warning while the tool is being adopted.",
    ),
    Option(
        name="jobs",
        type=Type.INTEGER,
        default=0,
        scopes=ROOT_ONLY,
        variable="INTEGRITY_JOBS",
        flag="--jobs",
        example="4",
        doc="Have at most this many units at work at once; 0 is as many as there are CPUs that this process may use.",
    ),
    Option(
        name="retries",
        type=Type.INTEGER,
        default=0,
        scopes=ROOT_ONLY,
        variable="INTEGRITY_RETRIES",
        flag="--retries",
        example="1",
        doc="Try a unit that did not pass this many times again; one that then passes is called flaky.",
    ),
    Option(
        name="fail-fast",
        type=Type.BOOLEAN,
        default=False,
        scopes=ROOT_ONLY,
        variable="INTEGRITY_FAIL_FAST",
        flag="--fail-fast",
        example="true",
        doc="Start no more tests once a unit has failed or is an error; those that run go on to their end.",
    ),
    Option(
        name="results",
        type=Type.PATH,
        default="integrity-results",
        scopes=ROOT_ONLY,
        variable="INTEGRITY_RESULTS",
        flag="--results",
        pattern=FILE_IN_UNIT,
        shape="a folder below the root, written with '/'",
        example='"build/integrity"',
        doc="Write the results into this folder, relative to the root; each run empties it first.",
    ),
    Option(
        name="refresh",
        type=Type.BOOLEAN,
        default=False,
        scopes=frozenset(),
        flag="--no-cache",
        doc="Resolve third-party requirements anew, past what is kept here and in uv's cache; locks and layers stay as they are.",
    ),
    Option(
        name="test-file",
        type=Type.STRINGS,
        default=("test_integrity.py",),
        scopes=BOTH,
        pattern=FILE_IN_UNIT,
        shape=_FILE_SHAPE,
        single=True,
        filled=True,
        example='["test_integrity.py", "tests/test_integrity.py"]',
        doc="The unit's test file, or a list of candidates of which the first that exists is taken.",
    ),
    Option(
        name="env",
        type=Type.MAPPING,
        default={},
        scopes=BOTH,
        pattern=VARIABLE_NAME,
        shape="a variable's name: letters, digits and '_', not starting with a digit",
        adds_up=True,
        example='{ DJANGO_SETTINGS_MODULE = "billing.settings" }',
        doc="Environment variables of the tests; a unit's are added to the root's and win over them.",
    ),
    Option(
        name="env-file",
        type=Type.PATHS,
        default=(),
        scopes=BOTH,
        pattern=FILE,
        shape="a file of the repository, relative to the folder of the file that names it",
        example='[".env.integrity"]',
        doc="Env files that are read in this order, relative to the folder of the file that names them; inside the repository only.",
    ),
    Option(
        name="pass-env",
        type=Type.STRINGS,
        default=(),
        scopes=BOTH,
        pattern=VARIABLE_GLOB,
        shape="a variable's name, which may hold '*' and '?', such as \"BILLING_*\"",
        example='["BILLING_*"]',
        doc="Names or globs of the host's variables that the tests may see, beside a fixed small list.",
    ),
    Option(
        name="secrets",
        type=Type.STRINGS,
        default=(),
        scopes=BOTH,
        variable="INTEGRITY_SECRETS",
        pattern=VARIABLE_NAME,
        shape="a variable's name",
        adds_up=True,
        example='["PAYMENT_KEY"]',
        doc="Names of variables whose values are masked everywhere, beside names that look secret; all sources add up.",
    ),
    Option(
        name="timeout",
        type=Type.SECONDS,
        default=300.0,
        scopes=BOTH,
        variable="INTEGRITY_TIMEOUT",
        flag="--timeout",
        example="60",
        doc="Stop one unit's tests after this many seconds.",
    ),
    Option(
        name="env-timeout",
        type=Type.SECONDS,
        default=600.0,
        scopes=BOTH,
        variable="INTEGRITY_ENV_TIMEOUT",
        example="900",
        doc="Seconds that each step of making a unit's env may take: resolving, building, installing.",
    ),
    Option(
        name="workers",
        type=Type.WORKERS,
        default=0,
        scopes=BOTH,
        variable="INTEGRITY_WORKERS",
        example='"auto"',
        doc='Processes of pytest-xdist for one unit\'s tests; 0 is without it, "auto" is one for each CPU.',
    ),
    Option(
        name="python",
        type=Type.STRINGS,
        default=(),
        scopes=BOTH,
        variable="INTEGRITY_PYTHON",
        pattern=PYTHON_VERSION,
        shape='a Python version from 3.9 on, in quotes, such as "3.13"',
        example='["3.11", "3.13"]',
        doc="Python versions under each of which the tests run; none is the one that uv picks for `requires-python`.",
    ),
    Option(
        name="extras",
        type=Type.STRINGS,
        default=(),
        scopes=BOTH,
        pattern=EXTRA_NAME,
        shape="the name of an extra",
        example='["api"]',
        doc="The unit's extras that its env gets; from the root, of each unit those that it has.",
    ),
    Option(
        name="groups",
        type=Type.STRINGS,
        default=(),
        scopes=BOTH,
        pattern=EXTRA_NAME,
        shape="the name of a dependency group",
        example='["test"]',
        doc="The unit's dependency groups that its env gets; from the root, of each unit those that it has.",
    ),
    Option(
        name="allow-skipped",
        type=Type.BOOLEAN,
        default=False,
        scopes=UNIT_ONLY,
        example="true",
        doc="Whether the unit is green when every one of its tests was skipped.",
    ),
)


def options_of(scope: Scope) -> Mapping[str, Option]:
    """The options whose key may stand in a table of this scope, by key."""
    return {option.name: option for option in OPTIONS if scope in option.scopes}
