"""Images: by which name, pulled when, and why not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import secrets
import select
import threading
import time
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docker
import pytest

from integrity.backing.docker import DockerProvider
from integrity.backing.docker.engine import connect
from integrity.backing.docker.images import Images, has_registry, with_prefix
from integrity.backing.docker.refusals import refusal, whole_name
from integrity.backing.server import Unavailable
from integrity.model.need import Pull
from tests.backing.docker.specs import HTTP, spec_of

NOWHERE = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("image", "named"),
    [
        ("postgres:17", "mirror.test/hub/postgres:17"),
        ("valkey/valkey:8", "mirror.test/hub/valkey/valkey:8"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("host:5000/a", "host:5000/a"),
    ],
)
def test_prefix_goes_before_images_without_a_registry(image, named):
    """A mirror stands in for the engine's default registry alone."""
    assert with_prefix(image, "mirror.test/hub/") == named
    assert with_prefix(image, "") == image
    assert has_registry(named)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("toomanyrequests: You have reached your pull rate limit.", "rate limit"),
        ("pull access denied for x, repository does not exist or may require 'docker login': denied", "needs a login"),
        ("unauthorized: authentication required", "needs a login"),
        ("manifest for x:9 not found: manifest unknown: manifest unknown", "no such image or tag"),
        ("Get http://r/v2/: dial tcp 127.0.0.1:1: connect: connection refused", "can't be reached"),
        ("Get https://r/v2/: dial tcp: lookup r: no such host", "can't be reached"),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "this machine's processor"),
        ("write /var/lib/x: no space left on device", "disk is full"),
        ("stalled: no progress for 60 s", "stalled"),
        ("Credentials store error: StoreError('docker-credential-x not installed')", "helper for credentials"),
        ("invalid reference format", "no name of an image"),
        ("what nobody thought of", "could not get it (what nobody thought of)"),
    ],
)
def test_refusals_are_told_apart(said, why):
    """What engines and registries write leads to one reason, with their own words behind it and one thing to do."""
    reason = refusal("x:9", said, is_podman=False)

    assert why in reason.reason
    assert said in reason.reason
    assert reason.hint


def test_podman_is_told_the_whole_name():
    """A short name that Podman can't place is answered with the one that it can."""
    said = 'short-name "postgres:17" did not resolve to an alias and no unqualified-search registries are defined'

    assert refusal("postgres:17", said, is_podman=True).hint == "Write its whole name: docker.io/library/postgres:17."
    assert whole_name("valkey/valkey:8") == "docker.io/valkey/valkey:8"


@contextlib.contextmanager
def http(answer, challenge=""):
    """A registry on loopback that answers each request with `answer(handler)`, after `challenge`; gives its `host:port`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/v2/" and not challenge:
                say(self, 200, {})
            elif challenge and self.headers.get("Authorization") is None:
                say(self, 401, {}, **{"WWW-Authenticate": challenge})
            else:
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


def passing_on(registry, *, pause_s, most_bytes=None):
    """An answer that is the registry's own, with what is large passed on slowly; after `most_bytes` of it, nothing more."""

    def answer(handler):
        upstream = HTTPConnection(registry, timeout=10)
        upstream.request(handler.command, handler.path, headers={"Accept": handler.headers.get("Accept", "*/*")})
        got = upstream.getresponse()
        handler.send_response(got.status)
        for name in ("Content-Type", "Content-Length", "Docker-Content-Digest"):
            if value := got.headers.get(name):
                handler.send_header(name, value)
        handler.end_headers()
        passed = 0
        with contextlib.suppress(OSError), contextlib.closing(upstream):
            while block := got.read(250_000):
                handler.wfile.write(block)
                passed += len(block)
                if most_bytes is not None and passed >= most_bytes:
                    select.select([handler.connection], [], [], 30)  # until the engine hangs up
                    return
                time.sleep(pause_s if passed >= 250_000 else 0)

    return answer


def say(handler, status, document, **headers):
    body = json.dumps(document).encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def unavailable(started, site):
    """Why a spec can't be started."""

    def why(image, **options):
        pull = options.pop("pull", Pull.MISSING)
        with pytest.raises(Unavailable) as raised:
            started(site, None, spec_of(HTTP, image, pull=pull), **options)
        return raised.value

    return why


@pytest.fixture
def pushed(client, registry):
    """Name and digest of an image that the registry has and the engine no longer: one layer of 8 MB of noise."""
    name = f"{registry}/pull/{secrets.token_hex(4)}"
    noise = client.containers.create(
        "integrity-test/busybox:1", ["dd", "if=/dev/urandom", "of=/noise", "bs=1M", "count=8"]
    )
    try:
        noise.start()
        assert noise.wait(timeout=30)["StatusCode"] == 0
        noise.commit(name, "1", conf={"Cmd": ["sleep", "86400"]})
    finally:
        noise.remove(force=True, v=True)
    answer = client.images.push(name, "1", stream=True, decode=True)
    digest = next(found.group() for each in answer if (found := re.search(r"sha256:\w{64}", each.get("status", ""))))
    client.images.remove(f"{name}:1")
    yield name, digest
    for tag in (f"{name}:1", f"{name}@{digest}"):
        with contextlib.suppress(docker.errors.ImageNotFound):
            client.images.remove(tag)


@pytest.mark.docker
def test_absent_image_that_may_not_be_pulled(unavailable):
    """`never` asks no registry, and says how to get the image."""
    reason = unavailable("integrity-test/absent:1", pull=Pull.NEVER)

    assert reason.reason == 'the image integrity-test/absent:1 is not there, and pull = "never"'
    assert reason.hint == "Get it once: `docker pull integrity-test/absent:1`."


@pytest.mark.docker
def test_registry_that_nobody_serves(unavailable):
    """A refused connection to the registry is one of the network."""
    assert "the registry can't be reached" in unavailable("127.0.0.1:1/absent:1").reason


@pytest.mark.docker
def test_name_that_is_none(unavailable):
    """A digest that is too short is a slip of the configuration, told as that."""
    assert "that is no name of an image" in unavailable("redis@sha256:abc").reason


@pytest.mark.docker
def test_rate_limit_is_told(unavailable):
    """A registry's 429 asks for a login or a mirror."""
    error = {"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached your pull rate limit."}]}
    with http(lambda handler: say(handler, 429, error)) as address:
        reason = unavailable(f"{address}/absent:1")

    assert "rate limit is reached" in reason.reason
    assert "image-prefix" in reason.hint


@pytest.mark.docker
def test_missing_login_is_told(unavailable):
    """A registry's 401 asks for a login."""
    error = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}
    with http(lambda handler: say(handler, 401, error)) as address:
        reason = unavailable(f"{address}/absent:1")

    assert "docker login" in reason.hint


@pytest.mark.docker
def test_login_of_the_callers_configuration_is_used(started, site, tmp_path):
    """Who is logged in by the caller's config.json, and only there, is so with that registry."""
    seen = set()

    def answer(handler):
        seen.add(handler.headers["Authorization"])
        say(handler, 404, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})

    with http(answer, challenge='Basic realm="test"') as address:
        login = base64.b64encode(b"me:secret").decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {address: {"auth": login}}}))
        logged_in = replace(site, host={**site.host, "DOCKER_CONFIG": str(tmp_path)})
        with pytest.raises(Unavailable, match="no such image or tag"):
            started(logged_in, None, spec_of(HTTP, f"{address}/absent:1", pull=Pull.MISSING))
        with pytest.raises(Unavailable, match="needs a login"):
            started(site, None, spec_of(HTTP, f"{address}/absent:1", pull=Pull.MISSING))

    assert seen == {f"Basic {login}"}


@pytest.mark.docker
def test_stalled_registry_is_given_up(unavailable):
    """A registry that accepts and answers nothing ends the pull by its deadline."""
    done = threading.Event()
    begin = time.monotonic()
    try:
        with http(lambda handler: done.wait(30) and None) as address:
            try:
                reason = unavailable(f"{address}/absent:1", stall_s=1.5)
            finally:
                done.set()
    finally:
        done.set()

    assert "the registry stalled (stalled: no progress for 1.5 s" in reason.reason
    assert 1 < time.monotonic() - begin < 10


@pytest.mark.docker
def test_cancelled_pull_ends_at_once(site, containers):
    """Ctrl-C does not wait for a registry."""
    asked, done = threading.Event(), threading.Event()

    def answer(_):
        asked.set()
        done.wait(30)

    async def main(address):
        provider = DockerProvider(site, stall_s=3.0)
        spec = spec_of(HTTP, f"{address}/absent:1", pull=Pull.MISSING)
        starting = asyncio.create_task(provider.start(spec, lambda _: None))
        async with asyncio.timeout(20):
            while not asked.is_set():
                await asyncio.sleep(0.01)
        begin = time.monotonic()
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await provider.close(keep=False)
        return time.monotonic() - begin

    with http(answer) as address:
        try:
            took_s = asyncio.run(main(address))
        finally:
            done.set()

    assert took_s < 1
    assert containers(site) == []


@pytest.mark.docker
def test_pull_says_how_far_it_is_and_where_it_stalled(site, pushed):
    """About once a second a line with bytes; a layer that stops coming is given up with what had come."""
    name, _ = pushed
    registry, _, path = name.partition("/")
    lines = []

    async def main(address):
        engine = await connect(site.host)
        spec = spec_of(HTTP, f"{address}/{path}:1", pull=Pull.MISSING)
        try:
            await Images(engine, prefix="", stall_s=1.5).get(spec, lines.append)
        finally:
            engine.client.close()

    with (
        http(passing_on(registry, pause_s=0.2, most_bytes=3_000_000)) as address,
        pytest.raises(Unavailable, match=r"no progress for 1.5 s at \d+ of 9 MB"),
    ):
        asyncio.run(main(address))

    amounts = [int(found.group(1)) for line in lines if (found := re.search(r": (\d+) of \d+ MB$", line))]
    assert amounts == sorted(amounts)
    assert len(amounts) > 1
    assert len(lines) < 8


@pytest.mark.docker
def test_missing_tag_is_told(unavailable, registry):
    """A registry that knows no such image or tag leads to the spelling."""
    reason = unavailable(f"{registry}/absent:1")

    assert "the registry has no such image or tag" in reason.reason


@pytest.mark.docker
def test_wrong_digest_is_told(unavailable, pushed):
    """A digest that the registry does not have is told as that, though the tag exists."""
    name, _ = pushed

    assert "the registry has no image with this digest" in unavailable(f"{name}:1@{NOWHERE}").reason


@pytest.mark.docker
def test_pull_is_followed_and_happens_once(site, client, containers, pushed):
    """Concurrent needs of an absent image cause one pull with progress; the digest is the registry's."""
    name, digest = pushed
    lines = []

    async def main():
        engine = await connect(site.host)
        images = Images(engine, prefix=name.partition("/")[0])
        spec = spec_of(HTTP, f"{name.partition('/')[2]}:1", pull=Pull.ALWAYS)
        found = await asyncio.gather(*(images.get(spec, lines.append) for _ in range(3)))
        engine.client.close()
        return found

    first, *others = asyncio.run(main())

    assert [str(each) for each in {first, *others}] == [f"{name}:1@{digest}"]
    assert lines[0] == f"pulling {name}:1"
    assert len(lines) == len({*lines})


@pytest.mark.docker
def test_image_by_digest_is_pulled(site, pushed):
    """A tag with a digest is that digest, on any engine."""
    name, digest = pushed

    async def main():
        engine = await connect(site.host)
        spec = spec_of(HTTP, f"{name}:1@{digest}", pull=Pull.MISSING)
        found = await Images(engine, prefix="").get(spec, lambda _: None)
        engine.client.close()
        return found

    assert str(asyncio.run(main())) == f"{name}:1@{digest}"
