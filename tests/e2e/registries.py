"""Registries of images that go wrong, on loopback, where engines ask for no certificate."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_PATIENCE_S = 60


def refusing(status, code, message):
    """A registry that answers every question about an image so; gives its `host:port`."""

    def answer(handler):
        said(handler, status, "application/json", {"errors": [{"code": code, "message": message}]})

    return serving(answer)


@contextlib.contextmanager
def stalling():
    """A registry that has every image, and stops in the middle of each of its layers; gives its `host:port`."""
    over = threading.Event()

    def answer(handler):
        if "/manifests/" in handler.path:
            said(handler, 200, _MANIFEST, manifest())
            return
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        handler.wfile.write(bytes(1000))
        over.wait(_PATIENCE_S)
        handler.close_connection = True

    with serving(answer) as address:
        try:
            yield address
        finally:
            over.set()


def manifest():
    """Of an image with one layer."""
    parts = [
        {"mediaType": kind, "size": 1_000_000, "digest": f"sha256:{hashlib.sha256(kind.encode()).hexdigest()}"}
        for kind in (_CONFIG, _LAYER)
    ]
    return {"schemaVersion": 2, "mediaType": _MANIFEST, "config": parts[0], "layers": parts[1:]}


def said(handler, status, kind, document):
    body = json.dumps(document).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


@contextlib.contextmanager
def serving(answer):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/v2/":
                said(self, 200, "application/json", {})
            else:
                with contextlib.suppress(OSError):
                    answer(self)

        def do_HEAD(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
