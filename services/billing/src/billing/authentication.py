"""Services know each other by a shared bearer token; people never call this service."""

import hmac
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


@dataclass(frozen=True, slots=True)
class CallingService:
    """The caller of a request, in the shape that REST Framework expects of a user."""

    pk: str = "service"
    is_authenticated: ClassVar[bool] = True


class ServiceTokenAuthentication(BaseAuthentication):
    """Accepts ``Authorization: Bearer`` with the token of this deployment."""

    def authenticate(self, request: Request) -> tuple[CallingService, None] | None:
        """Return the caller, or None when no credentials are given."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if not hmac.compare_digest(token.encode(), settings.SERVICE_TOKEN.encode()):
            raise AuthenticationFailed
        return CallingService(), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - REST Framework's
        """Return the challenge; without it REST Framework answers 403 instead of 401."""
        return "Bearer"
