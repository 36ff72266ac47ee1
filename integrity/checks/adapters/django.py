"""Django: setting it up, once, as the unit's own settings say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from integrity.checks.adapters.places import raised_at
from integrity.checks.model import CannotExamine, Finding
from integrity.checks.targets import RAISED

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.model import Place


def set_up(unit: Unit) -> None:
    """Populate the registry of apps. Raises CannotExamine (APP104) where Django or its settings are not there or fail."""
    try:
        import django  # noqa: PLC0415 - only where the unit has it
        from django.apps import apps  # noqa: PLC0415
        from django.conf import settings  # noqa: PLC0415
    except ImportError as error:
        raise CannotExamine(
            _finding("Django can't be imported in this env", error, "Add django to the unit's dependencies.")
        ) from error
    if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
        hint = 'Set it: [tool.integrity.env] DJANGO_SETTINGS_MODULE = "….settings".'
        raise CannotExamine(_finding("DJANGO_SETTINGS_MODULE is not set", None, hint))
    if apps.ready:
        return
    try:
        django.setup()
    except RAISED as error:
        raise CannotExamine(
            _finding("Django's setup fails", error, "Mend what it says.", raised_at(error, unit))
        ) from error


def _finding(what: str, error: BaseException | None, hint: str, places: tuple[Place, ...] = ()) -> Finding:
    why = f": {type(error).__name__}: {error}" if error is not None else ""
    return Finding("APP104", os.environ.get("DJANGO_SETTINGS_MODULE", "settings"), f"{what}{why}.", hint, places)
