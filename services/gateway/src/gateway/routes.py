"""The route table: which public path leads to which endpoint, for whom, how often."""

from dataclasses import dataclass
from enum import StrEnum

from contracts import Endpoint, endpoint
from ratelimits import Scope


class Access(StrEnum):
    """Who may take a route."""

    ANYONE = "anyone"
    CLIENT = "client"
    """Whoever has an API key."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way in. ``path`` has the same parameters as the endpoint's."""

    path: str
    endpoint_name: str
    access: Access
    scope: Scope

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint it leads to; its method is the route's, too."""
        return endpoint(self.endpoint_name)


ROUTES: tuple[Route, ...] = (
    Route("/v1/products", "catalog.list_products", Access.ANYONE, Scope.PUBLIC_READ),
    Route("/v1/products/{sku}", "catalog.get_product", Access.ANYONE, Scope.PUBLIC_READ),
    Route("/v1/products", "catalog.add_product", Access.CLIENT, Scope.CLIENT_WRITE),
    Route("/v1/products/{sku}/publish", "catalog.publish_product", Access.CLIENT, Scope.CLIENT_WRITE),
    Route("/v1/products/{sku}/retire", "catalog.retire_product", Access.CLIENT, Scope.CLIENT_WRITE),
    Route("/v1/subscriptions", "billing.list_subscriptions", Access.CLIENT, Scope.CLIENT_READ),
    Route("/v1/subscriptions", "billing.start_subscription", Access.CLIENT, Scope.CLIENT_WRITE),
    Route("/v1/subscriptions/{id}", "billing.get_subscription", Access.CLIENT, Scope.CLIENT_READ),
    Route(
        "/v1/subscriptions/{id}/cancel",
        "billing.cancel_subscription",
        Access.CLIENT,
        Scope.CLIENT_WRITE,
    ),
    Route("/v1/invoices", "billing.list_invoices", Access.CLIENT, Scope.CLIENT_READ),
    Route("/v1/invoices/{number}", "billing.get_invoice", Access.CLIENT, Scope.CLIENT_READ),
    Route("/v1/invoices/{number}/pay", "billing.pay_invoice", Access.CLIENT, Scope.CLIENT_WRITE),
    Route("/v1/invoices/{number}/void", "billing.void_invoice", Access.CLIENT, Scope.CLIENT_WRITE),
)

INTERNAL = frozenset(
    {
        "billing.health",  # asked by whoever keeps billing running
        "catalog.health",
        "catalog.list_events",  # holds addresses; read by notifications
        "gateway.health",  # the gateway's own
    }
)
"""The endpoints that no route leads to, on purpose."""
