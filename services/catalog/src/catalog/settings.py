"""What the service reads from its environment."""

from pydantic import Field
from settings_kit import PostgresSettings, ServiceSettings, TokenSettings


class CatalogSettings(PostgresSettings, TokenSettings, ServiceSettings):
    """The service's settings; ``settings_kit.load`` makes them."""

    page_size: int = Field(default=50, ge=1, le=500, description="Entries on one page of products or events.")
