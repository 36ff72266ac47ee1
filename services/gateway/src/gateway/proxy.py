"""Passing requests on, and answers back."""

from collections.abc import Mapping
from urllib.parse import quote

import httpx
from contracts import ErrorCode
from fastapi import Request, Response

from gateway.problems import RefusedError

PASSED_ON = ("accept", "accept-language", "content-type")
PASSED_BACK = ("content-type", "location", "retry-after")


def upstream_path(template: str, parameters: Mapping[str, str]) -> str:
    """Fill in a path. A parameter is one segment, whatever it holds: ``../x`` stays where it is."""
    quoted = {name: quote(value, safe="") for name, value in parameters.items()}
    if set(quoted.values()) & {".", ".."}:
        raise RefusedError(ErrorCode.INVALID_REQUEST, "a dot is no name")
    return template.format_map(quoted)


async def forward(upstream: httpx.AsyncClient, request: Request, method: str, url: str, token: str) -> Response:
    """Return the service's answer; raise RefusedError when there is none."""
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    try:
        answer = await upstream.request(
            method,
            url,
            params=request.query_params.multi_items(),
            content=await request.body(),
            headers=headers | {"Authorization": f"Bearer {token}"},
        )
    except httpx.HTTPError as error:
        raise RefusedError(ErrorCode.UPSTREAM_UNAVAILABLE, "") from error
    kept = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
    return Response(answer.content, answer.status_code, headers=kept)
