"""Contexts of Docker, as its command line writes them."""

from __future__ import annotations

import hashlib
import json


def write_context(folder, name, endpoint):
    """A context as `docker context create` writes it."""
    identity = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / identity / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    return folder / "contexts" / "tls" / identity / "docker"
