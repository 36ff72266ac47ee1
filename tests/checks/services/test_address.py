"""URLs are taken apart, and shown without what is secret in them."""

from __future__ import annotations

import pytest

from integrity.checks.services.address import WrongAddress, address_of


@pytest.mark.parametrize(
    ("url", "kind", "shown", "name"),
    [
        (
            "postgresql+asyncpg://u:p@db.example.org/app?ssl=require",
            "postgres",
            "postgresql://db.example.org:5432",
            "app",
        ),
        ("rediss://:p@cache:6380/1", "redis", "rediss://cache:6380", "1"),
        ("amqp://u:p@[::1]:5672/%2F", "amqp", "amqp://[::1]:5672", "/"),
        ("https://u:p@api.example.org/v1?key=secret", "http", "https://api.example.org:443", "v1"),
        ("mail.example.org:25", "tcp", "tcp://mail.example.org:25", ""),
        ("postgres:///app", "postgres", "postgres://:5432", "app"),
    ],
)
def test_address_is_shown_by_scheme_host_and_port(url, kind, shown, name):
    """Nothing else of it."""
    address = address_of(url)

    assert (address.kind, str(address), address.name) == (kind, shown, name)


@pytest.mark.parametrize(
    "url", ["redis://", "nats://host:4222", "host", "http://h:port/", "http://h:99999", "http://[::1"]
)
def test_what_is_no_address_is_refused_without_repeating_it(url):
    """The value may hold a password."""
    with pytest.raises(WrongAddress) as caught:
        address_of(f"{url}")

    assert "host" not in str(caught.value).replace("names no host", "")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("failed for s3cret/x", "failed for ***"),
        ("failed for s3cret%2Fx", "failed for ***"),
        ("no postgres://u:s3cret%2Fx@h/d?token=abcdef there", "no *** there"),
        ("bad token=abcdef", "bad ***"),
        ("bad abcdef", "bad ***"),
        ("two\nlines  here", "two lines here"),
        ("x" * 500, "x" * 197 + "..."),
    ],
)
def test_words_of_others_lose_password_and_query(words, shown):
    """As they were written and as they were meant."""
    assert address_of("postgres://u:s3cret%2Fx@h/d?token=abcdef").without_secrets(words) == shown


def test_short_password_takes_all_words_away():
    """To replace a letter everywhere would show which it is."""
    words = address_of("redis://:a@h").without_secrets("a bad answer")

    assert words == "its words hold the password, and are not shown"
    assert address_of("redis://:qqq@h").without_secrets("a bad answer") == "a bad answer"
