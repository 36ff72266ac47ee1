"""How often a caller may do what: the values, by scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contracts import ServiceName

from ratelimits.rates import Rate, parse_rate


class Scope(StrEnum):
    """A group of operations that share a limit. Counters are stored under these values."""

    PUBLIC_READ = "public-read"
    CLIENT_READ = "client-read"
    CLIENT_WRITE = "client-write"
    BILLING_READ = "billing-read"
    BILLING_WRITE = "billing-write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A short-term and a long-term rate, both of which hold, and the service enforcing them."""

    enforced_by: ServiceName
    burst: Rate
    sustained: Rate


def _limit(enforced_by: ServiceName, burst: str, sustained: str) -> Limit:
    return Limit(enforced_by=enforced_by, burst=parse_rate(burst), sustained=parse_rate(sustained))


LIMITS: Mapping[Scope, Limit] = MappingProxyType(
    {
        Scope.PUBLIC_READ: _limit(ServiceName.GATEWAY, "20/second", "600/minute"),
        Scope.CLIENT_READ: _limit(ServiceName.GATEWAY, "50/second", "1500/minute"),
        Scope.CLIENT_WRITE: _limit(ServiceName.GATEWAY, "30/minute", "500/hour"),
        Scope.BILLING_READ: _limit(ServiceName.BILLING, "200/second", "6000/minute"),
        Scope.BILLING_WRITE: _limit(ServiceName.BILLING, "50/second", "1200/minute"),
    }
)


def limit_of(scope: Scope) -> Limit:
    """Return the limit of ``scope``."""
    return LIMITS[scope]


def drf_rates(service: ServiceName) -> dict[str, str]:
    """Return the sustained rates of a service as ``DEFAULT_THROTTLE_RATES`` wants them."""
    return {scope.value: str(limit.sustained) for scope, limit in LIMITS.items() if limit.enforced_by == service}
