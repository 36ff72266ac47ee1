"""The rows of the table that say which files count, where only units that a change can affect are asked for."""

from __future__ import annotations

from integrity.settings.option import ROOT_ONLY, UNIT_ONLY, Option, Type
from integrity.settings.patterns import GLOB

IGNORED_INPUTS = ("**/*.md", "**/*.rst", "docs/**", "LICENSE*", ".gitignore", ".github/CODEOWNERS")
_FILES = (
    "a glob relative to the root, such as \"proto/**\" (no '..', no braces, no '!'); of a folder, all that is below it"
)

CHANGE_OPTIONS: tuple[Option, ...] = (
    Option(
        name="shared-inputs",
        type=Type.STRINGS,
        default=(),
        scopes=ROOT_ONLY,
        pattern=GLOB,
        shape=_FILES,
        example='["proto/**", "compose.yaml"]',
        doc="Globs of files of which a change affects every unit; the root's configuration and lock are among them anyway.",
    ),
    Option(
        name="ignored-inputs",
        type=Type.STRINGS,
        default=IGNORED_INPUTS,
        scopes=ROOT_ONLY,
        pattern=GLOB,
        shape=_FILES,
        example='["**/*.md", "docs/**", "charts/**"]',
        doc="Globs of files outside of all units of which a change affects none; any other file that no unit owns affects every unit.",
    ),
    Option(
        name="extra-inputs",
        type=Type.STRINGS,
        default=(),
        scopes=UNIT_ONLY,
        pattern=GLOB,
        shape=_FILES,
        example='["schemas/billing/**"]',
        doc="Globs of files outside of the unit's folder that it depends on, as it does on those inside.",
    ),
)
