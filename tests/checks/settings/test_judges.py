"""What is judged of Django's messages and of the names of settings."""

from __future__ import annotations

from integrity.checks.model import Place
from integrity.checks.settings.judges import (
    Message,
    Messages,
    Spellings,
    judge_messages,
    judge_spelling,
    spoiled_messages,
    spoiled_spelling,
)

HERE = Place("shop/settings.py", 3)


def test_message_of_django_keeps_its_level_place_and_number():
    """One without a number or an object is told as well as it can be."""
    messages = (
        Message("a.E1", 40, "shop.Order", "Wrong.", "Mend it.", HERE),
        Message("a.C1", 50, "", "Worse.", "", None),
        Message("a.W1", 30, "", "Odd.", "", None),
        Message("", 20, "", "So it is.", "", None),
    )

    judged = judge_messages(Messages(7, messages))

    assert judged.count == 7
    assert [(each.entry, each.level, each.places) for each in judged.findings] == [
        ("a.E1 shop.Order", "error", (HERE,)),
        ("a.C1", "error", ()),
        ("a.W1", "warning", ()),
        ("(no id)", "info", ()),
    ]
    assert judged.findings[0].message == "shop.Order: Wrong (a.E1)."
    assert [len(judge_messages(copy).findings) for copy in spoiled_messages(Messages(7, ()))] == [1]


def test_misspelt_setting_is_told_at_its_place():
    """Unless its right name is set too, or the unit reads it itself."""
    known = frozenset({"ALLOWED_HOSTS", "MIDDLEWARE", "TIME_ZONE"})
    own = {"ALLOWED_HOST": HERE, "MIDLEWARE": None, "TIMEZONE": HERE, "PLANS": HERE, "TIME_ZONE": None}

    judged = judge_spelling(Spellings(own, known, frozenset({"MIDLEWARE"})))

    assert [(each.entry, each.places) for each in judged.findings] == [("ALLOWED_HOST", (HERE,))]
    assert [len(judge_spelling(copy).findings) for copy in spoiled_spelling(Spellings({}, known, frozenset()))] == [1]
