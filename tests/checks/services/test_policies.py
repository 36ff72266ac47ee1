"""What a declared service is, when it is not there, or wrongly declared: by policy, here and in CI."""

from __future__ import annotations

import pytest

from integrity.checks.allowances import Allowances
from integrity.checks.configuration import problems
from integrity.checks.judging import result_of
from integrity.checks.services import _cases_of
from integrity.checks.services.service import Service
from integrity.checks.unit import unit_around
from tests.checks.harness import run_tests, write
from tests.checks.services import doors


def results(folder, table, **environ):
    """The results of all cases of the service `cache`."""
    (folder / "pyproject.toml").touch()
    unit = unit_around(str(folder / "pyproject.toml"))
    service = Service("cache", table, unit, environ)
    return [result_of(case, unit, Allowances(), is_declared=True) for case in _cases_of(service)]


def test_answer_of_a_real_service_is_green(tmp_path, redis_url):
    """One thing was examined."""
    (result,) = results(tmp_path, {"kind": "redis"}, REDIS_URL=redis_url)

    assert (result.findings, result.count, result.skipped) == ((), 1, "")


@pytest.mark.parametrize("policy", ["required", {"local": "required", "ci": "off"}, {"ci": "optional"}, None])
def test_required_service_without_its_variable_is_red(tmp_path, policy):
    """Also where the policy says nothing for here; the finding names the variable, and where it is documented."""
    (tmp_path / ".env.example").write_text("# how to reach the cache\nREDIS_URL=redis://localhost\n")
    table = {"kind": "redis"} if policy is None else {"kind": "redis", "policy": policy}

    (result,) = results(tmp_path, table)

    (finding,) = result.findings
    assert finding.code == "SVC102"
    assert finding.message == "REDIS_URL is not set, so cache can't be asked."
    assert finding.hint == "Set REDIS_URL; .env.example:2 shows how."
    assert [(place.path, place.line, place.role) for place in finding.places] == [
        ("pyproject.toml", None, "declared"),
        (".env.example", 2, "expected"),
    ]


def test_undocumented_variable_is_to_be_documented(tmp_path):
    """Where nobody says how it looks."""
    (result,) = results(tmp_path, {"kind": "amqp"}, AMQP_URL=" ")

    assert result.findings[0].hint == "Set AMQP_URL, and document it in .env.example."


@pytest.mark.parametrize("ci", ["", "0", "false"])
def test_optional_service_that_is_not_there_is_skipped_with_the_reason(tmp_path, ci):
    """Its variable isn't set, or nothing listens; at once."""
    policy = {"ci": "required", "local": "optional"}
    table = {"kind": "redis", "policy": policy}

    (unset,) = results(tmp_path, table, CI=ci)
    (closed,) = results(tmp_path, table, CI=ci, REDIS_URL=f"redis://127.0.0.1:{doors.closed_port()}")

    assert (unset.skipped, unset.findings) == ("cache is optional here, and REDIS_URL is not set", ())
    assert (closed.skipped, closed.findings) == (
        "cache is optional here, and nothing answers there: connection refused",
        (),
    )


def test_what_is_optional_on_a_laptop_is_required_in_ci(tmp_path):
    """By the variable CI."""
    policy = {"ci": "required", "local": "optional"}

    (result,) = results(tmp_path, {"kind": "redis", "policy": policy}, CI="true")

    assert len(result.findings) == 1
    assert result.skipped == ""


def test_optional_service_that_answers_wrongly_is_red(tmp_path, redis_url):
    """It is there, and it is broken."""
    table = {"kind": "redis", "policy": "optional", "timeout": 0.3}

    (wrong,) = results(tmp_path, table, REDIS_URL=redis_url.replace("correct", "wrong"))
    with doors.silent() as port:
        (hanging,) = results(tmp_path, table, REDIS_URL=f"redis://127.0.0.1:{port}")

    assert "WRONGPASS" in wrong.findings[0].message
    assert "no answer within 0.3 s" in hanging.findings[0].message


def test_service_that_is_off_is_seen_as_skipped(tmp_path):
    """It is not asked at all."""
    (result,) = results(tmp_path, {"kind": "redis", "policy": "off"})

    assert result.skipped == "cache is off here, by its policy"


@pytest.mark.parametrize(
    ("table", "url", "words"),
    [
        ({"kind": "http"}, "", "does not say which variable holds its URL"),
        ({"kind": "celery"}, "", "does not say which app it is"),
        ({"kind": "redis"}, "mysql://u:s3cret@h", "declared as redis, but REDIS_URL holds a URL of mysql"),
        ({"kind": "redis"}, "s3cret", "REDIS_URL gives cache no address"),
    ],
)
def test_declaration_that_can_not_be_examined_is_red(tmp_path, table, url, words):
    """Whatever the policy; no value is shown."""
    (result,) = results(tmp_path, {**table, "policy": "optional"}, REDIS_URL=url)

    assert words in result.findings[0].message
    assert "s3cret" not in str(result)


def test_finding_shows_neither_password_nor_query(tmp_path, redis_url):
    """Of whatever stands in the variable."""
    (result,) = results(
        tmp_path, {"kind": "redis"}, REDIS_URL=redis_url.replace("correct", "wrong-s3cret") + "?token=abcdefg"
    )

    text = str(result.findings)
    assert "(redis://127.0.0.1:" in text
    assert "s3cret" not in text
    assert "abcdefg" not in text


def test_database_cases_share_one_answer(tmp_path, postgres_url):
    """Connection and version are two cases, and old servers are found."""
    green = results(tmp_path, {"kind": "postgres", "min-version": "15"}, DATABASE_URL=postgres_url)
    red = results(tmp_path, {"kind": "postgres", "min-version": "99"}, DATABASE_URL=postgres_url)

    assert [(result.case.check.code, result.count, result.findings) for result in green] == [
        ("DB101", 1, ()),
        ("DB103", 1, ()),
    ]
    assert [finding.code for result in red for finding in result.findings] == ["DB103"]


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ({"db": {"kind": "postgres", "policy": {"ci": "required"}}}, True),
        ({"db": "postgres"}, True),
        ({"api": {"kind": "http", "json": {"n": 1}}}, True),
        ({"db": {}}, False),
        ({"db": {"kind": "postgress"}}, False),
        ({"db": {"kind": "postgres", "policy": "sometimes"}}, False),
        ({"db": {"kind": "postgres", "policy": {"cloud": "required"}}}, False),
        ({"db": {"kind": "postgres", "timeout": "3"}}, False),
        ({"db": {"kind": "postgres", "url_env": "X"}}, False),
        ([], False),
    ],
)
def test_configuration_is_judged(value, is_right):
    """A table of named tables; a string stands for the kind."""
    assert (problems("checks", {"services": value}) == []) is is_right


MANIFEST = """\
[project]
name = "billing"

[tool.integrity.checks.services]
cache = { kind = "redis", timeout = 0.3, policy = { ci = "required", local = "optional" } }
"""


def test_skip_is_visible_on_a_laptop_and_red_in_ci(tmp_path, newest):
    """In pytest's own words, in an env without any of our tools."""
    write(tmp_path, {"pyproject.toml": MANIFEST})

    local, output = run_tests(tmp_path, newest)
    (tmp_path / "stream.jsonl").unlink()
    in_ci, _ = run_tests(tmp_path, newest, CI="true")

    assert local == []
    assert "1 skipped" in output
    assert [(finding["code"], finding["places"][0]["line"]) for finding in in_ci] == [("SVC102", 5)]
