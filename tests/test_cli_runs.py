"""`integrity report` offers what there is."""

from integrity.cli_runs import REPORTS, TEXT
from integrity.report.formats import FORMATS


def test_every_format_can_be_asked_for():
    """The command line must not import the reports to know their names; so the two lists are compared here."""
    assert {TEXT, *FORMATS} == set(REPORTS)
