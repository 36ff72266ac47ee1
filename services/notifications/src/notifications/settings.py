"""What the service reads from its environment."""

from enum import StrEnum
from functools import cache

from contracts import ServiceName
from pydantic import AnyHttpUrl, EmailStr, Field
from settings_kit import RedisSettings, ServiceSettings, TokenSettings, load


class ChannelName(StrEnum):
    """How people are told."""

    LOG = "log"
    SMTP = "smtp"


class NotificationSettings(RedisSettings, TokenSettings, ServiceSettings):
    """The service's settings."""

    catalog_url: AnyHttpUrl = Field(description="Where catalog is, for its feed.")
    sender: EmailStr = Field(description="The address that mail comes from.")
    channel: ChannelName = Field(default=ChannelName.LOG, description="How people are told.")
    smtp_host: str = Field(default="localhost", description="The mail server.")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="The mail server's port.")


@cache
def current_settings() -> NotificationSettings:
    """Return the settings of this process, read from the environment at the first call."""
    return load(NotificationSettings, ServiceName.NOTIFICATIONS)
