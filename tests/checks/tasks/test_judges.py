"""What is judged of crontabs and of calls by name."""

from __future__ import annotations

import pytest

from integrity.checks.model import Entry, Place
from integrity.checks.tasks.crontabs import DAYS, MONTHS, problem_of
from integrity.checks.tasks.judges import References, judge_calls, judge_crontabs
from integrity.checks.tasks.queues import Consumed
from integrity.checks.tasks.routing import Routing, judge_queues

HERE = Place("shop/beat.py", 3)


@pytest.mark.parametrize(
    ("field", "value"), [*(("day_of_week", day) for day in DAYS), *(("month_of_year", month) for month in MONTHS)]
)
def test_days_and_months_have_names(field, value):
    """In three letters or in whole, as in Celery."""
    assert problem_of({"minute": 0, field: value}) == ("", "")
    assert problem_of({"minute": 0, field: f"x{value}"})[1] == "error"


def test_week_and_year_are_whole():
    """Seven days from Sunday, twelve months from January."""
    week = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    year = ["january", "february", "march", "april", "may", "june", "july"]
    year += ["august", "september", "october", "november", "december"]

    assert [problem_of({"minute": 0, "day_of_week": day}) for day in week] == [("", "")] * 7
    assert [problem_of({"minute": 0, "month_of_year": month}) for month in year] == [("", "")] * 12


def test_crontab_without_a_minute_is_a_warning():
    """It may be meant, and an hour that no day has may not."""
    entries = (Entry("often", {"hour": 3}, HERE), Entry("never", {"minute": 0, "hour": 25}, HERE))

    assert [(found.entry, found.level) for found in judge_crontabs(entries).findings] == [
        ("often", "warning"),
        ("never", "error"),
    ]


def test_call_that_another_check_tells_of_is_passed_over():
    """It is counted all the same; a name that nobody can judge is not."""
    entries = tuple(Entry(name, name, HERE) for name in ("gone", "told", "far"))
    material = References(
        entries, lambda name: name != "far", lambda _: "it is gone", lambda _: "", passed_over=frozenset({"told"})
    )

    judged = judge_calls(material)

    assert (judged.count, [found.entry for found in judged.findings]) == (2, ["gone"])


def test_default_queue_is_used_by_what_has_no_other():
    """It is told at the task, and at the worker that doesn't consume it."""
    worker = Place("Procfile", 1)
    tasks = (Entry("shop.pay", None, HERE), Entry("shop.mail", "mails", Place("shop/mail.py", 9)), Entry("shop.ship"))
    consumed = Consumed(frozenset({"mails"}), (worker,), is_known=True)
    material = Routing((), tasks, frozenset(["shop.pay", "shop.mail", "shop.ship"]), (), consumed, default="celery")

    found = judge_queues(material)

    assert [(each.entry, each.places) for each in found.findings] == [("celery", (HERE, worker))]
    assert found.count == 2
