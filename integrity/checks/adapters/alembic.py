"""Alembic's migrations against the models' metadata, as `alembic check` compares them: through the unit's own env.py and its database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from integrity.checks.model import CannotExamine, Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def compared(unit: Unit, path: str, variable: str, *, apply: bool) -> Examined:
    """What autogenerate would add, as MIG101. Raises CannotExamine where the database or the configuration isn't there or fails."""
    url = os.environ.get(variable, "")
    place = Place(unit.sources.from_unit(path))
    if not url:
        hint = f'Declare a database in [tool.integrity] needs, or name its variable: url-env = "…". {variable} is looked at now.'
        raise CannotExamine(
            Finding(
                "MIG101", path, f"{variable} is not set, so Alembic has no database to compare with.", hint, (place,)
            )
        )
    try:
        from alembic import command, config  # noqa: PLC0415 - only where the unit has it

        settings = config.Config(os.path.join(unit.folder, path))
        settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        if apply:
            command.upgrade(settings, "head")
        differences, count = _differences(settings)
    except Exception as error:
        raise CannotExamine(_broken(path, place, error, url)) from error
    findings = tuple(_finding(place, each) for each in differences)
    return Examined(count, findings)


def _differences(settings: Any) -> tuple[list[Any], int]:
    """The operations that are missing, and the number of revisions that were applied before."""
    from alembic import autogenerate  # noqa: PLC0415 - only where the unit has it
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory.from_config(settings)
    arguments = {"message": None, "autogenerate": True, "sql": False, "head": "head", "splice": False}
    arguments.update(dict.fromkeys(("branch_label", "version_path", "rev_id", "depends_on")))
    context = autogenerate.RevisionContext(settings, scripts, arguments)

    def compare(revision: Any, migration_context: Any) -> list[Any]:
        context.run_autogenerate(revision, migration_context)
        return []

    with EnvironmentContext(settings, scripts, fn=compare, as_sql=False, template_args=context.template_args):
        scripts.run_env()
    operations = [each for script in context.generated_revisions for each in script.upgrade_ops.as_diffs()]
    return operations, sum(1 for _ in scripts.walk_revisions())


def _finding(place: Place, difference: Any) -> Finding:
    what = _told(difference)
    message = f"The models are ahead of the migrations: {what}. The database will lack it."
    return Finding("MIG101", what, message, 'Run alembic revision --autogenerate -m "…".', (place,))


def _told(difference: Any) -> str:
    """`add_table invoices`, `modify_nullable invoices.number` and such; a list of changes to one column is told together."""
    if isinstance(difference, list):
        return ", ".join(_told(each) for each in difference)
    action, *parts = difference
    names = [part for part in parts if isinstance(part, str)] if action.startswith("modify") else []
    named = [getattr(part, "fullname", None) or getattr(part, "name", None) for part in parts if hasattr(part, "name")]
    if action in {"add_column", "remove_column"}:
        names = [part for part in parts if isinstance(part, str)]
    table = next(
        (getattr(getattr(part, "table", None), "fullname", None) for part in parts if hasattr(part, "table")), None
    )
    words = [str(word) for word in (*names, *([table] if table and not names else []), *named) if word]
    return f"{action} {'.'.join(dict.fromkeys(words))}"


def _broken(path: str, place: Place, error: Exception, url: str) -> Finding:
    text = str(error).strip().split("\n")[0].replace(url, "…")
    password = urlsplit(url).password if "://" in url else None
    if password:
        text = text.replace(password, "…")
    hint = (
        "Apply the migrations first, or let it be done: apply = true."
        if "not up to date" in text
        else "Mend what it says."
    )
    return Finding(
        "MIG101", path, f"Alembic can't compare: {type(error).__name__}: {text.rstrip('.')}.", hint, (place,)
    )
