"""Behaviour of the small functions over the registries."""

import pytest
from contracts import ErrorCode, endpoint, problem


def test_problem_carries_status_and_code() -> None:
    """The body repeats the HTTP status, as RFC 9457 asks."""
    document = problem(ErrorCode.RATE_LIMITED, "wait 3 s")

    assert document["status"] == 429
    assert document["code"] == "rate-limited"
    assert document["detail"] == "wait 3 s"


def test_problem_without_detail_has_no_detail() -> None:
    """An empty detail is left out rather than sent empty."""
    assert "detail" not in problem(ErrorCode.NOT_FOUND)


def test_unknown_endpoint_is_named_in_error() -> None:
    """A typo in an endpoint's name fails where it is used."""
    with pytest.raises(LookupError, match=r"billing\.list_invoces"):
        endpoint("billing.list_invoces")
