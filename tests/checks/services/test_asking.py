"""Services are asked in their own protocols: real servers, and each fault caused."""

from __future__ import annotations

import contextlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from integrity.checks.services.address import address_of
from integrity.checks.services.answer import Answer, Deadline, Trouble
from integrity.checks.services.asking import answer_at
from integrity.checks.services.database import greet_mysql, greet_postgres
from tests.checks.services import doors

SECONDS = 0.4


def asked(url, *, seconds=SECONDS, **options):
    """The answer, and that it came in time."""
    began = time.monotonic()
    answer = answer_at(address_of(url), seconds, **options)
    assert time.monotonic() - began < seconds + 0.5
    return answer


# --- Redis


def test_redis_answers_ping_as_the_user_and_in_the_database_of_its_url(redis_url):
    """Also with a password that has to be quoted in a URL."""
    assert asked(redis_url, seconds=3) == Answer()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("correct-horse%2Fbattery", "wrong-secret"), "WRONGPASS"),
        ((":correct-horse%2Fbattery@", ""), "NOAUTH"),
        (("/3", "/999"), "out of range"),
    ],
)
def test_refusal_of_redis_is_final_and_shows_no_password(redis_url, change, words):
    """It is told at once, without a second try."""
    began = time.monotonic()

    answer = asked(redis_url.replace(*change), seconds=3)

    assert words in answer.trouble
    assert answer.reason in {"login", "protocol"}
    assert "secret" not in answer.trouble
    assert time.monotonic() - began < 1


def test_redis_that_loads_its_data_is_asked_again():
    """It says LOADING first, and PONG the second time."""
    said = iter([b"-LOADING Redis is loading the dataset in memory\r\n", b"+PONG\r\n"])

    with doors.server(lambda connection: connection.recv(99) and connection.sendall(next(said))) as port:
        answer = asked(f"redis://127.0.0.1:{port}", seconds=3)

    assert answer == Answer()


# --- every protocol


ALL = [
    "redis://127.0.0.1:{}",
    "amqp://127.0.0.1:{}",
    "http://127.0.0.1:{}",
    "postgres://u:p@127.0.0.1:{}/d",
    "mysql://u:p@127.0.0.1:{}/d",
]


@pytest.mark.parametrize("url", [*ALL, "tcp://127.0.0.1:{}"])
def test_closed_port_is_absent(url):
    """It is asked again until the time is over, and told as what is not there."""
    answer = asked(url.format(doors.closed_port()))

    assert (answer.reason, "refused" in answer.trouble) == ("absent", True)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{}", "tcp://127.0.0.1:{}"])
def test_what_is_absent_is_asked_once_without_patience(url):
    """So that optional services cost no time where they aren't."""
    began = time.monotonic()

    answer = asked(url.format(doors.closed_port()), seconds=3, is_patient=False)

    assert answer.reason == "absent"
    assert time.monotonic() - began < 0.5


def test_unknown_host_is_absent():
    """No name server knows it."""
    answer = asked("redis://nowhere.invalid:6379", seconds=3, is_patient=False)

    assert (answer.reason, answer.trouble) == ("absent", "its host name can't be resolved")


@pytest.mark.parametrize("url", ALL)
def test_server_that_accepts_and_says_nothing_is_silent(url):
    """A hang ends with the deadline."""
    with doors.silent() as port:
        answer = asked(url.format(port), seconds=2.2 if "postgres" in url else SECONDS)

    assert answer.reason == "silent", answer


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{}", "rediss://127.0.0.1:{}", "http://127.0.0.1:{}"])
def test_server_that_drips_does_not_win_time(url):
    """Each byte comes in time, the answer doesn't."""
    with doors.dripping() as port:
        answer = asked(url.format(port))

    assert answer.reason in {"silent", "protocol"}, answer


@pytest.mark.parametrize("url", ALL)
def test_server_of_another_protocol_is_told_as_that(url):
    """A mail server at the port of something else."""
    with doors.saying(b"220 mail.example.org ESMTP ready to serve\r\n") as port:
        answer = asked(url.format(port), seconds=1)

    assert answer.trouble, answer
    assert answer.reason != "absent" or "connection" in answer.trouble


def test_tls_is_begun_where_the_scheme_says_so(redis_url):
    """A plain Redis waits for the end of a line that never comes; others answer in their own protocol."""
    waiting = asked(redis_url.replace("redis:", "rediss:"))
    with doors.saying(b"220 mail.example.org ESMTP ready to serve\r\n") as port:
        answering = asked(f"tls://127.0.0.1:{port}")

    assert waiting.trouble == "it began no TLS within 0.4 s"
    assert "does not speak TLS" in answering.trouble


# --- databases


def test_postgres_answers_a_query_and_tells_its_version(postgres_url):
    """With the driver of this env."""
    answer = asked(postgres_url, seconds=3)

    assert (answer.trouble, answer.note) == ("", "")
    assert int(answer.version.partition(".")[0]) >= 15


@pytest.mark.parametrize(
    ("change", "words"), [(("admin:", "stranger:"), "stranger"), (("/postgres", "/nothing"), "nothing")]
)
def test_refusal_of_postgres_is_final_and_in_its_own_words(postgres_url, change, words):
    """A wrong user, a database that isn't there."""
    began = time.monotonic()

    answer = asked(postgres_url.replace(*change), seconds=3)

    assert (answer.reason, words in answer.trouble) == ("login", True)
    assert time.monotonic() - began < 1


def test_wrong_password_of_postgres_is_not_shown(postgres, postgres_url):
    """Nor is what a driver repeats of it."""
    answer = asked(postgres_url.replace(postgres.admin.password, "wrong-secret"), seconds=3)

    assert "authentication failed" in answer.trouble
    assert "wrong-secret" not in answer.trouble


def test_scheme_with_a_driver_and_options_of_others_connects(postgres_url):
    """SQLAlchemy's spelling of a URL."""
    url = postgres_url.replace("postgresql:", "postgresql+asyncpg:") + "?prepared_statement_cache_size=0"

    assert asked(url, seconds=3).trouble == ""


def test_postgres_without_a_driver_is_greeted(postgres_url):
    """It asks for the password, and the note says how far that goes."""
    answer = greet_postgres(address_of(postgres_url), Deadline(3))

    assert "nobody logged in" in answer.note


def test_mysql_without_a_driver_tells_its_version_or_its_refusal():
    """By the first packet that it sends."""
    greeting = b"\x0a8.4.2\x00" + b"\x01\x00\x00\x00" + b"12345678\x00" + b"\xff\xff"
    with doors.saying(len(greeting).to_bytes(3, "little") + b"\0" + greeting) as port:
        answer = greet_mysql(address_of(f"mysql://127.0.0.1:{port}"), Deadline(1))
    refusal = b"\xff\x6a\x04Host is not allowed to connect to this MySQL server"
    with (
        doors.saying(len(refusal).to_bytes(3, "little") + b"\0" + refusal) as port,
        pytest.raises(Trouble, match="not allowed"),
    ):
        greet_mysql(address_of(f"mysql://127.0.0.1:{port}"), Deadline(1))

    assert answer.version == "8.4.2"


# --- HTTP


class Web(BaseHTTPRequestHandler):
    """Answers by its path: `/500`, `/slow`, `/json`."""

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(1)
        status = int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/json")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):
            self.wfile.write(json.dumps({"status": "ok", "login": self.headers.get("Authorization", "")}).encode())

    def log_message(self, *_):
        return


@pytest.fixture(scope="module")
def web():
    """The URL of a running HTTP server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "status"), [("/json", 200), ("/500", 500), ("/302", 302)])
def test_http_gives_status_and_body_of_what_was_asked_for(web, path, status):
    """Redirects are not followed."""
    answer = asked(web, path=path)

    assert (answer.trouble, answer.status, json.loads(answer.body)["status"]) == ("", status, "ok")


def test_http_that_is_too_slow_is_silent(web):
    """The deadline holds for the whole answer."""
    assert asked(web, path="/slow").reason == "silent"


def test_http_gives_the_login_of_its_url(web):
    """User and password become a basic authorization."""
    answer = asked(web.replace("//", "//someone:secret@"), path="/json")

    assert json.loads(answer.body)["login"].startswith("Basic ")
