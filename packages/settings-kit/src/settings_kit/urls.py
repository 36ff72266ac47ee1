"""URL types of backing services: checked for their scheme, normalised for their driver."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
        "postgresql+psycopg": "postgresql+psycopg",
        "redis": "redis",
        "rediss": "rediss",
    }
)
"""Each accepted scheme, and the one that drivers are given for it."""


def _normalise(*accepted: str) -> Callable[[str], str]:
    def normalise(url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in accepted:
            raise ValueError(f"the scheme must be one of {', '.join(accepted)}")
        if not parts.hostname:
            raise ValueError("the URL names no host")
        return parts._replace(scheme=SCHEMES[parts.scheme]).geturl()

    return normalise


PostgresUrl = Annotated[str, AfterValidator(_normalise("postgres", "postgresql", "postgresql+psycopg"))]
"""A PostgreSQL URL, as SQLAlchemy wants it for psycopg 3."""

RedisUrl = Annotated[str, AfterValidator(_normalise("redis", "rediss"))]
"""A Redis URL; its path is the database's number."""
