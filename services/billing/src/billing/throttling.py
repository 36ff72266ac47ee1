"""Throttling by scope, where reading and writing are scopes of their own."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

if TYPE_CHECKING:  # rest_framework.views itself imports this module, through the settings
    from rest_framework.views import APIView


class MethodScopedThrottle(ScopedRateThrottle):
    """Counts safe methods under a view's ``read_scope``, and others under its ``write_scope``."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Tell whether the request is within the rate of its scope."""
        self.scope_attr = "read_scope" if request.method in SAFE_METHODS else "write_scope"
        return super().allow_request(request, view)
