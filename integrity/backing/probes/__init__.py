"""One probe for each protocol: a short talk with a server, from where its units will connect, that only a ready one can hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from integrity.backing.probes.amqp import probe_amqp
from integrity.backing.probes.memcached import probe_memcached
from integrity.backing.probes.mysql import probe_mysql
from integrity.backing.probes.nats import probe_nats
from integrity.backing.probes.postgres import probe_postgres
from integrity.backing.probes.redis import probe_redis
from integrity.backing.server import Account, Endpoint

Probe = Callable[[Endpoint, Account], Awaitable[str]]
"""The version that the server tells, empty when it tells none. Raises NotReadyError, OSError or EOFError while it isn't ready."""

PROBES: Mapping[str, Probe] = {
    "postgres": probe_postgres,
    "mysql": probe_mysql,
    "redis": probe_redis,
    "amqp": probe_amqp,
    "nats": probe_nats,
    "memcached": probe_memcached,
}
