"""What of a past run is not green, and is still there, runs again."""

import msgspec
import pytest

from integrity.commands.planned import Ask, planned
from integrity.commands.rerun import run
from integrity.model.outcome import Outcome
from integrity.model.run import RunDocument
from integrity.report.document import read, write
from integrity.settings import load_root
from tests.monorepo import make_monorepo
from tests.monorepo import unit as files_of
from tests.report.left import leave
from tests.report.sample import Script, plan_of, unit, zoo


@pytest.fixture
def settings(tmp_path):
    """A monorepo of two services, one of them under two Pythons."""
    files = {
        "pyproject.toml": "[tool.integrity]\n",
        **files_of("services/billing"),
        **files_of("services/gateway", more='[tool.integrity]\npython = ["3.11", "3.12"]\n'),
    }
    return load_root(make_monorepo(tmp_path / "root", files, git=True), environ={}, flags={})


def test_what_is_gone_is_named(tmp_path, settings):
    """Of the sample run's units only two are here; each that is not green is told, with how it ended."""
    run_ = leave(tmp_path / "run", *zoo())

    again = run(run_, settings)

    assert [unit.id for unit in again.red] == ["billing"]
    assert again.reasons() == {"services/billing": "not green before: failed"}
    assert list(again.lines()) == [
        "6 of 8 units not green: 3 error, 1 failed, 1 lost, 1 skipped",
        "again: billing",
        "gone: packages/contracts, packages/ratelimits, packages/settings-kit, services/notifications, services/search",
    ]


def test_all_green_is_said(tmp_path, settings):
    """There is nothing to do; a skip that is allowed is green too."""
    script = Script().start(2).plan("a", "t").test("a", "t").end("a").end("b", Outcome.SKIPPED, allowed=True)

    again = run(leave(tmp_path / "run", plan_of(unit("a"), unit("b")), script.events), settings)

    assert (again.red, again.gone) == ((), ())
    assert list(again.lines()) == ["nothing to run again: 2 units, all green"]


def test_problems_of_the_run_itself_are_no_green(tmp_path, settings):
    """A merge that found something wrong was red, though each unit that it has is green: nothing here can run that again."""
    script = Script().start(1).plan("a", "t").test("a", "t").end("a")
    place = leave(tmp_path / "run", plan_of(unit("a")), script.events)
    run_document = msgspec.structs.replace(read(place / "run.json", RunDocument), problems=["x.zip is of another plan"])
    write(place / "run.json", run_document)

    again = run(place, settings)

    assert list(again.lines()) == [
        "nothing to run again: 1 unit, all green",
        "yet the run was not: x.zip is of another plan",
    ]
    assert again.problems


def test_only_the_python_that_was_not_green_runs_again(tmp_path, settings):
    """A unit under two Pythons passed under one of them."""
    plan = plan_of(
        unit("gateway@3.11", path="services/gateway", python="3.11"),
        unit("gateway@3.12", path="services/gateway", python="3.12"),
    )
    again = run(leave(tmp_path / "run", plan, Script().start(2).end("gateway@3.11").events), settings)
    ask = Ask(reasons=again.reasons(), ids=again.ids(), host={})

    assert [unit.id for unit in planned(ask, settings, "r2").plan.units] == ["gateway@3.12"]


def test_unit_whose_pythons_are_others_now_runs_under_all_of_them(tmp_path, settings):
    """It was named for the one that it had."""
    plan = plan_of(unit("gateway@3.13", path="services/gateway", python="3.13"))
    again = run(leave(tmp_path / "run", plan, []), settings)
    ask = Ask(reasons=again.reasons(), ids=again.ids(), host={})

    ids = {unit.id for unit in planned(ask, settings, "r2").plan.units}

    assert ids == {"gateway@3.11", "gateway@3.12"}
