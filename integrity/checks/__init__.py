"""The check library: runs inside units' envs (`declared_tests`, `assert_…`) and over bare sources (`integrity check`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrity.checks.asserts import IntegrityError as IntegrityError
    from integrity.checks.asserts.entries import registry as registry
    from integrity.checks.asserts.entries import source_of as source_of
    from integrity.checks.asserts.env import assert_env as assert_env
    from integrity.checks.asserts.env import assert_env_documented as assert_env_documented
    from integrity.checks.asserts.files import assert_files_valid as assert_files_valid
    from integrity.checks.asserts.migrations import assert_migrations as assert_migrations
    from integrity.checks.asserts.rates import assert_rates as assert_rates
    from integrity.checks.asserts.recording import recording as recording
    from integrity.checks.asserts.registries import assert_covers as assert_covers
    from integrity.checks.asserts.registries import assert_fields as assert_fields
    from integrity.checks.asserts.registries import assert_no_duplicate_keys as assert_no_duplicate_keys
    from integrity.checks.asserts.registries import assert_registered as assert_registered
    from integrity.checks.asserts.registries import assert_resolves as assert_resolves
    from integrity.checks.asserts.registries import assert_unique as assert_unique
    from integrity.checks.asserts.routes import assert_routes as assert_routes
    from integrity.checks.asserts.services import assert_healthy as assert_healthy
    from integrity.checks.asserts.services import assert_reachable as assert_reachable
    from integrity.checks.asserts.tasks import assert_tasks as assert_tasks
    from integrity.checks.declared import declared_tests as declared_tests

PUBLIC = {  # what `import integrity` offers to tests, and where it stands
    "assert_covers": "integrity.checks.asserts.registries",
    "assert_env": "integrity.checks.asserts.env",
    "assert_env_documented": "integrity.checks.asserts.env",
    "assert_fields": "integrity.checks.asserts.registries",
    "assert_files_valid": "integrity.checks.asserts.files",
    "assert_healthy": "integrity.checks.asserts.services",
    "assert_migrations": "integrity.checks.asserts.migrations",
    "assert_no_duplicate_keys": "integrity.checks.asserts.registries",
    "assert_rates": "integrity.checks.asserts.rates",
    "assert_reachable": "integrity.checks.asserts.services",
    "assert_registered": "integrity.checks.asserts.registries",
    "assert_resolves": "integrity.checks.asserts.registries",
    "assert_routes": "integrity.checks.asserts.routes",
    "assert_tasks": "integrity.checks.asserts.tasks",
    "assert_unique": "integrity.checks.asserts.registries",
    "declared_tests": "integrity.checks.declared",
    "IntegrityError": "integrity.checks.asserts",
    "recording": "integrity.checks.asserts.recording",
    "registry": "integrity.checks.asserts.entries",
    "source_of": "integrity.checks.asserts.entries",
}


def __getattr__(name: str) -> Any:
    """Load a public name; with it pytest, which the runner's own process does without."""
    from importlib import import_module  # noqa: PLC0415

    if name not in PUBLIC:
        import difflib  # noqa: PLC0415

        near = difflib.get_close_matches(name, PUBLIC, n=1)
        raise AttributeError(f"integrity has no {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
    return getattr(import_module(PUBLIC[name]), name)
