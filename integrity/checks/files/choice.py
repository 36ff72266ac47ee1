"""Which files are examined, by kind: by default all that people write and programs read, but not what only looks like it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple

if TYPE_CHECKING:
    from integrity.checks.case import Unit

LARGEST = 2_000_000  # bytes; what is larger was written by a program
PASSED_OVER = frozenset(
    (
        "tests",
        "test",
        "testing",
        "testdata",
        "test_data",
        "test-data",
        "__tests__",
        "fixtures",
        "fixture",
        "__fixtures__",
        "cassettes",
        "snapshots",
        "__snapshots__",
        "vendor",
        "vendored",
        "_vendor",
        "third_party",
        "bower_components",
        "locale",
        "locales",
        "samples",
    )
)
_LOCKS = re.compile(
    r"package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|.*[-.]lock\.(json|ya?ml)|.*\.min\.json|.*\.lock",
    re.IGNORECASE,
)
_ENV = re.compile(r"\.env(\.[\w-]+)*|[\w.-]+\.env|env\.(example|sample|template|dist)")
_NO_ENV = re.compile(
    r".*\.(py|[cm]?[jt]sx?|json|ya?ml|toml|enc|gpg|age|sops|vault|j2|jinja2?|tmpl|tpl|erb|sh|md|rst|html)"
)
_WITH_COMMENTS = re.compile(
    r"(.*/)?(tsconfig[^/]*|jsconfig[^/]*|devcontainer|\.eslintrc|\.swcrc|turbo)\.json|(.*/)?\.(vscode|devcontainer|zed)/.*|.*\.jsonc"
)
_TEMPLATE = re.compile(r"\{\{|\{%|<%|\{#|<<[A-Z_]+>>")


@dataclass(frozen=True, eq=False)
class File:
    """A file that is examined: its path from the root, and its content."""

    path: str
    content: bytes

    @cached_property
    def text(self) -> str:
        """Its text; bytes that are not UTF-8 become U+FFFD."""
        return self.content.decode("utf-8", "replace")

    @property
    def is_template(self) -> bool:
        """Whether it has marks of a template language, so that it need not parse as it is."""
        return _TEMPLATE.search(self.text) is not None


class Chosen(NamedTuple):
    """The files of each kind (`json`, `yaml`, `toml`, `env`). `is_declared`: the configuration speaks of them.

    `passed_over` are the paths of files that are not examined, each with a note that says why.
    """

    files: Mapping[str, tuple[File, ...]]
    is_declared: bool
    passed_over: Mapping[str, str] = {}


def kind_of(path: str) -> str:
    """`json`, `yaml`, `toml` or `env`; "" for any other file."""
    name = path.rpartition("/")[2]
    if "env" in name and _ENV.fullmatch(name) and not _NO_ENV.fullmatch(name):
        return "env"
    suffix = name.rpartition(".")[2].lower()
    return {"json": "json", "jsonc": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml"}.get(suffix, "")


def may_have_comments(path: str) -> bool:
    """Whether a JSON file is one of those that editors and compilers read with comments."""
    return _WITH_COMMENTS.fullmatch(path) is not None


def chosen_files(unit: Unit, declared: Mapping[str, Any] | None) -> Chosen:
    """The files that are examined in a unit, read."""
    table = declared or {}
    excluded = set(unit.sources.matching(*table["exclude"])) if table.get("exclude") else set()
    files: dict[str, list[File]] = {"json": [], "yaml": [], "toml": [], "env": []}
    passed_over = {}
    for path in included(unit, table):
        kind = kind_of(path)
        if path in excluded:
            continue
        content = unit.sources.bytes(path)
        if len(content) > LARGEST:
            passed_over[path] = f"{path} is larger than {LARGEST // 1_000_000} MB and was not examined"
        else:
            files[kind].append(File(path, content))
    return Chosen({kind: tuple(found) for kind, found in files.items()}, declared is not None, passed_over)


def included(unit: Unit, table: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of the files that are examined, but for those that are excluded."""
    if not table.get("include"):
        return _usual(unit)
    return tuple(path for path in unit.sources.matching(*table["include"]) if kind_of(path))


def _usual(unit: Unit) -> tuple[str, ...]:
    return tuple(path for path in unit.sources.files if kind_of(path) and _is_usual(unit.sources.in_unit(path)))


def _is_usual(path: str) -> bool:
    *folders, name = path.lower().split("/")
    return PASSED_OVER.isdisjoint(folders) and not _LOCKS.fullmatch(name) and "{" not in path
