"""django-environ and environs: `env = Env(DEBUG=(bool, False))`, then `env("DEBUG")`, `env.str("NAME", default="x")`."""

from __future__ import annotations

from integrity.checks.adapters.library import Library

_TYPED = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "decimal": "number",
    "json": "json",
    "url": "url",
    **dict.fromkeys(
        ("str", "unicode", "bytes", "list", "tuple", "dict", "path", "log_level", "date", "datetime", "time"), ""
    ),
    **dict.fromkeys(("timedelta", "uuid", "enum", "get_value"), ""),
}
URLS = {
    **dict.fromkeys(("db", "db_url"), "DATABASE_URL"),
    **dict.fromkeys(("cache", "cache_url"), "CACHE_URL"),
    **dict.fromkeys(("email", "email_url"), "EMAIL_URL"),
    **dict.fromkeys(("channels", "channels_url"), "CHANNELS_URL"),
    "search_url": "SEARCH_URL",
}
DJANGO_ENVIRON = Library(
    mark=b"environ",
    constructors=frozenset({"environ.Env", "environ.FileAwareEnv", "environ.environ.Env"}),
    methods={**_TYPED, **dict.fromkeys(URLS, "")},
    usual=URLS,
    default=2,
    cast=1,
)
ENVIRONS = Library(
    mark=b"environs",
    constructors=frozenset({"environs.Env", "environs.FileAwareEnv"}),
    objects=frozenset({"environs.env"}),
    methods={**_TYPED, "dj_db_url": "url", "dj_email_url": "url", "dj_cache_url": "url"},
    default=1,
    prefix="prefix",
)
