"""What is asked for, held against what there is: whether a kind has an embedded server, its command line, what reports say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from integrity.backing.embedded.locate import names_of, served_kinds
from integrity.backing.leases import variable_of
from integrity.backing.server import Description, Unavailable, is_version
from integrity.backing.templates import connection_values, filled
from integrity.backing.tuning import tuned_command
from integrity.model.need import ReadyBy
from integrity.settings.images import repository
from integrity.settings.kinds import KINDS

if TYPE_CHECKING:
    from integrity.backing.embedded.locate import Program
    from integrity.backing.server import Account, Endpoint, Spec


def check_served(spec: Spec) -> None:
    """Raise Unavailable for what only a container can be."""
    kind = spec.kind
    elsewhere = f"it needs Docker or a given URL ({variable_of(kind.name)})"
    if kind.name not in served_kinds():
        raise Unavailable(f"there is no embedded {kind.name}; {elsewhere}")
    official = _on_hub(KINDS[kind.name].image)
    if spec.image and _on_hub(spec.image) != official:
        raise Unavailable(f"there is no embedded {spec.image}, only one like {official}; {elsewhere}")
    if kind.ready.by in {ReadyBy.EXEC, ReadyBy.HEALTH} or kind.ready.port not in {None, kind.port}:
        raise Unavailable(
            f"its `ready` ({kind.ready.by}) is about a container, and an embedded server has none; {elsewhere}"
        )
    command = _own_command(spec)
    if command and not command[0].startswith("-"):
        raise Unavailable(f"its command has {command[0]!r}, which is something of the image; {elsewhere}")


def command_of(spec: Spec, endpoint: Endpoint, admin: Account) -> tuple[str, ...]:
    """The arguments that the need, else its kind, has for the server."""
    values = connection_values(endpoint, admin, url=spec.kind.url)
    return tuple(filled(part, values) for part in _own_command(spec))


def description_of(spec: Spec, program: Program) -> Description:
    """The real version; what differs from what was asked for is said."""
    return Description(
        provider="embedded", version=program.version, note="; ".join(filter(None, _notes(spec, program)))
    )


def _notes(spec: Spec, program: Program) -> tuple[str, ...]:
    kind = spec.kind.name
    running = program.version if program.product == kind else f"{program.product} {program.version}"
    named = sorted(name for name, value in spec.environment.items() if spec.kind.environment.get(name) != value)
    other = ""
    if not is_version(program.version, spec.version):
        other = f"{running} runs, {spec.version} was asked for: there is no other embedded one"
    elif "@" in spec.image:
        other = f"{running} runs, an image by its digest was asked for"
    elif program.product != kind:
        other = f"{running} runs in place of {kind}"
    return other, f"variables of the image are not used: {', '.join(named)}" if named else ""


def _own_command(spec: Spec) -> tuple[str, ...]:
    """Without the name of the program, with which it may begin as an image's command may."""
    command = tuned_command(spec)
    if command and Path(command[0]).name in names_of(spec.kind.name):
        return command[1:]
    return command


def _on_hub(image: str) -> str:
    """An image's name without tag and digest, and without what Docker Hub puts before it."""
    return repository(image).removeprefix("docker.io/").removeprefix("library/")
