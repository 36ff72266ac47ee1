"""Takes the names of images apart: `host:5000/team/postgres:17-alpine@sha256:…`."""

from __future__ import annotations


def repository(image: str) -> str:
    """The name without tag and digest; a registry's port is no tag."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def version_of(image: str) -> str:
    """The version of the server that its tag names: the part before `-` where it is a number, else nothing."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    version = tag.partition("-")[0]
    return version if version[:1].isdigit() else ""
