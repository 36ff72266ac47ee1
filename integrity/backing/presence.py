"""What there would be for a kind of backing service on this machine, without starting anything: for `integrity doctor`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.backing.docker.engine import connect
from integrity.backing.embedded.account import server_user
from integrity.backing.embedded.locate import preferred, programs_for, served_kinds
from integrity.backing.leases import giving_variable
from integrity.backing.server import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.model.need import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The container engine: where it answers, or why none does and what to do."""

    answers_at: str = ""
    failure: str = ""
    advice: str = ""


def engine_of(host: Mapping[str, str]) -> Engine:
    """The engine that a run would use."""
    try:
        engine = asyncio.run(connect(host))
    except Unavailable as reason:
        return Engine(failure=reason.reason, advice=reason.hint)
    engine.client.close()
    return Engine(answers_at=str(engine.candidate))


def source_of(need: Need, host: Mapping[str, str], engine: Engine) -> str:
    """Whence a run would take it, in words; empty when nobody has it here. Whether an image can be pulled is not tried."""
    assert need.kind is not None
    given = giving_variable(need, host)
    if need.external or given:
        return f"the URL that {given or 'its configuration'} gives"
    if engine.answers_at:
        return f"a container of {need.image}"
    if need.kind.name not in served_kinds():
        return ""
    program = preferred(programs_for(need.kind.name, host.get("PATH", ""), server_user()), need.kind.name, need.version)
    return f"embedded: {program.product} {program.version}" if program else ""
