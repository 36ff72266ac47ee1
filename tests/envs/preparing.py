"""Envs for tests: discovered, prepared with the real uv, and asked what can be imported in them."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from integrity.discover.find import discover
from integrity.discover.globs import Globs
from integrity.envs import Env, EnvRequest, EnvStore
from integrity.planning.graph import graph_of
from integrity.system.environment import tool_environment
from integrity.system.files import make_store

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.model.unit import Monorepo, Unit

GLOBS = Globs(services=("services/*",), packages=("packages/*",))


class Free:
    """A slot that anybody may take at any time."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None


def found(root: Path) -> Monorepo:
    """The monorepo at `root`."""
    return discover(root, GLOBS)


def unit_at(monorepo: Monorepo, path: str) -> Unit:
    """The unit at a path."""
    return next(unit for unit in monorepo.units if unit.path == path)


def store_of(monorepo: Monorepo, *, refresh: bool = False, environment: dict[str, str] | None = None) -> EnvStore:
    """A store as a run makes it, without a limit on what runs at once."""
    return EnvStore(
        monorepo=monorepo,
        graph=graph_of(monorepo.units),
        store=make_store(monorepo.root),
        environment=tool_environment(os.environ if environment is None else environment),
        refresh=refresh,
    )


def request(unit: Unit, **changes: object) -> EnvRequest:
    """The plainest request for a unit's env."""
    plain = EnvRequest(unit=unit, python=None, extras=(), groups=(), workers=False, timeout_s=100)
    return replace(plain, **changes)


def prepare(root: Path, path: str, **changes: object) -> Env:
    """The env of the unit at `path`, in a run of its own."""
    monorepo = found(root)
    return asyncio.run(store_of(monorepo).prepare(request(unit_at(monorepo, path), **changes), Free))


def run(env: Env, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in an env, in a folder that has nothing to do with it."""
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [str(env.python), "-c", code]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=60)


def answer(env: Env, code: str, **variables: str) -> str:
    """What `code` prints in an env; it has to work."""
    done = run(env, code, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
