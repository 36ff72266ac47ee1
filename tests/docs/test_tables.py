"""Tables and lists on the pages say what the program says."""

from __future__ import annotations

import re

from integrity.backing.docker.endpoints import candidates
from integrity.backing.embedded.locate import served_kinds
from integrity.model.need import Isolation, ReadyBy
from integrity.model.outcome import ErrorKind, Outcome
from integrity.model.report import ReportedService
from integrity.settings.kinds import KINDS
from tests.docs.pages import code, page, rows

PARTS = {
    "postgres": "a database and a role",
    "mysql": "a database and a user",
    "rabbitmq": "a vhost and a user",
}  # what a recipe gives a unit of a shared server


def test_kinds_are_those_that_ship():
    """Image, what a unit gets, whether it can be embedded, and all variables, in their order."""
    found = rows(page("how-to/services.md"), "| kind | image |")

    assert found == [
        [
            f"`{kind.name}`",
            f"`{kind.image}`",
            PARTS[kind.tenant] if kind.isolation is Isolation.SHARED else "a server",
            "yes" if kind.name in served_kinds() else "no",
            ", ".join(f"`{name}`" for name in kind.variables),
        ]
        for kind in KINDS.values()
    ]


def test_given_servers_are_told_of_for_each_recipe():
    """What an account needs is said for every kind of which units get a part."""
    found = rows(page("how-to/services-in-ci.md"), "| kind | a unit gets |")

    named = {name for cells in found for name in code(cells[0])}

    assert named == {kind.name for kind in KINDS.values() if kind.tenant}


def test_every_way_to_be_ready_is_told():
    """The page about own images has each way but the protocols of the kinds."""
    found = rows(page("how-to/own-image.md"), "| `ready =` |")

    told = {word for cells in found for word in re.findall(r"\w+(?= =)", code(cells[0])[0])}

    assert told - {"port"} == set(ReadyBy) - {ReadyBy.PROTOCOL}


def test_engines_are_looked_for_in_this_order():
    """The sockets of the page are those that are tried."""
    text = page("how-to/engines.md")
    home, runtime = "/home/someone", "/run/user/1000"

    told = [
        path.replace("$XDG_RUNTIME_DIR", runtime).replace("~", home)
        for path in re.findall(r"(?m)^\d\. .*`([^`]+\.sock)`", text)
    ]
    tried = [candidate.url for candidate in candidates({"HOME": home, "XDG_RUNTIME_DIR": runtime})]

    assert [f"unix://{path}" for path in told] == tried


def test_fields_of_a_service_are_those_of_the_report():
    """The reference has every field, in its order."""
    found = rows(page("reference/results.md").partition("\nA service:\n")[2], "| field |")

    assert [code(cells[0])[0] for cells in found] == list(ReportedService.__struct_fields__)


def test_outcomes_and_errors_are_all_told():
    """The page has a row for every outcome and for every kind of error."""
    text = page("explanation/outcomes.md")

    outcomes = [code(cells[0])[0] for cells in rows(text, "| outcome |")]
    errors = [code(cells[0])[0] for cells in rows(text, "| kind | what happened |")]

    assert set(outcomes) == set(Outcome)
    assert set(errors) == set(ErrorKind)
