"""The options about backing services."""

from __future__ import annotations

from integrity.settings.option import BOTH, ROOT_ONLY, UNIT_ONLY, Option, Type
from integrity.settings.patterns import IMAGE_PREFIX, NAME, OWN_KIND_NAME, SHORT_NEED
from integrity.settings.service_keys import KIND_KEYS, NAME_SHAPE, NEED_KEYS, SERVE_KEYS

SERVICE_OPTIONS = (
    Option(
        name="needs",
        type=Type.NEEDS,
        default=(),
        scopes=UNIT_ONLY,
        pattern=SHORT_NEED,
        shape='a kind, with a tag or without one, such as "postgres:17", or "unit:" and the name of a unit',
        keys=NEED_KEYS,
        example='["postgres:17", "redis", "unit:billing"]',
        doc="The backing services that the unit's tests need running: short forms, or a table of them by names of your own.",
    ),
    Option(
        name="serve",
        type=Type.SERVE,
        default={},
        scopes=UNIT_ONLY,
        pattern=NAME,
        shape=NAME_SHAPE,
        keys=SERVE_KEYS,
        required=("command",),
        example='{ command = "uvicorn billing.asgi:app --port {port}", ready = { http = "/health" }, env-var = "BILLING_URL" }',
        doc="How the unit itself runs, so that it can be tested live: one process, or a table of processes by name.",
    ),
    Option(
        name="kinds",
        type=Type.KINDS,
        default={},
        scopes=ROOT_ONLY,
        pattern=OWN_KIND_NAME,
        shape=NAME_SHAPE,
        keys=KIND_KEYS,
        required=("image", "port", "ready"),
        example='{ search = { image = "opensearchproject/opensearch:3", port = 9200, ready = { http = "/" }, url = "http://{host}:{port}", env-var = "SEARCH_URL" } }',
        doc="Kinds of backing services beside those that ship; units name them as they name those.",
    ),
    Option(
        name="service-timeout",
        type=Type.SECONDS,
        default=120.0,
        scopes=BOTH,
        variable="INTEGRITY_SERVICE_TIMEOUT",
        example="300",
        doc="Seconds until a backing service is ready, its image not counted; a need's own `timeout` wins.",
    ),
    Option(
        name="provider",
        type=Type.CHOICE,
        default="auto",
        scopes=ROOT_ONLY,
        choices=("auto", "docker", "embedded", "external"),
        variable="INTEGRITY_SERVICES",
        flag="--services",
        example='"embedded"',
        doc="Who provides backing services: given URLs, Docker, servers of this machine; auto takes the first of these that can.",
    ),
    Option(
        name="keep",
        type=Type.BOOLEAN,
        default=False,
        flag="--keep",
        doc="Leave the backing services and databases of this run running, to look into them.",
    ),
    Option(
        name="allow-remote",
        type=Type.BOOLEAN,
        default=False,
        scopes=ROOT_ONLY,
        variable="INTEGRITY_ALLOW_REMOTE",
        example="true",
        doc="Let a given URL lead to another machine.",
    ),
    Option(
        name="image-prefix",
        type=Type.TEXT,
        default="",
        scopes=ROOT_ONLY,
        variable="INTEGRITY_IMAGE_PREFIX",
        pattern=IMAGE_PREFIX,
        shape="a registry, with a path or without one, that ends with '/'",
        example='"mirror.example/hub/"',
        doc="What is put before the name of each image, for a mirror of the registry.",
    ),
)
