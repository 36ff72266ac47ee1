"""Where a container engine may be, by the caller's environment and Docker's own files. It asks nobody and imports no library.

The SDK reads contexts too, but takes DOCKER_CONFIG and HOME from the process, falls back to the default socket when the
context is missing, and knows no other socket than that one.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.backing.server import Unavailable
from integrity.system.engine import DEFAULT_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEFAULT_CONTEXT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The files to speak TLS with; without `verify`, whoever answers is believed."""

    ca: Path | None
    certificate: Path | None
    key: Path | None
    verify: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One place where an engine may be; `origin` says who named it (`DOCKER_HOST`, `context 'colima'`, `Podman`)."""

    url: str
    origin: str
    tls: Tls | None = None

    def __str__(self) -> str:
        return f"{self.origin} ({self.url})"


def candidates(host: Mapping[str, str]) -> tuple[Candidate, ...]:
    """All places to try, in this order. What the caller names is the only one; Unavailable when it names a context that isn't there."""
    if url := host.get("DOCKER_HOST"):
        return (Candidate(url=url, origin="DOCKER_HOST", tls=_tls_of(host)),)
    name = host.get("DOCKER_CONTEXT") or str(_document(config_file(host)).get("currentContext") or _DEFAULT_CONTEXT)
    if name != _DEFAULT_CONTEXT:
        return (_of_context(name, host),)
    return tuple(_usual(host))


def config_file(host: Mapping[str, str]) -> Path:
    """Docker's `config.json`: the current context, and who is logged in where."""
    return _config_folder(host) / "config.json"


def _usual(host: Mapping[str, str]) -> Iterator[Candidate]:
    runtime = host.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    yield Candidate(url=DEFAULT_HOST, origin="Docker")
    yield Candidate(url=f"unix://{runtime}/docker.sock", origin="rootless Docker")
    yield Candidate(url=f"unix://{_home(host)}/.docker/run/docker.sock", origin="Docker Desktop")
    yield Candidate(url=f"unix://{runtime}/podman/podman.sock", origin="rootless Podman")
    yield Candidate(url="unix:///run/podman/podman.sock", origin="Podman")


def _of_context(name: str, host: Mapping[str, str]) -> Candidate:
    identity = hashlib.sha256(name.encode()).hexdigest()
    folder = _config_folder(host) / "contexts"
    endpoint = _document(folder / "meta" / identity / "meta.json").get("Endpoints", {}).get("docker", {})
    if not endpoint.get("Host"):
        raise Unavailable(
            f"Docker's context {name!r} is not in {folder}",
            hint="Choose one that `docker context ls` shows: `docker context use default`.",
        )
    tls = folder / "tls" / identity / "docker"
    return Candidate(
        url=endpoint["Host"],
        origin=f"context {name!r}",
        tls=_tls_in(tls, verify=not endpoint.get("SkipTLSVerify", False)) if tls.is_dir() else None,
    )


def _tls_of(host: Mapping[str, str]) -> Tls | None:
    folder, verify = host.get("DOCKER_CERT_PATH"), bool(host.get("DOCKER_TLS_VERIFY"))
    return _tls_in(Path(folder or _config_folder(host)), verify=verify) if folder or verify else None


def _tls_in(folder: Path, *, verify: bool) -> Tls:
    ca, certificate, key = (
        path if path.exists() else None for path in (folder / f"{part}.pem" for part in ("ca", "cert", "key"))
    )
    return Tls(ca=ca, certificate=certificate, key=key, verify=verify)


def _config_folder(host: Mapping[str, str]) -> Path:
    return Path(host.get("DOCKER_CONFIG") or _home(host) / ".docker")


def _home(host: Mapping[str, str]) -> Path:
    return Path(host.get("HOME") or "/")


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
