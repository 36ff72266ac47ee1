"""`assert_reachable` and `assert_healthy` in plain tests."""

from __future__ import annotations

import pytest

from integrity.checks.asserts import IntegrityError
from integrity.checks.asserts.services import assert_healthy, assert_reachable
from tests.checks.services import doors


def test_reachable_service_passes(redis_url, postgres_url):
    """Asked in the protocol of its scheme."""
    assert_reachable(redis_url)
    assert_reachable(postgres_url)
    assert_reachable(redis_url.rpartition("@")[2].partition("/")[0])


@pytest.mark.parametrize(
    ("scheme", "code"), [("redis", "SVC102"), ("amqp", "SVC103"), ("http", "SVC101"), ("postgres", "DB101")]
)
def test_unreachable_service_is_one_readable_error(scheme, code):
    """With the address, and without the password."""
    with pytest.raises(IntegrityError) as caught:
        assert_reachable(f"{scheme}://u:s3cret@127.0.0.1:{doors.closed_port()}/x", timeout=0.2)

    assert [finding.code for finding in caught.value.findings] == [code]
    assert "127.0.0.1" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_health_is_status_and_json():
    """Each is told of."""
    healthy = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"ok"}'
    with doors.saying(healthy, first=False) as port:
        assert_healthy(f"http://127.0.0.1:{port}/health", json={"status": "ok"})
        with pytest.raises(IntegrityError, match="answers 200 where 204 is wanted"):
            assert_healthy(f"http://127.0.0.1:{port}/health", status=204)
        with pytest.raises(IntegrityError, match="another value at /status"):
            assert_healthy(f"http://127.0.0.1:{port}/health", json={"status": "up"})


@pytest.mark.parametrize("url", ["", None, 6379, "nowhere", "ftp://host"])
def test_what_names_no_service_is_refused(url):
    """It could not fail for the right reason."""
    with pytest.raises(TypeError):
        assert_reachable(url)


def test_what_is_no_http_has_no_health(redis_url):
    """The error says what to call instead, and shows no password."""
    with pytest.raises(TypeError, match="assert_reachable") as caught:
        assert_healthy(redis_url)

    assert "battery" not in str(caught.value)
    with pytest.raises(TypeError, match="timeout"):
        assert_reachable(redis_url, timeout=0)
