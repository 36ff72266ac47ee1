"""What is judged of rates."""

from __future__ import annotations

import pytest

from integrity.checks.model import Place
from integrity.checks.rates import judges
from integrity.checks.rates.grammar import Window
from integrity.checks.rates.judges import Rated, Rates, Stack, Use

PLACE = Place("settings.py", 3)
GOOD = Rates(
    (Rated("a", "1/min", "drf", PLACE, "1/min"), Rated("b", "2/day", "drf"), Rated("c", None, "drf")),
    (Use("a", "views.A"), Use("b", "views.B", PLACE)),
    (Stack("views.A", (Window(1, 1), Window(10, 60))),),
)
CHECKS = [
    (judges.unreadable, judges.garbled),
    (judges.misread, judges.mistaken),
    (judges.empty, judges.emptied),
    (judges.unrated, judges.unlisted),
    (judges.unused, judges.unasked),
    (judges.idle, judges.inverted),
]


@pytest.mark.parametrize(("judge", "spoiled"), CHECKS)
def test_good_rates_are_silent_and_every_spoiled_copy_is_not(judge, spoiled):
    """A check that stays calm over a defect can't fail."""
    copies = list(spoiled(GOOD))

    assert judge(GOOD).findings == ()
    assert judge(GOOD).count > 0
    assert copies
    assert all(judge(copy).findings for copy in copies)


def test_rate_that_no_source_shows_is_not_shown():
    """It may have come from the environment."""
    hidden, shown = Rated("a", "s3cret/x", "drf"), Rated("b", "10/x", "drf", PLACE, "10/x")
    messages = [finding.message for finding in judges.unreadable(Rates((hidden, shown))).findings]

    assert messages == [
        "The rate of a can't be read: before the '/' stands a whole number. The first request that meets it fails.",
        "The rate '10/x' of b can't be read: the period begins with s, m, h or d. The first request that meets it fails.",
    ]


def test_zero_means_what_its_library_makes_of_it():
    """Celery lets everything through, django-ratelimit is meant to refuse."""
    rates = Rates((Rated("a", "0/m", "celery"), Rated("b", "0/s", "ratelimit"), Rated("c", "-1/day", "drf")))
    found = judges.empty(rates)

    assert [(finding.entry, finding.message.split(" of ")[1]) for finding in found.findings] == [
        ("a", "a is no limit at all."),
        ("c", "c refuses every request."),
    ]
    assert found.count == 2


def test_unused_needs_to_know_any_use():
    """Without one, nothing can be said."""
    assert judges.unused(Rates(GOOD.rated)) == judges.Examined(0)
    assert [finding.entry for finding in judges.unused(Rates(GOOD.rated, GOOD.uses[:1])).findings] == ["b"]


def test_windows_of_one_length_are_not_compared():
    """Nor those that leave room for both."""
    same = Stack("x", (Window(5, 60), Window(9, 60)))
    fine = Stack("y", (Window(5, 60), Window(5, 3600)))
    wrong = Stack("z", (Window(5, 86400), Window(100, 60), Window(9, 3600)))

    assert [finding.message for finding in judges.idle(Rates(stacks=(same, fine, wrong))).findings] == [
        "z allows 100 in a minute, but only 9 in an hour: the first can never be reached."
    ]
