"""The shapes of strings, as regular expressions that the loader and the JSON Schema share."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from integrity.settings.kinds import KINDS
from integrity.settings.variables import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterable

# These patterns mean the same in Python and in ECMAScript, so that the JSON Schema judges as the loader does.
_PLAIN = r"^(?![\s\S]*[\x00-\x1f\x7f\\])(?![/~]|[A-Za-z]:)"
_INSIDE = r"(?!(?:[\s\S]*/)?\.\.(?:/|$))"
GLOB = _PLAIN + _INSIDE + r"(?![\s\S]*(?:[{}]|//|[^/]\*\*|\*\*[^/]))(?!!)(?:[^\[\]]|\[[^\[\]]+\])+$"
FILE_IN_UNIT = _PLAIN + _INSIDE + r"[\s\S]*[^/.][\s\S]*$"
FILE_OR_NONE = _PLAIN + _INSIDE + r"(?:[\s\S]*[^/.][\s\S]*)?$"
FILE = _PLAIN + r"[\s\S]*[^/.][\s\S]*$"
VARIABLE_NAME = rf"^(?!{RESERVED})[A-Za-z_][A-Za-z0-9_]*$(?!\n)"
VARIABLE_GLOB = rf"^(?!{RESERVED})[A-Za-z_*?][A-Za-z0-9_*?]*$(?!\n)"
EXTRA_NAME = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$(?!\n)"
WORD = r"^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$(?!\n)"
PYTHON_VERSION = r"^3\.(?:9|[1-9][0-9])(?:\.[0-9]+)?t?$(?!\n)"

_NAME = r"[A-Za-z][A-Za-z0-9_-]*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@sha256:[0-9a-f]{64}"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
_REPOSITORY = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*"
_UNIT = r"[A-Za-z0-9_.](?:[A-Za-z0-9_./-]*[A-Za-z0-9_.-])?"
NAME = rf"^{_NAME}$(?!\n)"
OWN_KIND_NAME = rf"^(?!(?:unit|{'|'.join(KINDS)})$){_NAME}$(?!\n)"
TAG = rf"^{_TAG}(?:{_DIGEST})?$(?!\n)"
IMAGE = rf"^(?:{_HOST}/)?{_REPOSITORY}(?::{_TAG}(?:{_DIGEST})?|{_DIGEST})$(?!\n)"
IMAGE_PREFIX = rf"^(?:{_HOST}(?:/[a-z0-9._-]+)*/)?$(?!\n)"
SHORT_NEED = rf"^(?:unit:{_UNIT}|(?!unit:){_NAME}(?::{_TAG})?(?:{_DIGEST})?)$(?!\n)"
UNIT_SELECTOR = rf"^{_UNIT}$(?!\n)"
GIVEN_URL = r"^(?:[A-Za-z][A-Za-z0-9+.-]*://[^\s\x00]+|[^\s/:@\x00]+:[0-9]{1,5})$(?!\n)"
MEMORY = r"^[1-9][0-9]{0,5}[mg]$(?!\n)"
HTTP_PATH = r"^/[^\s\x00]*$(?!\n)"
ENVIRONMENT_NAME = r"^[^=\s\x00]+$(?!\n)"
NOT_EMPTY = r"^(?![\s\S]*\x00)[\s\S]*\S"
NO_NUL = r"^[^\x00]*$"
COMMAND_LINE = r"""^(?=[\s\S]*\S)(?:[^\\'"\x00]|\\[^\x00]|'[^'\x00]*'|"(?:[^"\\\x00]|\\[^\x00])*")*$"""

_PLACEHOLDERS = {  # as the reference shows it → its shape
    "host": "host",
    "port": "port",
    "port:15672": r"port:[1-9][0-9]{0,4}",
    "user": "user",
    "password": "password",
    "database": "database",
    "prefix": "prefix",
    "url": "url",
    "url:asyncpg": r"url:[A-Za-z][A-Za-z0-9_.-]*",
}
SERVER_PLACEHOLDERS = tuple(_PLACEHOLDERS)
URL_PLACEHOLDERS = tuple(name for name in _PLACEHOLDERS if not name.startswith("url"))
UNIT_PLACEHOLDERS = ("host", "port", "url", "url:asyncpg")
PROCESS_PLACEHOLDERS = ("host", "port")


def template(placeholders: Iterable[str]) -> str:
    """The pattern of strings in which braces hold one of these, or stand for themselves where they are doubled."""
    return rf"^(?:[^{{}}\x00]|\{{\{{|\}}\}}|\{{(?:{'|'.join(_PLACEHOLDERS[name] for name in placeholders)})\}})*$"


def placeholders_in(templates: Iterable[str]) -> frozenset[str]:
    """The names of what the braces hold, without formats: `port` also of `{port:15672}`."""
    return frozenset(name for each in templates for _, name, _, _ in string.Formatter().parse(each) if name)
