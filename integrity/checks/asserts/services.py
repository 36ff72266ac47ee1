"""Assertions over what has to answer while a test runs."""

from __future__ import annotations

from typing import Any, Mapping

from integrity.checks.asserts import demand
from integrity.checks.services import CODES_OF_KINDS
from integrity.checks.services.address import Address, WrongAddress, address_of
from integrity.checks.services.asking import answer_at
from integrity.checks.services.judges import Asked, judge_answer, judge_web


def assert_reachable(url: str, *, timeout: float = 3) -> None:
    """Assert that a service answers in its own protocol: PING, a query, a handshake, a connection; by the URL's scheme.

        assert_reachable(os.environ["REDIS_URL"])
        assert_reachable("mail.internal:25", timeout=1)

    Of an HTTP service only a connection is asked for; `assert_healthy` looks at its answer.
    """
    address = _address(url, timeout)
    address = address._replace(kind="tcp") if address.kind == "http" else address
    asked = Asked(str(address), "", "", answer_at(address, timeout), {})
    demand(judge_answer(CODES_OF_KINDS[address.kind])(asked), str(address))


def assert_healthy(
    url: str, *, status: int | None = None, json: Mapping[str, Any] | None = None, timeout: float = 3
) -> None:
    """Assert that a GET answers with this status (without one: any from 200 to 299) and with JSON that holds this.

    assert_healthy(f"{base}/health", json={"status": "ok"})
    """
    address = _address(url, timeout)
    if address.kind != "http":
        raise TypeError(f"assert_healthy asks over HTTP, and {address} is something else; pass it to assert_reachable.")
    shown = f"{address}{address.path}"
    asked = Asked(shown, "", "", answer_at(address, timeout), {"status": status, "json": json})
    demand(judge_web(asked), shown)


def _address(url: object, timeout: float) -> Address:
    if not isinstance(url, str) or not url.strip():
        raise TypeError(
            f'a URL is a string such as "redis://127.0.0.1:6379", not {type(url).__name__ if url else repr(url)}.'
        )
    if not timeout > 0:
        raise TypeError("within 0 seconds nothing can answer; pass a timeout above 0.")
    try:
        return address_of(url)
    except WrongAddress as wrong:
        raise TypeError(f"this names no service: {wrong}.") from None
