"""The check library: runs inside units' envs (`declared_tests`, `assert_…`) and over bare sources (`integrity check`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrity.checks.declared import declared_tests as declared_tests

PUBLIC = {  # what `import integrity` offers to tests, and where it stands
    "declared_tests": "integrity.checks.declared",
}


def __getattr__(name: str) -> Any:
    """Load a public name; with it pytest, which the runner's own process does without."""
    from importlib import import_module  # noqa: PLC0415

    if name not in PUBLIC:
        import difflib  # noqa: PLC0415

        near = difflib.get_close_matches(name, PUBLIC, n=1)
        raise AttributeError(f"integrity has no {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
    return getattr(import_module(PUBLIC[name]), name)
