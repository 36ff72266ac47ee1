"""Images: whether one is here, pulling it once for all who need it, and what of it a container must know."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrity.backing.docker.pull import PullError, pull_image
from integrity.backing.docker.refusals import refusal
from integrity.backing.server import Unavailable
from integrity.model.need import Pull

if TYPE_CHECKING:
    from integrity.backing.docker.engine import Engine
    from integrity.backing.server import Progress, Spec

STALL_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of the engine. `digest` is the registry's, or the image's own id where it never was in one."""

    reference: str
    digest: str
    volumes: tuple[str, ...]
    ports: frozenset[int]

    def __str__(self) -> str:
        return f"{self.reference.partition('@')[0]}@{self.digest}"


class Images:
    """The images of one run. Without any progress for `stall_s`, a pull is given up."""

    def __init__(self, engine: Engine, *, prefix: str, stall_s: float = STALL_S) -> None:
        self._engine = engine
        self._prefix = prefix
        self._stall_s = stall_s
        self._locks: dict[str, asyncio.Lock] = {}
        self._pulled: dict[str, Unavailable | None] = {}

    async def get(self, spec: Spec, progress: Progress) -> Image:
        """The image of `spec`, pulled as its policy says. Raises Unavailable."""
        reference = with_prefix(spec.image, self._prefix)
        async with self._locks.setdefault(reference, asyncio.Lock()):
            image = None if spec.pull is Pull.ALWAYS and reference not in self._pulled else await self._found(reference)
            if image is not None:
                return image
            if spec.pull is Pull.NEVER:
                raise Unavailable(
                    f'the image {reference} is not there, and pull = "never"',
                    hint=f"Get it once: `docker pull {reference}`.",
                )
            await self._pull(reference, progress)
            image = await self._found(reference)
        if image is None:
            raise Unavailable(
                f"the image {reference} was pulled and is not there",
                hint="Look for another program that removes images.",
            )
        return image

    async def _found(self, reference: str) -> Image | None:
        from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - heavy

        try:
            found = await self._engine.ask(lambda client: client.inspect_image(_without_tag(reference)))
        except ImageNotFound:
            return None
        except APIError as refused:
            raise refusal(reference, refused.explanation or str(refused), is_podman=self._engine.is_podman) from None
        return _image(reference, found)

    async def _pull(self, reference: str, progress: Progress) -> None:
        """Pull it, unless that failed before in this run."""
        if reference not in self._pulled:
            self._pulled[reference] = await self._pulling(reference, progress)
        if (failure := self._pulled[reference]) is not None:
            raise Unavailable(failure.reason, hint=failure.hint)

    async def _pulling(self, reference: str, progress: Progress) -> Unavailable | None:
        loop = asyncio.get_running_loop()
        abandoned = threading.Event()

        def report(line: str) -> None:
            if not (abandoned.is_set() or loop.is_closed()):
                loop.call_soon_threadsafe(progress, f"pulling {reference}{line}")

        def work(_: Any) -> None:
            pull_image(
                self._engine.another_client(),
                _without_tag(reference),
                self._stall_s,
                report=report,
                abandoned=abandoned,
            )

        try:
            await self._engine.ask(work)
        except PullError as problem:
            return refusal(reference, str(problem), is_podman=self._engine.is_podman)
        finally:
            abandoned.set()
        return None


def with_prefix(image: str, prefix: str) -> str:
    """The image behind the mirror that `prefix` names, unless it says itself which registry it is from."""
    return f"{prefix.rstrip('/')}/{image}" if prefix and not has_registry(image) else image


def has_registry(image: str) -> bool:
    """Whether the first part of the image's name is the host of a registry."""
    first, separator, _ = image.partition("/")
    return bool(separator) and (first == "localhost" or "." in first or ":" in first)


def _without_tag(reference: str) -> str:
    """An image by its digest alone where it has one: not every engine takes both."""
    name, separator, digest = reference.partition("@")
    if not separator:
        return name
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}@{digest}"


def _image(reference: str, found: dict[str, Any]) -> Image:
    config = found.get("Config") or {}
    name = _without_tag(f"{reference.partition('@')[0]}@").rstrip("@")
    digests = [digest.rpartition("@") for digest in found.get("RepoDigests") or ()]
    digests.sort(key=lambda digest: not digest[0].endswith(name))
    exposed = [port.partition("/") for port in config.get("ExposedPorts") or ()]
    return Image(
        reference=reference,
        digest=digests[0][2] if digests else found["Id"],
        volumes=tuple(config.get("Volumes") or ()),
        ports=frozenset(int(number) for number, _, protocol in exposed if protocol != "udp" and number.isdigit()),
    )
