"""Errors as problem documents (RFC 9457), with the codes that all services share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts import ERRORS, ErrorCode, problem
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_framework_handler

from billing.transitions import TransitionError

CODES: Mapping[type[Exception], ErrorCode] = MappingProxyType(
    {
        TransitionError: ErrorCode.STATE_CONFLICT,
        Http404: ErrorCode.NOT_FOUND,
        exceptions.NotFound: ErrorCode.NOT_FOUND,
        exceptions.NotAuthenticated: ErrorCode.UNAUTHENTICATED,
        exceptions.AuthenticationFailed: ErrorCode.UNAUTHENTICATED,
        exceptions.MethodNotAllowed: ErrorCode.METHOD_NOT_ALLOWED,
        exceptions.Throttled: ErrorCode.RATE_LIMITED,
        exceptions.ValidationError: ErrorCode.INVALID_REQUEST,
        exceptions.ParseError: ErrorCode.INVALID_REQUEST,
    }
)
"""The code of each exception that a view may end in. Any other keeps its own answer."""


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer for ``error``, or None when it is a bug and Django shall report it."""
    answer = rest_framework_handler(error, context)
    code = CODES.get(type(error))
    if code is None:
        return answer
    headers = {} if answer is None else answer.headers
    body = problem(code, str(error))
    if isinstance(error, exceptions.ValidationError):
        body |= {"detail": "", "fields": error.detail}
    kept = {name: headers[name] for name in ("Retry-After", "WWW-Authenticate") if name in headers}
    return Response(body, ERRORS[code].status, headers=kept, content_type="application/problem+json")
