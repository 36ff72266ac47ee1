"""Secrets in what is shown."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.model.secret import MASK, Masker, StreamMasker, looks_secret, secret_values, without_passwords

SECRETS = st.text(alphabet=st.characters(codec="utf-8"), min_size=6, max_size=20).filter(
    lambda value: not set(value) <= set(MASK) and MASK not in value
)


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASSWORD",
        "API_KEY",
        "apikey",
        "GITHUB_TOKEN",
        "JWT_SECRET",
        "AWS_ACCESS_KEY_ID",
        "SENTRY_DSN",
        "SSH_PRIVATE_KEY",
        "auth-token",
    ],
)
def test_name_looks_secret(name):
    """The usual names of secrets are masked without being listed."""
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["PATH", "HOME", "PASSENGERS", "TOKENIZER_MODEL", "AUTHOR", "LANG", "PORT"])
def test_name_looks_harmless(name):
    """Words that only contain such a word are none."""
    assert not looks_secret(name)


def test_values_to_mask():
    """Listed names, secret names and passwords in URLs; short values stand in half of all texts and stay."""
    environment = {
        "PAYMENT": "listed-value",
        "DB_PASSWORD": "hunter22",
        "DEBUG_TOKEN": "1",
        "DATABASE_URL": "postgres://app:p4ssw0rd@localhost/db",
        "BROKEN_URL": "http://[::1/x",
        "LANG": "C.UTF-8",
    }

    assert secret_values(environment, ["PAYMENT"]) == {"listed-value", "hunter22", "p4ssw0rd"}


@settings(deadline=None)
@given(SECRETS, st.text(max_size=20), st.text(max_size=20))
def test_no_spelling_of_a_secret_is_left(secret, before, after):
    """As it is, in JSON, in a repr or percent-encoded: none comes through, in text or bytes."""
    masker = Masker([secret])
    for spelling in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")):
        text = f"{before}{spelling}{after}"
        assert spelling not in masker.text(text).replace(MASK, "\0")
        assert MASK in masker.text(text)
        data = text.encode()
        assert spelling.encode() not in masker.bytes(data).replace(MASK.encode(), b"\0")


@settings(deadline=None)
@given(st.lists(SECRETS, max_size=3), st.lists(st.text(max_size=12), max_size=6), st.data())
def test_stream_is_masked_as_a_whole(secrets, texts, draws):
    """However a stream is cut into pieces, no secret comes through, and nothing else is changed or lost."""
    chosen = [draws.draw(st.sampled_from(secrets)) if secrets and draws.draw(st.booleans()) else text for text in texts]
    data = "".join(chosen).encode()
    cuts = sorted(draws.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    masker = Masker(secrets)
    stream = StreamMasker(masker)

    shown = b"".join(map(stream.feed, pieces)) + stream.flush()

    assert shown == masker.bytes(data)


def test_masker_shows_nothing_of_itself():
    """A masker in a traceback or log tells no secret."""
    assert "hunter22" not in repr(Masker(["hunter22"]))


def test_longer_secret_is_masked_first():
    """A secret that begins with another leaves no rest of it."""
    assert Masker(["hunter22", "hunter22-and-more"]).text("hunter22-and-more") == MASK


def test_masker_without_secrets_changes_nothing():
    """No values, no work."""
    assert (Masker([]).text("a"), Masker(["ab"]).bytes(b"ab")) == ("a", b"ab")


def test_password_of_a_url_is_masked_as_it_is_and_decoded():
    """A driver shows the password that it took out of the URL."""
    values = secret_values({"DATABASE_URL": "postgres://user:p%40ss-word@host/db"}, ())

    assert {"p%40ss-word", "p@ss-word"} <= values


def test_secret_in_a_page_a_form_or_an_encoded_header_is_masked():
    """HTML, form encoding, bytes and base64 are spellings too."""
    secret = "se<c>r&t pass/wörd"
    spellings = [
        html.escape(secret),
        quote_plus(secret),
        repr(secret.encode()),
        base64.b64encode(secret.encode()).decode(),
    ]

    shown = [Masker([secret]).text(f"x {spelling} y") for spelling in spellings]

    assert shown == [f"x {MASK} y", f"x {MASK} y", f"x b'{MASK}' y", f"x {MASK}== y"]


def test_passwords_in_urls_of_a_build_are_masked():
    """Whatever a manifest holds, a build's output shows no password of it."""
    text = "can't fetch https://user:pa55word@host/simple and http://host:80/x and git+ssh://git@host/r"

    assert without_passwords(text) == (
        f"can't fetch https://user:{MASK}@host/simple and http://host:80/x and git+ssh://git@host/r"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'postgres://u...nter2-hunter2@h'", "'postgres://u...•••@h'"),
        ("key='hunter2-hu...'", "key='•••...'"),
        ("hunter2-h\n[... 70000 characters cut ...]\nunter2 end", "•••\n[... 70000 characters cut ...]\n••• end"),
        ("waiting... done", "waiting... done"),
        ("hun...er2", "hun...er2"),
    ],
)
def test_piece_of_a_secret_beside_a_cut_is_masked(text, shown):
    """Where a text was shortened before it was masked, the rest of a secret on either side is taken out too."""
    masker = Masker({"hunter2-hunter2"})

    assert masker.text(text) == shown
    assert masker.bytes(text.encode()) == shown.encode()


def test_many_cuts_cost_little():
    """A flood of dots is looked at once."""
    assert Masker({"hunter2-hunter2"}).bytes(b"." * 3_000_000) == b"." * 3_000_000
