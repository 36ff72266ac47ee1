"""The ways in which people are told."""

import logging
import smtplib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from types import MappingProxyType

from notifications.settings import ChannelName, NotificationSettings

SMTP_TIMEOUT_S = 20

logger = logging.getLogger(__name__)

Channel = Callable[[EmailMessage, NotificationSettings], None]


def send_to_log(mail: EmailMessage, settings: NotificationSettings) -> None:  # noqa: ARG001
    """Log who would be told what, for development."""
    logger.info("to %s: %s", mail["To"], mail["Subject"])


def send_by_smtp(mail: EmailMessage, settings: NotificationSettings) -> None:
    """Hand the mail to the mail server; raise OSError when it does not take it."""
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_TIMEOUT_S) as server:
        server.send_message(mail)


CHANNELS: Mapping[ChannelName, Channel] = MappingProxyType(
    {ChannelName.LOG: send_to_log, ChannelName.SMTP: send_by_smtp}
)
