"""Which migrations of Django or Alembic a database lacks. Nothing is applied."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable

from integrity.checks.adapters.databases import Opener, opened, own_django_connection, rows_of
from integrity.checks.model import CannotExamine, Finding
from integrity.checks.services.answer import Answer, Trouble
from integrity.checks.targets import live

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_NO_TABLE = ("does not exist", "doesn't exist", "no such table")


def ready_django(alias: str, unit: Unit, shown: Callable[[str], str]) -> None:
    """Set Django up, and import all migrations: that may take longer than an answer. Raises CannotExamine."""
    from integrity.checks.adapters.django import set_up  # noqa: PLC0415 - only where the unit has it

    set_up(unit)
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    try:
        MigrationLoader(None)
    except Exception as error:  # noqa: BLE001 - whatever a unit's migrations raise
        message = f"The migrations can't be read: {type(error).__name__}: {shown(str(error))}."
        raise CannotExamine(Finding("DB102", alias, message)) from None


def django_answer(alias: str, shown: Callable[[str], str]) -> Answer:
    """The migrations that `migrate` would apply to this alias. Only for a thread of its own, whose connections nobody else has."""
    from django.db import connections  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    connections[alias] = connection = own_django_connection(alias)  # queries look the alias up by themselves
    with opened(lambda: connection, shown):
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Answer(unapplied=tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan))


def alembic_answer(script: Any, opener: Opener, shown: Callable[[str], str]) -> Answer:
    """The revisions between what the database says and the heads of the scripts."""
    heads = set(script.get_heads())
    applied = _applied(opener, shown)
    if heads <= applied:
        return Answer()
    known = {revision.revision for revision in script.walk_revisions()}
    if strange := sorted(applied - known):
        raise Trouble(f"it is at a revision that the code does not have: {', '.join(strange)}")
    lower = {each for start in applied for each in _and_before(script, start)}
    wanted = [revision.revision for revision in script.walk_revisions() if revision.revision not in lower]
    return Answer(unapplied=tuple(reversed(wanted)))


def _and_before(script: Any, revision: str) -> set[str]:
    return {each.revision for each in script.iterate_revisions(revision, "base")}


def _applied(opener: Opener, shown: Callable[[str], str]) -> set[str]:
    try:
        with opened(opener, shown) as connection:
            return {row[0] for row in rows_of(connection, "SELECT version_num FROM alembic_version")}
    except Trouble as trouble:
        if any(words in str(trouble) for words in _NO_TABLE):
            return set()
        raise


def alembic_script(config: str, unit: Unit) -> Any:
    """The scripts of an ini file, or of the place of a Config. Raises CannotExamine."""
    try:
        from alembic.config import Config  # noqa: PLC0415 - only where the unit has it
        from alembic.script import ScriptDirectory  # noqa: PLC0415
    except ImportError:
        message = "Alembic can't be imported in this env."
        raise CannotExamine(Finding("DB102", config, message, "Add alembic to the unit's dependencies.")) from None
    if config.endswith(".ini"):
        path = os.path.join(unit.folder, config)
        if not os.path.isfile(path):
            raise CannotExamine(Finding("DB102", config, f"There is no {config}.", "Name the unit's Alembic ini file."))
        found = Config(path)
    else:
        found = live(config, unit)
        found = found() if callable(found) else found
    script = ScriptDirectory.from_config(found)
    script.get_heads()  # reads all scripts, which may take longer than an answer
    return script
