"""Judges see in an answer all that is wrong with it, and nothing else."""

from __future__ import annotations

import json

import pytest

from integrity.checks.services.answer import Answer
from integrity.checks.services.judges import Asked, judge_answer, judge_migrations, judge_version, judge_web


def messages(judge, answer, **wanted):
    examined = judge(Asked("db", "postgresql://h:5432", "DATABASE_URL", answer, wanted))
    assert examined.count == 1
    return [finding.message for finding in examined.findings]


@pytest.mark.parametrize("judge", [judge_answer("DB101"), judge_version, judge_migrations, judge_web])
def test_trouble_is_found_by_every_judge(judge):
    """Whatever else they look at."""
    found = messages(judge, Answer("nothing answers there", "absent"), **{"min-version": "15"})

    assert found == ["db (postgresql://h:5432) does not answer: nothing answers there."]


@pytest.mark.parametrize(
    ("reason", "hint"), [("absent", "Start it"), ("silent", "log"), ("login", "Mend DATABASE_URL"), ("protocol", "")]
)
def test_hint_fits_the_reason(reason, hint):
    """What is absent is started, a login is mended."""
    asked = Asked("db", "", "DATABASE_URL", Answer("trouble", reason), {})

    (finding,) = judge_answer("DB101")(asked).findings

    assert finding.hint.startswith(hint) or hint in finding.hint


def test_answer_without_trouble_is_silent():
    """It was examined, and a note says how far."""
    examined = judge_answer("SVC102")(Asked("db", "", "", Answer(note="nobody logged in"), {}))

    assert (examined.count, examined.findings, examined.notes) == (1, (), ("db: nobody logged in",))


@pytest.mark.parametrize(
    ("version", "wanted", "is_old"),
    [
        ("14.11 (Debian 14.11-1)", "15", True),
        ("15.0", "15", False),
        ("15", "15.0", False),
        ("15.2", "15.10", True),
        ("18.1", "9.6", False),
        ("10.11.6-MariaDB", "10.11", False),
        ("5.7.44", "8.0", True),
    ],
)
def test_version_is_compared_by_its_numbers(version, wanted, is_old):
    """Not as text."""
    assert bool(messages(judge_version, Answer(version=version), **{"min-version": wanted})) is is_old


def test_version_that_nobody_told_is_not_examined():
    """So that a declared check is red."""
    examined = judge_version(Asked("db", "", "", Answer(), {"min-version": "15"}))

    assert (examined.count, len(examined.notes)) == (0, 1)


def test_unapplied_migrations_are_named_the_first_of_many():
    """With how many more there are."""
    left = tuple(f"app.000{number}" for number in range(1, 8))

    (message,) = messages(judge_migrations, Answer(unapplied=left))

    assert "lacks 7 migrations" in message
    assert message.endswith("app.0001, app.0002, app.0003, app.0004, app.0005 and 2 more.")
    assert messages(judge_migrations, Answer()) == []


@pytest.mark.parametrize(
    ("status", "wanted", "is_wrong"),
    [(200, None, False), (204, None, False), (302, None, True), (500, None, True), (503, 503, False), (200, 204, True)],
)
def test_status_is_what_is_wanted(status, wanted, is_wrong):
    """Without a wish: any of success."""
    assert bool(messages(judge_web, Answer(status=status), status=wanted)) is is_wrong


@pytest.mark.parametrize(
    ("wanted", "found", "words"),
    [
        ({"status": "ok"}, {"status": "ok", "more": 1}, None),
        ({"checks": {"db": True}}, {"checks": {"db": True, "cache": False}}, None),
        ({"n": 1}, {"n": 1.0}, None),
        ({"status": "ok"}, {"status": "degraded"}, 'another value at /status than "ok"'),
        ({"status": "ok"}, {}, "no /status"),
        ({"status": "ok"}, ["ok"], "another type at /"),
        ({"checks": {"db": True}}, {"checks": {"db": False}}, "another value at /checks/db than true"),
        ({"n": 1}, {"n": True}, "another type at /n"),
        ({"names": ["a"]}, {"names": ["a", "b"]}, "another value at /names"),
    ],
)
def test_json_holds_what_is_wanted_and_may_hold_more(wanted, found, words):
    """Each difference is told by its path."""
    messages_ = messages(judge_web, Answer(status=200, body=json.dumps(found).encode()), json=wanted)

    assert [words is not None and words in message for message in messages_] == ([True] if words else [])


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_answer_that_is_no_json_is_told(body):
    """Where JSON is wanted, and only there."""
    assert messages(judge_web, Answer(status=200, body=body), json={"status": "ok"}) == [
        "db (postgresql://h:5432): its answer is no JSON."
    ]
    assert messages(judge_web, Answer(status=200, body=body)) == []
