"""The HTTP endpoints that a service promises to the others.

The service that serves an endpoint and the gateway that routes to it both check themselves
against this table, so neither can drift alone.
"""

from dataclasses import dataclass
from enum import StrEnum


class ServiceName(StrEnum):
    """A service of this monorepo, by the name of its folder."""

    BILLING = "billing"
    CATALOG = "catalog"
    GATEWAY = "gateway"
    NOTIFICATIONS = "notifications"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation. ``path`` holds parameters as ``{name}`` and has no trailing slash."""

    name: str
    service: ServiceName
    method: str
    path: str


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("billing.health", ServiceName.BILLING, "GET", "/health"),
    Endpoint("billing.list_subscriptions", ServiceName.BILLING, "GET", "/subscriptions"),
    Endpoint("billing.start_subscription", ServiceName.BILLING, "POST", "/subscriptions"),
    Endpoint("billing.get_subscription", ServiceName.BILLING, "GET", "/subscriptions/{id}"),
    Endpoint("billing.cancel_subscription", ServiceName.BILLING, "POST", "/subscriptions/{id}/cancel"),
    Endpoint("billing.list_invoices", ServiceName.BILLING, "GET", "/invoices"),
    Endpoint("billing.get_invoice", ServiceName.BILLING, "GET", "/invoices/{number}"),
    Endpoint("billing.pay_invoice", ServiceName.BILLING, "POST", "/invoices/{number}/pay"),
    Endpoint("billing.void_invoice", ServiceName.BILLING, "POST", "/invoices/{number}/void"),
    Endpoint("catalog.health", ServiceName.CATALOG, "GET", "/health"),
    Endpoint("catalog.list_products", ServiceName.CATALOG, "GET", "/products"),
    Endpoint("catalog.add_product", ServiceName.CATALOG, "POST", "/products"),
    Endpoint("catalog.get_product", ServiceName.CATALOG, "GET", "/products/{sku}"),
    Endpoint("catalog.publish_product", ServiceName.CATALOG, "POST", "/products/{sku}/publish"),
    Endpoint("catalog.retire_product", ServiceName.CATALOG, "POST", "/products/{sku}/retire"),
    Endpoint("catalog.list_events", ServiceName.CATALOG, "GET", "/events"),
    Endpoint("gateway.health", ServiceName.GATEWAY, "GET", "/health"),
)


def endpoint(name: str) -> Endpoint:
    """Return the endpoint of that name; raise LookupError when no service promises it."""
    for candidate in ENDPOINTS:
        if candidate.name == name:
            return candidate
    raise LookupError(f"no service promises an endpoint named {name!r}")
