"""Error codes and the problem documents (RFC 9457) that carry them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType


class ErrorCode(StrEnum):
    """Why a request was refused. Clients switch on these values."""

    INVALID_REQUEST = "invalid-request"
    UNAUTHENTICATED = "unauthenticated"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    STATE_CONFLICT = "state-conflict"
    ALREADY_EXISTS = "already-exists"
    RATE_LIMITED = "rate-limited"
    UPSTREAM_UNAVAILABLE = "upstream-unavailable"
    DATABASE_UNAVAILABLE = "database-unavailable"
    BROKER_UNAVAILABLE = "broker-unavailable"


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """How a code is answered: the HTTP status and a title for people."""

    status: HTTPStatus
    title: str


ERRORS: Mapping[ErrorCode, ErrorSpec] = MappingProxyType(
    {
        ErrorCode.INVALID_REQUEST: ErrorSpec(HTTPStatus.BAD_REQUEST, "Invalid request"),
        ErrorCode.UNAUTHENTICATED: ErrorSpec(HTTPStatus.UNAUTHORIZED, "Not authenticated"),
        ErrorCode.NOT_FOUND: ErrorSpec(HTTPStatus.NOT_FOUND, "Not found"),
        ErrorCode.METHOD_NOT_ALLOWED: ErrorSpec(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed"),
        ErrorCode.STATE_CONFLICT: ErrorSpec(HTTPStatus.CONFLICT, "Not possible in this state"),
        ErrorCode.ALREADY_EXISTS: ErrorSpec(HTTPStatus.CONFLICT, "Exists already"),
        ErrorCode.RATE_LIMITED: ErrorSpec(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"),
        ErrorCode.UPSTREAM_UNAVAILABLE: ErrorSpec(HTTPStatus.BAD_GATEWAY, "A service behind this one does not answer"),
        ErrorCode.DATABASE_UNAVAILABLE: ErrorSpec(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer"),
        ErrorCode.BROKER_UNAVAILABLE: ErrorSpec(HTTPStatus.SERVICE_UNAVAILABLE, "The message broker does not answer"),
    }
)


def problem(code: ErrorCode, detail: str = "") -> dict[str, object]:
    """Return the body of an ``application/problem+json`` answer for ``code``."""
    spec = ERRORS[code]
    document: dict[str, object] = {
        "type": f"urn:problem:{code}",
        "title": spec.title,
        "status": spec.status.value,
        "code": code.value,
    }
    return document | {"detail": detail} if detail else document
