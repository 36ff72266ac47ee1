"""One declared service: what is known of it before it is asked, and whether its absence is a defect."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple

from integrity.checks.manifest import places_of
from integrity.checks.model import CannotExamine, Finding, NotHere, Place
from integrity.checks.services.address import Address, WrongAddress, address_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit

VARIABLES = {"postgres": "DATABASE_URL", "mysql": "DATABASE_URL", "redis": "REDIS_URL", "amqp": "AMQP_URL"}
_NO = ("", "0", "false", "no")


class Service(NamedTuple):
    """A row of `[tool.integrity.checks.services]`; `environ` is the environment of the tests, whose values are never shown."""

    name: str
    table: Mapping[str, Any]
    unit: Unit
    environ: Mapping[str, str]

    @property
    def kind(self) -> str:
        """What it is declared as."""
        return str(self.table["kind"])

    @property
    def timeout_s(self) -> float:
        """The seconds for its answer."""
        return float(self.table.get("timeout", 3))

    @property
    def variable(self) -> str:
        """The variable that holds its URL; "" where none does."""
        return str(self.table.get("url-env") or VARIABLES.get(self.kind, ""))

    @property
    def policy(self) -> str:
        """`required`, `optional` or `off`, here and now."""
        said = self.table.get("policy", "required")
        if isinstance(said, str):
            return said
        profile = "local" if self.environ.get("CI", "").lower() in _NO else "ci"
        return str(said.get(profile, "required"))

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is declared."""
        return places_of(self.unit, f"service:{self.name}")

    def finding(self, code: str, message: str, hint: str = "") -> Finding:
        """A finding about it."""
        return Finding(code, self.name, message, hint, self.places)


def address_in(service: Service, code: str) -> Address:
    """Where its variable says that it is. Raises NotHere (optional) or CannotExamine where there is no usable URL."""
    variable = service.variable
    if not variable:
        raise CannotExamine(
            service.finding(code, f"{service.name} does not say which variable holds its URL.", 'Add url-env = "…".')
        )
    text = service.environ.get(variable, "")
    if not text.strip():
        raise _missing(service, variable, code)
    try:
        address = address_of(text)
    except WrongAddress as wrong:
        raise CannotExamine(
            service.finding(code, f"{variable} gives {service.name} no address: {wrong}.", f"Mend {variable}.")
        ) from None
    if service.kind not in {address.kind, "tcp"}:
        message = f"{service.name} is declared as {service.kind}, but {variable} holds a URL of {address.scheme}."
        raise CannotExamine(service.finding(code, message, "Mend the one that is wrong."))
    return address


def _missing(service: Service, variable: str, code: str) -> Exception:
    if service.policy == "optional":
        return NotHere(f"{service.name} is optional here, and {variable} is not set")
    examples = [
        path for path in service.unit.sources.matching(".env.*", "*.env.example", "env.example") if "example" in path
    ]
    told = next((place for path in examples if (place := _documented(service.unit, path, variable))), None)
    if told is not None:
        hint = f"Set {variable}; {told} shows how."
    else:
        hint = f"Set {variable}, and document it in {service.unit.sources.from_unit('.env.example')}."
    finding = service.finding(code, f"{variable} is not set, so {service.name} can't be asked.", hint)
    return CannotExamine(replace(finding, places=(*finding.places, told)) if told is not None else finding)


def _documented(unit: Unit, path: str, variable: str) -> Place | None:
    for number, line in enumerate(unit.sources.text(path).splitlines(), 1):
        if re.match(rf"\s*#?\s*(export\s+)?{re.escape(variable)}\s*=", line):
            return Place(path, number, None, "expected")
    return None
