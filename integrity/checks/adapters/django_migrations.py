"""Django's migrations against its models, as `makemigrations --check` compares them, but with no database and no question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.adapters.django_models import own_apps
from integrity.checks.adapters.places import place_of, raised_at
from integrity.checks.model import CannotExamine, Examined, Finding

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.model import Place


@dataclass(frozen=True)
class States:
    """The models as migrations make them, and as they are; `graph` is that of the migrations. All are Django's own values.

    `labels` are the apps that are compared, `places` those of models by (app, lower-case name).
    """

    made: Any
    wanted: Any
    graph: Any
    labels: frozenset[str]
    places: dict[tuple[str, str], Place]
    notes: tuple[str, ...] = ()


def states(unit: Unit, labels: tuple[str, ...]) -> States:
    """Load both sides. Raises CannotExamine where the migrations don't load."""
    configs = own_apps(unit, labels)
    from django.apps import apps  # noqa: PLC0415 - only where the unit has it
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415
    from django.db.migrations.state import ProjectState  # noqa: PLC0415

    try:
        loader = MigrationLoader(None, ignore_no_migrations=True)
        made = loader.project_state()
    except Exception as error:
        message = f"The migrations can't be loaded: {type(error).__name__}: {error}."
        raise CannotExamine(
            Finding("MIG101", "migrations", message, "Mend the migration that is named.", raised_at(error, unit))
        ) from error
    migrated = frozenset(config.label for config in configs if config.label in loader.migrated_apps)
    unmigrated = sorted(
        config.label for config in configs if config.label not in migrated and list(config.get_models())
    )
    places = {
        (config.label, model._meta.model_name): place  # noqa: SLF001 - Django's documented API
        for config in configs
        for model in config.get_models(include_auto_created=False)
        if (place := place_of(model, unit)) is not None
    }
    notes = tuple(f"{label} has models, but no migrations." for label in unmigrated)
    return States(made, ProjectState.from_apps(apps), loader.graph, migrated, places, notes)


def judge_states(material: States) -> Examined:
    """MIG101."""
    from django.db.migrations.autodetector import MigrationAutodetector  # noqa: PLC0415 - only where the unit has it
    from django.db.migrations.questioner import MigrationQuestioner  # noqa: PLC0415

    questioner = MigrationQuestioner(defaults={}, specified_apps=frozenset())
    detector = MigrationAutodetector(
        material.made.clone(), material.wanted.clone(), questioner
    )  # it changes what it compares
    changes = detector.changes(graph=material.graph, convert_apps=None)
    operations = [
        (label, operation)
        for label, migrations in sorted(changes.items())
        if label in material.labels
        for migration in migrations
        for operation in migration.operations
    ]
    findings = tuple(_finding(label, operation, material) for label, operation in operations)
    count = sum(1 for label, _ in material.wanted.models if label in material.labels)
    return Examined(count, findings, material.notes)


def spoiled_states(material: States) -> Iterator[States]:
    """Each with one model that has another table."""
    for key, model in sorted(material.wanted.models.items()):
        if (
            key[0] in material.labels
            and key in material.made.models
            and model.options.get("managed", True)
            and not model.options.get("proxy")
        ):
            changed = model.clone()
            changed.options = {**model.options, "db_table": "integrity_spoiled"}
            wanted = material.wanted.clone()
            wanted.models[key] = changed
            yield replace(material, wanted=wanted)
            return


def _finding(label: str, operation: Any, material: States) -> Finding:
    what = operation.describe()
    model = str(getattr(operation, "model_name", "") or getattr(operation, "name", "")).lower()
    place = material.places.get((label, model))
    message = f"The models of {label} are ahead of its migrations: {what}. The database will lack it."
    hint = f"Run python manage.py makemigrations {label}."
    return Finding("MIG101", f"{label}: {what}", message, hint, (place,) if place is not None else ())
