"""Why an image could not be pulled, told apart by what engines and registries write, each with what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from integrity.backing.server import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    why: str
    hint: str
    pattern: str = ""


_MISSING = _Reason(
    pattern=r"manifest unknown|manifest for .* not found|name unknown|not found: manifest|\b404\b",
    why="the registry has no such image or tag",
    hint="Look at the spelling of the image and its tag.",
)
_REASONS = (  # the first that matches: registries say "denied" and "not found" together with more telling words
    _Reason(
        pattern=r"toomanyrequests|too many requests|rate limit|\b429\b",
        why="the registry's rate limit is reached",
        hint="Log in (`docker login`), or set `image-prefix` to a mirror.",
    ),
    _Reason(
        pattern=r"^stalled",
        why="the registry stalled",
        hint="Look at the network, or set `image-prefix` to a mirror that is nearer.",
    ),
    _Reason(
        pattern=r"no space left on device",
        why="the engine's disk is full",
        hint="Free some of it: `docker system prune`.",
    ),
    _Reason(
        pattern=r"invalid reference|invalid (checksum )?digest|invalid tag|repository name must",
        why="that is no name of an image",
        hint="Write it as name:tag, or name@sha256:<64 digits>.",
    ),
    _Reason(
        pattern=r"no matching manifest|does not match the specified platform|no image found in (manifest list|image index)",
        why="the image does not exist for this machine's processor",
        hint="Name an image that does.",
    ),
    _Reason(
        pattern=r"connection refused|no such host|i/o timeout|dial tcp|tls: |x509|http: server gave|handshake|deadline"
        r"|network is unreachable|connection reset|\bEOF\b",
        why="the registry can't be reached",
        hint="Look at the network and the engine's proxy, or set `image-prefix` to a mirror.",
    ),
    _MISSING,
    _Reason(
        pattern=r"denied|unauthorized|authentication required|no basic auth|forbidden|\b40[13]\b",
        why="the registry refuses: the image does not exist, or needs a login",
        hint="Look at its spelling, or log in (`docker login`).",
    ),
    _Reason(
        pattern=r"credentials store|docker-credential-",
        why="Docker's helper for credentials does not work",
        hint="Install the one that ~/.docker/config.json names (`credsStore`, `credHelpers`), or take it out there.",
    ),
)


def refusal(reference: str, text: str, *, is_podman: bool) -> Unavailable:
    """Why `reference` could not be had; `text` is what the engine, the registry or the SDK said."""
    said = " ".join(text.split())
    reason = _reason(reference, said, is_podman=is_podman)
    return Unavailable(f"the image {reference} can't be pulled: {reason.why} ({said})", hint=reason.hint)


def _reason(reference: str, said: str, *, is_podman: bool) -> _Reason:
    if is_podman and re.search(r"short-name|unqualified-search|did not resolve", said):
        return _Reason(
            why="Podman does not know which registry it is from", hint=f"Write its whole name: {whole_name(reference)}."
        )
    found = next((each for each in _REASONS if re.search(each.pattern, said, re.IGNORECASE)), None)
    if found is _MISSING and "@" in reference:
        return _Reason(
            why="the registry has no image with this digest", hint="Look up the digest again, or name only a tag."
        )
    return found or _Reason(why="the engine could not get it", hint=f"Try it by hand: `docker pull {reference}`.")


def whole_name(reference: str) -> str:
    """The name with the registry and folder that Docker adds by itself."""
    return f"docker.io/{reference}" if "/" in reference else f"docker.io/library/{reference}"
