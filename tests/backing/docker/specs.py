"""What tests of containers ask for."""

from __future__ import annotations

from dataclasses import replace

from integrity.backing.server import Spec
from integrity.model.need import Kind, Pull, Ready, ReadyBy
from integrity.settings.kinds import KINDS

HTTP = Kind(
    name="http",
    image="integrity-test/http:1",
    port=8080,
    ready=Ready(by=ReadyBy.HTTP, text="/health"),
    url="http://{host}:{port}",
)


def spec_of(kind, image="", **changes):
    """A spec as the broker makes it of a need without any settings."""
    kind = KINDS[kind] if isinstance(kind, str) else kind
    spec = Spec(
        kind=kind,
        image=image or kind.image,
        command=kind.command,
        environment=kind.environment,
        memory=kind.memory,
        pull=Pull.NEVER,
        timeout_s=60,
    )
    return replace(spec, **changes)
