"""The keys of the tables that options about backing services are: of a need, a kind, a process that is served, and `ready`."""

from __future__ import annotations

from integrity.model.need import Isolation, Pull
from integrity.settings.option import Option, Type
from integrity.settings.patterns import (
    COMMAND_LINE,
    ENVIRONMENT_NAME,
    FILE,
    GIVEN_URL,
    HTTP_PATH,
    IMAGE,
    MEMORY,
    NAME,
    NO_NUL,
    NOT_EMPTY,
    PROCESS_PLACEHOLDERS,
    SERVER_PLACEHOLDERS,
    UNIT_SELECTOR,
    URL_PLACEHOLDERS,
    VARIABLE_NAME,
)

NAME_SHAPE = "a name: letters, digits, '-' and '_', starting with a letter"
_VARIABLE_SHAPE = "a variable's name: letters, digits and '_', not starting with a digit"
_PATH = Option(
    name="http",
    type=Type.TEXT,
    pattern=HTTP_PATH,
    shape='a path that starts with "/"',
    example='"/health"',
    doc="A GET of this path is answered with a status from 200 to 399.",
)
_LINE = Option(
    name="log",
    type=Type.REGEX,
    pattern=NOT_EMPTY,
    example='"started on port"',
    doc="A line of its log matches this regular expression.",
)
READY_KEYS = (
    _PATH,
    Option(
        name="tcp",
        type=Type.PORT,
        example="9092",
        doc="This port of the container accepts connections; behind Docker's proxy that proves little.",
    ),
    _LINE,
    Option(
        name="exec",
        type=Type.COMMAND,
        pattern=NO_NUL,
        example='["mongosh", "--quiet", "--eval", "db.hello()"]',
        doc="This command, run inside of the container, ends with exit code 0.",
    ),
    Option(name="health", type=Type.TRUE, example="true", doc="The image's own health check says that it is healthy."),
    Option(
        name="port",
        type=Type.PORT,
        example="9644",
        doc="The port of the container that `http` asks, where it isn't the server's own.",
    ),
)
_VARIABLE = Option(
    name="env-var",
    type=Type.TEXT,
    pattern=VARIABLE_NAME,
    shape=_VARIABLE_SHAPE,
    example='"SEARCH_URL"',
    doc="The variable in which the tests get its URL, in the place of the kind's own for it.",
)
_URL = Option(
    name="url",
    type=Type.TEXT,
    pattern=NOT_EMPTY,
    placeholders=URL_PLACEHOLDERS,
    shape="a URL, with placeholders",
    example='"http://{host}:{port}"',
    doc="How its URL is made; needed where a variable holds `{url}`.",
)
_SERVER_KEYS = (
    Option(
        name="image",
        type=Type.TEXT,
        pattern=IMAGE,
        shape="an image with its tag or digest",
        example='"postgres:17-alpine"',
        doc="The image, with a tag, a digest or both.",
    ),
    Option(
        name="port",
        type=Type.PORT,
        example="9200",
        doc="The port on which the server listens inside of its container.",
    ),
    Option(
        name="ready",
        type=Type.READY,
        keys=READY_KEYS,
        example='{ http = "/health" }',
        doc="How it is seen that the server is ready.",
    ),
    _URL,
    _VARIABLE,
    Option(
        name="env",
        type=Type.MAPPING,
        pattern=VARIABLE_NAME,
        placeholders=SERVER_PLACEHOLDERS,
        shape=_VARIABLE_SHAPE,
        example='{ SEARCH_HOST = "{host}:{port}" }',
        doc="Variables that the tests get, with placeholders; they are added to the kind's own and win over them.",
    ),
    Option(
        name="environment",
        type=Type.MAPPING,
        pattern=ENVIRONMENT_NAME,
        placeholders=SERVER_PLACEHOLDERS,
        shape="a variable's name, without '=' and spaces",
        example='{ "discovery.type" = "single-node" }',
        doc="Variables of the container itself, with placeholders; they are added to the kind's own and win over them.",
    ),
    Option(
        name="command",
        type=Type.COMMAND,
        placeholders=SERVER_PLACEHOLDERS,
        example='"-c max_connections=200"',
        doc="Arguments that the container gets in the place of the kind's own, with placeholders.",
    ),
    Option(
        name="isolation",
        type=Type.CHOICE,
        choices=tuple(Isolation),
        example='"server"',
        doc='"server" is a server that no other unit has, "shared" a part of one that several have; the kind says what holds otherwise.',
    ),
    Option(
        name="memory",
        type=Type.TEXT,
        pattern=MEMORY,
        shape='megabytes or gigabytes, such as "512m" or "2g"',
        example='"512m"',
        doc="The most memory that the container may use; the kind says what holds otherwise.",
    ),
)
KIND_KEYS = _SERVER_KEYS
NEED_KEYS = (
    Option(
        name="kind",
        type=Type.TEXT,
        pattern=NAME,
        shape=NAME_SHAPE,
        example='"postgres"',
        doc="The kind; without it the key is the kind, where it is the name of one.",
    ),
    Option(
        name="unit",
        type=Type.TEXT,
        pattern=UNIT_SELECTOR,
        shape="the name or path of a unit",
        example='"billing"',
        doc="The unit whose live server is needed; beside it only `env-var`, `env` and `timeout` say something.",
    ),
    Option(
        name="external",
        type=Type.TEXT,
        pattern=GIVEN_URL,
        hidden=True,
        shape='a URL such as "postgresql://user@127.0.0.1/postgres", or "host:port"',
        example='"redis://127.0.0.1:6379"',
        doc="The URL of a server that runs already, and is neither started nor stopped.",
    ),
    *_SERVER_KEYS,
    Option(
        name="init",
        type=Type.PATHS,
        pattern=FILE,
        shape="a file or folder of the repository, relative to the unit's folder",
        single=True,
        filled=True,
        example='["db/schema.sql"]',
        doc="SQL that the unit's database holds from the start: files, or folders of them, in this order.",
    ),
    Option(
        name="timeout",
        type=Type.SECONDS,
        example="60",
        doc="Seconds until it is ready; `service-timeout` says what holds otherwise.",
    ),
    Option(
        name="pull",
        type=Type.CHOICE,
        choices=tuple(Pull),
        default="missing",
        example='"never"',
        doc="When the image is pulled.",
    ),
)
SERVE_KEYS = (
    Option(
        name="command",
        type=Type.COMMAND,
        placeholders=PROCESS_PLACEHOLDERS,
        example='"uvicorn billing.asgi:app --port {port}"',
        doc="What is run in the unit's own env; `{port}` is a free port on loopback.",
    ),
    Option(
        name="before",
        type=Type.STRINGS,
        pattern=COMMAND_LINE,
        placeholders=PROCESS_PLACEHOLDERS,
        single=True,
        filled=True,
        shape="a command, its quotes closed",
        example='"python manage.py migrate --noinput"',
        doc="Commands that are run to their ends before it, in this order.",
    ),
    Option(
        name="ready",
        type=Type.READY,
        keys=(_PATH, _LINE),
        example='{ http = "/health" }',
        doc="How it is seen that it is ready; without it, its port accepts connections. A command without `{port}` needs `log`.",
    ),
    Option(
        name="env-var",
        type=Type.TEXT,
        pattern=VARIABLE_NAME,
        shape=_VARIABLE_SHAPE,
        example='"BILLING_URL"',
        doc="The variable in which the tests, and units that need this one, get its URL.",
    ),
    Option(
        name="url",
        type=Type.TEXT,
        default="http://{host}:{port}",
        pattern=NOT_EMPTY,
        placeholders=PROCESS_PLACEHOLDERS,
        shape="a URL, with placeholders",
        example='"http://{host}:{port}/api"',
        doc="How its URL is made.",
    ),
    Option(name="timeout", type=Type.SECONDS, default=60.0, example="20", doc="Seconds until it is ready."),
)
