"""Fills the templates of kinds and needs: `{host} {port} {user} {password} {database} {url} {prefix}`, `{port:15672}`, `{url:asyncpg}`."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from integrity.backing.server import service_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integrity.backing.server import Account, Endpoint


def filled(template: str, values: Mapping[str, Any]) -> str:
    """`template` with `values` put in. Raises KeyError for a name that it does not know (settings refuse them earlier)."""
    return string.Formatter().vformat(template, (), values)


def ports_named(templates: Iterable[str]) -> tuple[int, ...]:
    """The further ports that templates name, `{port:15672}`, sorted."""
    fields = (field for template in templates for field in string.Formatter().parse(template))
    return tuple(sorted({int(wanted) for _, name, wanted, _ in fields if name == "port" and wanted}))


def connection_values(endpoint: Endpoint, account: Account, *, url: str, prefix: str = "") -> dict[str, Any]:
    """What templates of a tenant's variables may name; the parts of `{url}` are percent-encoded, the others stand as they are."""
    plain: dict[str, Any] = {
        "host": endpoint.host,
        "port": _Port(endpoint),
        "user": account.user,
        "password": account.password,
        "database": account.database,
        "prefix": prefix,
    }
    encoded = {
        **plain,
        "host": f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host,
        **{name: quote(plain[name], safe="") for name in ("user", "password", "database")},
    }
    return {**plain, "url": _Url(filled(url, encoded).replace("://:@", "://"))}  # of nobody, with no password


@dataclass(frozen=True, slots=True)
class _Port:
    """The port, or with a format such as `15672` that further port of the server."""

    endpoint: Endpoint

    def __format__(self, wanted: str) -> str:
        if not wanted:
            return str(self.endpoint.port)
        if int(wanted) not in self.endpoint.ports:
            raise service_fault(
                f"the server has no port {wanted} here, which a variable of the need names",
                hint="Only a container has further ports: use --services docker, or take {port:…} out.",
            )
        return str(self.endpoint.ports[int(wanted)])


class _Url(str):
    """A URL; with a format such as `asyncpg`, its scheme names that driver."""

    __slots__ = ()

    def __format__(self, driver: str) -> str:
        if not driver:
            return str(self)
        scheme, separator, rest = self.partition("://")
        return f"{scheme.partition('+')[0]}+{driver}{separator}{rest}"
