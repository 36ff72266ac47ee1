"""The codes and configuration keys of exports."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("EXP101", "missing-export", "`__all__` names something that the module doesn't have", is_automatic=True),
    Code("EXP102", "unexported-name", "A public class or function is not in `__all__`", is_opt_in=True),
    Code("EXP103", "bad-entry-point", "An entry point leads nowhere, or its name is taken twice", is_automatic=True),
    Code("EXP104", "shadowed-module", "A module can't be imported because a package has its name", is_automatic=True),
    Code("EXP105", "duplicate-export", "`__all__` names something twice", level="warning", is_automatic=True),
    Code(
        "CLI101",
        "overwritten-command",
        "A command of a click group replaces another one of the same name",
        is_automatic=True,
    ),
)

KEYS: tuple[Key, ...] = (
    Key(
        "complete",
        "texts",
        "Modules, by pattern, whose `__all__` has to name every public class and function.",
        '["billing.api", "billing.api.*"]',
    ),
    Key("load", "boolean", "Whether the tests load each entry point; otherwise only sources are looked at.", "true"),
    Key(
        "cli",
        "targets",
        "Root groups of click, whose commands are compared with what is written.",
        '"billing.cli:main"',
    ),
    Key("allow-empty", "boolean", "Whether having no exports, entry points or commands is fine.", "true"),
)
