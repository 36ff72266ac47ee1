"""The codes and configuration keys of services: what has to answer while the tests run."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("DB101", "no-connection", "A database does not answer a query", is_static=False),
    Code("DB102", "unapplied-migration", "A database lacks migrations that the code has", is_static=False),
    Code("DB103", "old-server", "A database server is older than the unit needs", is_static=False),
    Code("SVC101", "unreachable", "Nothing accepts connections at an address", is_static=False),
    Code("SVC102", "no-pong", "A Redis does not answer PING", is_static=False),
    Code("SVC103", "no-handshake", "A message broker does not open a connection", is_static=False),
    Code("SVC104", "unhealthy", "An HTTP service does not answer as it should", is_static=False),
    Code("SVC105", "no-worker", "No Celery worker answers", is_static=False),
)

KINDS = ("postgres", "mysql", "redis", "amqp", "http", "tcp", "celery")
POLICIES = ("required", "optional", "off")

KEYS: tuple[Key, ...] = (
    Key("kind", "choice", "What it is, and so how it is asked.", '"postgres"', choices=KINDS, required=True),
    Key(
        "url-env",
        "text",
        "The variable that holds its URL; by default DATABASE_URL, REDIS_URL or AMQP_URL, by its kind.",
        '"DATABASE_URL"',
    ),
    Key(
        "policy",
        "profiled",
        "Whether it has to be there: `required`, `optional` (what is not there is skipped, and shown as that) or `off`; or a table"
        " with one of these for `ci` (where the variable CI is set) and for `local`.",
        '{ ci = "required", local = "optional" }',
        choices=POLICIES,
        default="required",
    ),
    Key("timeout", "number", "How many seconds it has for its answer, all attempts together.", "2", default=3),
    Key(
        "connection",
        "text",
        "For databases, instead of a URL: an alias of Django's DATABASES, or the place of a SQLAlchemy engine.",
        '"default"',
    ),
    Key("min-version", "text", "For databases: the oldest version of the server that will do.", '"15"'),
    Key(
        "migrations",
        "text",
        'For databases: all migrations have to be applied; "django", an Alembic ini file, or the place of an Alembic Config.',
        '"alembic.ini"',
    ),
    Key("path", "text", "For http: what is asked for, below the URL.", '"/health"'),
    Key("status", "number", "For http: the only status that will do; by default any from 200 to 299.", "204"),
    Key("json", "object", "For http: what the JSON answer has to hold; it may hold more.", '{ status = "ok" }'),
    Key("app", "target", "For celery: the app whose workers are asked.", '"billing.celery:app"'),
)
