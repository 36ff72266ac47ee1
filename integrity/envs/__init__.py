"""Gives each unit its env: a shared layer of third-party packages, and an overlay with first-party source."""

from integrity.envs.env import Env, EnvRequest
from integrity.envs.store import EnvStore

__all__ = ["Env", "EnvRequest", "EnvStore"]
