"""What is asked for and what is given: the values that cross the border of `envs`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from integrity.model.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvRequest:
    """Which env a unit needs. `python` is an explicit version; `extras` and `groups` are the unit's own.

    `timeout_s` is the deadline of each single step (a resolution, a build, an install), not of them together.
    """

    unit: Unit
    python: str | None
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    workers: bool
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Env:
    """An env that stands. `layer` is the digest of its third-party packages, `packages` maps their names to versions."""

    directory: Path
    python: Path
    version: str
    layer: str
    packages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How long one step of an env's making may take, and where it takes a slot from while it burns CPU."""

    slot: Callable[[], AbstractAsyncContextManager[None]]
    timeout_s: float
