"""Refusals as problem documents (RFC 9457), with the codes that all services share."""

from collections.abc import Mapping

from contracts import ERRORS, ErrorCode, problem
from fastapi import Request
from fastapi.responses import JSONResponse


class RefusedError(Exception):
    """A request that goes no further, with the code that says why."""

    def __init__(self, code: ErrorCode, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what the answer needs."""
        super().__init__(detail)
        self.code = code
        self.headers = dict(headers or {})


async def answer_refused(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """Return the problem document; FastAPI calls this for RefusedError only."""
    if not isinstance(error, RefusedError):
        raise error
    return JSONResponse(
        problem(error.code, str(error)),
        ERRORS[error.code].status.value,
        headers=error.headers,
        media_type="application/problem+json",
    )
