"""What the service reads from its environment."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import ServiceName
from pydantic import AnyHttpUrl, Field
from settings_kit import RedisSettings, ServiceSettings, TokenSettings


class GatewaySettings(RedisSettings, TokenSettings, ServiceSettings):
    """The service's settings; ``settings_kit.load`` makes them."""

    billing_url: AnyHttpUrl = Field(description="Where billing is.")
    catalog_url: AnyHttpUrl = Field(description="Where catalog is.")
    upstream_timeout_s: float = Field(default=10, gt=0, description="Seconds that a service may take to answer.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port to listen on.")


URL_FIELDS: Mapping[ServiceName, str] = MappingProxyType(
    {ServiceName.BILLING: "billing_url", ServiceName.CATALOG: "catalog_url"}
)
"""The field of the settings that says where a service is."""


def upstream_url(settings: GatewaySettings, service: ServiceName) -> str:
    """Return where ``service`` is, without a slash at the end."""
    return str(getattr(settings, URL_FIELDS[service])).rstrip("/")
