"""The kinds of backing services that ship: one entry each, nothing about them elsewhere but a protocol's probe and a tenant's recipe."""

from __future__ import annotations

from integrity.model.need import Isolation, Kind, Ready, ReadyBy


def _speaks(protocol: str) -> Ready:
    return Ready(by=ReadyBy.PROTOCOL, text=protocol)


_POSTGRES = Kind(
    name="postgres",
    image="postgres:17",
    port=5432,
    ready=_speaks("postgres"),
    url="postgresql://{user}:{password}@{host}:{port}/{database}",
    variables={
        "DATABASE_URL": "{url}",
        "PGHOST": "{host}",
        "PGPORT": "{port}",
        "PGUSER": "{user}",
        "PGPASSWORD": "{password}",
        "PGDATABASE": "{database}",
    },
    environment={
        "POSTGRES_USER": "{user}",
        "POSTGRES_PASSWORD": "{password}",
        "POSTGRES_INITDB_ARGS": "--no-sync",
    },
    command=("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
    tenant="postgres",
    isolation=Isolation.SHARED,
    memory="1g",
)
_MYSQL = Kind(
    name="mysql",
    image="mysql:8.4",
    port=3306,
    ready=_speaks("mysql"),
    url="mysql://{user}:{password}@{host}:{port}/{database}",
    variables={
        "DATABASE_URL": "{url}",
        "MYSQL_HOST": "{host}",
        "MYSQL_PORT": "{port}",
        "MYSQL_USER": "{user}",
        "MYSQL_PASSWORD": "{password}",
        "MYSQL_DATABASE": "{database}",
    },
    environment={"MYSQL_ROOT_PASSWORD": "{password}", "MYSQL_ROOT_HOST": "%"},
    tenant="mysql",
    isolation=Isolation.SHARED,
    memory="1g",
)
_MARIADB = Kind(
    name="mariadb",
    image="mariadb:11",
    port=_MYSQL.port,
    ready=_MYSQL.ready,
    url=_MYSQL.url,
    variables=_MYSQL.variables,
    environment={"MARIADB_ROOT_PASSWORD": "{password}"},
    tenant=_MYSQL.tenant,
    isolation=_MYSQL.isolation,
    memory=_MYSQL.memory,
)
_REDIS = Kind(
    name="redis",
    image="redis:7",
    port=6379,
    ready=_speaks("redis"),
    url="redis://{user}:{password}@{host}:{port}/{database}",
    variables={"REDIS_URL": "{url}"},
    command=("--save", "", "--appendonly", "no", "--databases", "256"),
    tenant="redis",
    memory="256m",
)
_VALKEY = Kind(
    name="valkey",
    image="valkey/valkey:8",
    port=_REDIS.port,
    ready=_REDIS.ready,
    url=_REDIS.url,
    variables={"REDIS_URL": "{url}", "VALKEY_URL": "{url}"},
    command=_REDIS.command,
    tenant=_REDIS.tenant,
    memory=_REDIS.memory,
)
_RABBITMQ = Kind(
    name="rabbitmq",
    image="rabbitmq:4-management",
    port=5672,
    ready=_speaks("amqp"),
    url="amqp://{user}:{password}@{host}:{port}/{database}",
    variables={"AMQP_URL": "{url}", "RABBITMQ_URL": "{url}"},
    environment={"RABBITMQ_DEFAULT_USER": "{user}", "RABBITMQ_DEFAULT_PASS": "{password}"},
    tenant="rabbitmq",
    isolation=Isolation.SHARED,
)
_NATS = Kind(
    name="nats",
    image="nats:2",
    port=4222,
    ready=_speaks("nats"),
    url="nats://{host}:{port}",
    variables={"NATS_URL": "{url}"},
    memory="256m",
)
_MEMCACHED = Kind(
    name="memcached",
    image="memcached:1",
    port=11211,
    ready=_speaks("memcached"),
    url="{host}:{port}",
    variables={"MEMCACHED_URL": "{url}", "MEMCACHED_HOST": "{host}", "MEMCACHED_PORT": "{port}"},
    memory="128m",
)

KINDS = {kind.name: kind for kind in (_POSTGRES, _MYSQL, _MARIADB, _REDIS, _VALKEY, _RABBITMQ, _NATS, _MEMCACHED)}
