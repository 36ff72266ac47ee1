"""The codes and configuration keys of registries."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("REG001", "empty-registry", "A registry has no entries"),
    Code("REG002", "unresolvable-target", "What a declaration points at is not there or can't be imported"),
    Code(
        "REG003", "view-mismatch", "A registry's sources and its runtime object hold different entries", is_static=False
    ),
    Code("REG101", "duplicate-key", "A key stands more than once", is_automatic=True),
    Code("REG102", "duplicate-value", "Two entries have the same value where each needs its own"),
    Code("REG103", "case-collision", "Two keys differ only in upper and lower case"),
    Code("REG104", "normalised-collision", "Two keys differ only in separators or in how Unicode writes them"),
    Code("REG105", "confusable", "A key has letters of another script that look like its own"),
    Code("REG106", "silent-override", "A merge replaces an entry without saying so"),
    Code("REG110", "missing-entry", "A registry lacks an entry that another one has"),
    Code("REG111", "unknown-entry", "A registry has an entry that another one does not allow"),
    Code("REG120", "bad-field", "A field of an entry is missing, misspelt or not what it has to be"),
    Code("REG121", "relation", "Two fields of an entry contradict each other"),
    Code("REG130", "bad-reference", "An entry points at something that is not there"),
    Code("REG140", "unregistered-member", "A class, function or file was never registered"),
    Code("REG150", "order", "The entries are not in their order", level="warning"),
    Code("REG160", "expired-entry", "An entry is past its date"),
    Code("REG161", "missing-owner", "An entry names no owner"),
    Code(
        "REG170",
        "hand-copied-literal",
        "A registry's keys are copied by hand elsewhere",
        level="warning",
        is_opt_in=True,
    ),
    Code("REG190", "own-check", "An entry fails a check of the unit's own tests", is_static=False, is_opt_in=True),
)

_RELATED = "the name of another registry, a target, a list of keys, or a table with of, by and ignore"
_FIELD = (
    Key(
        "type",
        "choice",
        "What kind of value it is.",
        '"number"',
        choices=("text", "number", "integer", "boolean", "list", "table", "date", "callable"),
    ),
    Key("optional", "boolean", "Whether an entry may lack it; by default a field with a rule has to be there.", "true"),
    Key("choices", "any", "The values that it may have, as a list.", '["card", "invoice"]'),
    Key("min", "number", "The smallest number, or the shortest length of a text or list.", "0"),
    Key("max", "number", "The largest number, or the longest length of a text or list.", "3600"),
    Key("matches", "text", "A regular expression for the whole text.", '"[a-z_]+"'),
)
_DEFINITIONS = ("subclasses-of", "decorated-by", "classes")
_MEMBERS = (
    Key(
        "subclasses-of",
        "target",
        "The base class: each subclass in the unit has to be registered.",
        '"billing.base:Handler"',
    ),
    Key(
        "decorated-by",
        "target",
        "The decorator: each class or function that wears it has to be registered.",
        '"billing.base:handler"',
    ),
    Key("classes", "text", "Classes whose name matches this pattern.", '"*View"'),
    Key(
        "files",
        "text",
        "Files that match this glob, relative to the unit; known by their name without suffix.",
        '"handlers/*.py"',
    ),
    Key(
        "within",
        "text",
        "Only classes and functions of this package or module.",
        '"billing.handlers"',
        beside=_DEFINITIONS,
    ),
    Key(
        "by",
        "text",
        "The class attribute that holds the key; without it, the class itself or its name is looked for.",
        '"name"',
        beside=_DEFINITIONS,
    ),
    Key(
        "ignore",
        "texts",
        "Names, or patterns of names, that need no registration; each has to keep one back.",
        '["Legacy*"]',
    ),
)

KEYS: tuple[Key, ...] = (
    Key("target", "target", "The registry: an object, or a function that makes it.", '"billing.plans:PLANS"'),
    Key(
        "file", "text", "The registry is a JSON, YAML, TOML or .env file, relative to the unit.", '"config/limits.yaml"'
    ),
    Key("at", "text", "The path of keys to the registry inside the file.", '"limits.models"', beside=("file",)),
    Key(
        "decorator",
        "target",
        "The decorator or function that registers; each of its uses is an entry.",
        '"billing.handlers:register"',
    ),
    Key("key", "text", "The field that is the key, for a list of tables or objects.", '"name"'),
    Key(
        "populate",
        "target",
        "A function that fills the registry; it is called before the registry is looked at.",
        '"billing.plugins:load_all"',
        beside=("target",),
    ),
    Key(
        "view",
        "choice",
        "Which of its two views is examined.",
        '"runtime"',
        choices=("both", "source", "runtime"),
        beside=("target",),
    ),
    Key("allow-empty", "boolean", "Whether no entries are fine.", "true"),
    Key(
        "allow-aliases",
        "texts",
        "Enum members that are meant to be a second name of another; one that is none is stale.",
        '["LEGACY"]',
    ),
    Key(
        "unique",
        "texts",
        "Fields whose value no two entries may share; `value` is the whole value.",
        '["label", "port"]',
    ),
    Key("overrides", "texts", "The only keys that a merge may replace; an empty list for none.", '["default"]'),
    Key("covers", "any", f"Each entry of the other has one here: {_RELATED}.", '"models"'),
    Key("within", "any", f"Each entry here is one of the other: {_RELATED}.", '"models"'),
    Key("equals", "any", f"Both hold the same entries: {_RELATED}.", '"models"'),
    Key("disjoint", "any", f"No entry stands in both: {_RELATED}.", '"retired_plans"'),
    Key("required", "texts", "Fields that each entry has.", '["price", "currency"]'),
    Key(
        "fields",
        "named",
        "Rules for fields, by name.",
        '{ price = { type = "number", min = 0 } }',
        keys=_FIELD,
        short="type",
    ),
    Key("relations", "texts", "Comparisons between fields that hold in each entry.", '["min_delay <= max_delay"]'),
    Key(
        "references",
        "mapping",
        "What fields point at: `object`, `callable`, `class`, `file`, `file:FOLDER`, or the name of a registry; "
        "`key` and `value` are the entry's own.",
        '{ handler = "callable", queue = "queues" }',
    ),
    Key(
        "members",
        "table",
        "What has to be registered here.",
        '{ subclasses-of = "billing.base:Handler" }',
        keys=_MEMBERS,
    ),
    Key(
        "order",
        "text",
        "What the entries are sorted by: `key` or a field, with a `-` before it for descending.",
        '"key"',
    ),
    Key("expires", "text", "The field with the date after which an entry has to go.", '"remove_after"'),
    Key(
        "expires-warning-days",
        "number",
        "How many days before that date the warning begins; 0 for none.",
        "30",
        beside=("expires",),
    ),
    Key("owner", "text", "The field that names an owner.", '"owner"'),
    Key("no-copies", "boolean", "Look for the same keys, written again by hand, in other modules.", "true"),
)
