"""Merging is only reading, folding and writing: what the shards of a run left is that run, or it says what is missing."""

import json
import shutil

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.commands.merge import MergeRequest
from integrity.commands.merge import run as merge
from integrity.errors import IntegrityError, UsageError
from integrity.model.event import UnitEnd
from integrity.model.outcome import Outcome, TestOutcome
from integrity.model.run import Shard
from integrity.planning.tally import fold
from integrity.report.document import write
from integrity.report.formats import FORMATS, encoded
from integrity.report.source import source_of
from integrity.settings import load_root
from tests.report.left import archive, leave, part_of, spread
from tests.report.sample import Script, plan_of, unit, zoo

FEW = settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))


def bytes_of(report):
    """Every report that can be made of it."""
    return {name: b"".join(encoded(form.parts(report))) for name, form in FORMATS.items()}


def written(results):
    """What a merge or run wrote of those that are always written."""
    return {name: (results / form.file).read_bytes() for name, form in FORMATS.items() if form.is_always}


class Merging:
    """A root, and merges in it."""

    def __init__(self, root):
        self.root = root

    def __call__(self, *places, plan=None, results="merged", host=None):
        """The report, after a look that what was written is it."""
        self.settings = load_root(self.root, environ={}, flags={"results": results})
        done = merge(MergeRequest(places=places, plan=plan, host=host or {}), self.settings)
        assert done.problems == ()
        assert written(self.settings.results).items() <= bytes_of(done.report).items()
        return done.report


@pytest.fixture
def merging(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.integrity]\n")
    return Merging(tmp_path)


@st.composite
def splits(draw):
    """The sample run, spread over shards in any way: its plan, its events, and those of each shard."""
    plan, events = zoo()
    shards = draw(st.integers(2, 5))
    shard_of = draw(st.lists(st.integers(1, shards), min_size=len(plan.units), max_size=len(plan.units)))
    plan = spread(plan, shards, shard_of)
    beats = draw(st.lists(st.integers(1, shards), min_size=len(events), max_size=len(events)))
    parts = {
        index: part_of(plan, events, index, {event.seq for event in events if beats[event.seq] == index})
        for index in range(1, shards + 1)
    }
    return plan, events, parts


@FEW
@given(splits(), st.data())
def test_any_split_merges_to_the_run(tmp_path_factory, split, data):
    """Whatever the shards, their order, and how often one was fetched: each report is that of the run, byte for byte."""
    plan, events, parts = split
    folder = tmp_path_factory.mktemp("split")
    places = [archive(folder / f"shard-{index}", plan, part, index) for index, part in parts.items()]
    again = data.draw(st.sampled_from(places))
    (folder / "again").mkdir()
    shutil.copy(again, folder / "again" / again.name)
    (folder / "pyproject.toml").write_text("[tool.integrity]\n")
    merging = Merging(folder)

    once = merging(*data.draw(st.permutations([*places, folder / "again"])))
    twice = merging(folder / "merged", results="twice")

    assert bytes_of(once) == bytes_of(fold(plan, events))
    assert bytes_of(twice) == bytes_of(once)


@FEW
@given(splits(), st.data())
def test_missing_shard_is_never_green(tmp_path_factory, split, data):
    """Its units are lost, it is named, and the other shards' units are as they were; merged once more it is the same."""
    plan, events, parts = split
    folder = tmp_path_factory.mktemp("split")
    left_out = data.draw(st.sampled_from(sorted({unit.shard for unit in plan.units})))
    for index in parts.keys() - {left_out}:
        archive(folder / "shards", plan, parts[index], index)
    (folder / "shards").mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text("[tool.integrity]\n")
    write(folder / "plan.json", plan)
    merging = Merging(folder)

    report = merging(folder / "shards", plan=folder / "plan.json")
    twice = merging(folder / "merged", results="twice")

    whole = {unit.id: unit.outcome for unit in fold(plan, events).units}
    expected = {unit.id: Outcome.LOST if unit.shard == left_out else whole[unit.id] for unit in plan.units}
    assert f"shard {left_out}/{plan.shards} left no archive" in report.run.problems
    assert {unit.id: unit.outcome for unit in report.units} == expected
    assert report.run.exit_code == 3
    assert bytes_of(twice) == bytes_of(report)


def two_shards():
    """A plan of `a` on shard 1 and `b` on shard 2; both pass."""
    plan = spread(plan_of(unit("a"), unit("b")), 2, [1, 2])
    script = Script().start(2).plan("a", "t").test("a", "t").end("a").plan("b", "t").test("b", "t").end("b")
    return plan, [part_of(plan, script.events, index) for index in (1, 2)]


def failed(name):
    """Events of a run in which this unit failed."""
    return Script().start(1).plan(name, "t").test(name, "t", TestOutcome.FAILED).end(name, Outcome.FAILED).events


def outcomes(report):
    return {unit.id: str(unit.outcome) for unit in report.units}


def test_results_folders_merge_as_archives_do(merging, tmp_path):
    """An uploader that takes whole folders, each below a folder of its own, is fine."""
    plan, parts = two_shards()
    for index, events in enumerate(parts, 1):
        run = leave(tmp_path / f"artifacts/shard-{index}/integrity-results", plan, events, Shard(index=index, total=2))
        next(run.glob("*.zip")).unlink()

    report = merging(tmp_path / "artifacts")

    assert (outcomes(report), report.run.exit_code) == ({"a": "passed", "b": "passed"}, 0)
    assert (tmp_path / "merged/units/b/output.log").read_text() == "output of b\n"


def test_folders_unpacked_into_one_another_stand_for_their_archives(merging, tmp_path):
    """`merge-multiple` over whole results folders mixes their documents; the archives beside them are whole."""
    plan, parts = two_shards()
    for index, events in enumerate(parts, 1):
        run = leave(tmp_path / f"run-{index}", plan, events, Shard(index=index, total=2))
        shutil.copytree(run, tmp_path / "flat", dirs_exist_ok=True)

    assert outcomes(merging(tmp_path / "flat")) == {"a": "passed", "b": "passed"}


def test_newest_attempt_wins_and_older_failure_makes_it_flaky(merging, tmp_path):
    """What failed when a shard ran first is an earlier attempt of the units that pass now."""
    plan, (first, second) = two_shards()
    archive(tmp_path / "shards", plan, first, 1)
    archive(tmp_path / "shards", plan, failed("b"), 2)
    archive(tmp_path / "shards", plan, second, 2, attempt=2)

    report = merging(tmp_path / "shards")
    [a, b] = report.units

    assert (outcomes(report), report.run.exit_code) == ({"a": "passed", "b": "passed"}, 0)
    assert (a.flaky, a.attempts, a.earlier) == (False, 1, [])
    assert (b.flaky, b.attempts) == (True, 2)
    assert [(one.outcome, one.failed) for one in b.earlier] == [("failed", ["t"])]


def test_newest_attempt_wins_when_it_is_worse(merging, tmp_path):
    """What passed when a shard ran first says nothing once it ran again."""
    plan, (first, second) = two_shards()
    archive(tmp_path / "shards", plan, first, 1)
    archive(tmp_path / "shards", plan, second, 2)
    archive(tmp_path / "shards", plan, failed("b"), 2, attempt=2)

    report = merging(tmp_path / "shards")

    assert (outcomes(report), report.run.exit_code) == ({"a": "passed", "b": "failed"}, 1)


@pytest.mark.parametrize("first", ["passed", "failed"])
def test_unit_that_the_newest_attempt_lost_is_lost(merging, tmp_path, first):
    """An older attempt's verdict never stands in for one that is missing."""
    plan, (one, two) = two_shards()
    archive(tmp_path / "shards", plan, one, 1)
    archive(tmp_path / "shards", plan, two if first == "passed" else failed("b"), 2)
    archive(tmp_path / "shards", plan, two[:1], 2, attempt=2)

    report = merging(tmp_path / "shards")

    assert (outcomes(report)["b"], report.run.exit_code) == ("lost", 3)


def test_truncated_newest_attempt_is_no_reason_to_believe_an_older_one(merging, tmp_path):
    """Its name says which shard it was; that shard's units are lost."""
    plan, (one, two) = two_shards()
    archive(tmp_path / "shards", plan, one, 1)
    archive(tmp_path / "shards", plan, two, 2)
    torn = archive(tmp_path / "shards", plan, two, 2, attempt=2)
    torn.write_bytes(torn.read_bytes()[:-40])

    report = merging(tmp_path / "shards")

    assert outcomes(report) == {"a": "passed", "b": "lost"}
    assert report.run.problems == [f"{torn.name} can't be read: it is no whole zip file"]
    assert report.run.exit_code == 3


def test_same_attempt_with_other_content_is_a_problem(merging, tmp_path):
    """Two archives say to be the same run: neither is believed."""
    plan, (one, two) = two_shards()
    archive(tmp_path / "shards", plan, one, 1)
    archive(tmp_path / "shards/x", plan, two, 2)
    archive(tmp_path / "shards/y", plan, failed("b"), 2)

    report = merging(tmp_path / "shards/x", tmp_path / "shards/y", tmp_path / "shards")

    assert outcomes(report) == {"a": "passed", "b": "lost"}
    [problem] = report.run.problems
    assert "differ, and say to be the same run" in problem


def test_archives_below_an_archive_folder_are_not_looked_for_twice(merging, tmp_path):
    """A place that is named twice is one place."""
    plan, parts = two_shards()
    for index, events in enumerate(parts, 1):
        archive(tmp_path / "shards", plan, events, index)

    assert merging(tmp_path / "shards", tmp_path / "shards").run.problems == []


def test_foreign_archive_is_a_problem(merging, tmp_path):
    """A shard of another plan is no shard of this one, whatever its number."""
    plan, parts = two_shards()
    archive(tmp_path / "shards", plan, parts[0], 1)
    archive(tmp_path / "shards", msgspec.structs.replace(plan, commit="f" * 40), parts[1], 2)
    write(tmp_path / "plan.json", plan)

    report = merging(tmp_path / "shards", plan=tmp_path / "plan.json")

    assert outcomes(report) == {"a": "passed", "b": "lost"}
    assert report.run.problems == [
        "integrity-shard-2-of-2-attempt-1.zip is of another plan (commit ffffffffffff)",
        "shard 2/2 left no archive",
    ]


def test_different_plans_have_to_be_told_apart(merging, tmp_path):
    """Without --plan, nobody knows which is meant; nothing is written."""
    plan, parts = two_shards()
    archive(tmp_path / "shards", plan, parts[0], 1)
    archive(tmp_path / "shards", msgspec.structs.replace(plan, commit="f" * 40), parts[1], 2)

    with pytest.raises(IntegrityError, match="runs of 2 different plans") as refused:
        merging(tmp_path / "shards")

    assert "--plan" in refused.value.hint
    assert not (tmp_path / "merged").exists()


def test_shards_that_planned_alone_merge_where_they_agree(merging, tmp_path):
    """Without a job that plans, each shard's plan has an id of its own; the order of the archives decides nothing."""
    plan, parts = two_shards()
    other = msgspec.structs.replace(plan, run_id="r0")
    archive(tmp_path / "shards", plan, parts[0], 1)
    archive(tmp_path / "more", other, parts[1], 2)

    one, two = merging(tmp_path / "shards", tmp_path / "more"), merging(tmp_path / "more", tmp_path / "shards")

    assert bytes_of(one) == bytes_of(two)
    assert (one.run.id, one.run.exit_code) == ("r0", 0)


def test_shard_that_did_not_end_is_a_problem(merging, tmp_path):
    """Its run was killed: what ended counts, what did not is lost, and it is said."""
    plan = spread(plan_of(unit("a"), unit("b")), 2, [2, 2])
    events = Script().start(2).plan("a", "t").test("a", "t").end("a").plan("b", "t").events
    leave(tmp_path / "shards/one", plan, events, Shard(index=2, total=2), ended=False)

    report = merging(tmp_path / "shards")

    assert outcomes(report) == {"a": "passed", "b": "lost"}
    assert report.run.problems == ["shard 2/2 did not end (one/integrity-shard-2-of-2-attempt-1.zip)"]


def test_journal_torn_at_its_end_loses_what_had_not_ended(merging, tmp_path):
    """The last line is half; the units before it stand."""
    plan, parts = two_shards()
    archive(tmp_path / "shards", plan, parts[0], 1)
    run = leave(tmp_path / "run", plan, parts[1], Shard(index=2, total=2))
    journal = (run / "events.jsonl").read_bytes()
    (run / "events.jsonl").write_bytes(journal[:-20])

    next(run.glob("*.zip")).unlink()
    report = merging(tmp_path / "shards", run)

    assert outcomes(report) == {"a": "passed", "b": "lost"}
    assert report.run.exit_code == 3


def test_journal_with_units_of_another_shard_is_refused(merging, tmp_path):
    """A shard can't speak for another one."""
    plan, parts = two_shards()
    archive(tmp_path / "shards", plan, failed("b"), 1)
    archive(tmp_path / "shards", plan, parts[1], 2)

    report = merging(tmp_path / "shards")

    assert outcomes(report) == {"a": "lost", "b": "passed"}
    [problem] = report.run.problems
    assert "has a unit that is none of its run's: b" in problem


def test_empty_plan_is_green_without_any_archive(merging, tmp_path):
    """Nothing was affected, so no shard ran; the folder for archives need not even be there."""
    write(tmp_path / "plan.json", msgspec.structs.replace(plan_of(), base="abc"))

    report = merging(tmp_path / "nothing", plan=tmp_path / "plan.json")

    assert (report.run.exit_code, report.run.problems, report.units) == (0, [], [])


def test_nothing_at_all_is_no_success(merging, tmp_path):
    """With a plan all shards are missing, without one there is nothing to say."""
    plan, _ = two_shards()
    write(tmp_path / "plan.json", plan)

    report = merging(tmp_path / "nothing", plan=tmp_path / "plan.json")

    assert report.run.problems == ["nothing holds no results", "shard 1/2 left no archive", "shard 2/2 left no archive"]
    assert report.run.exit_code == 3
    with pytest.raises(IntegrityError, match="nothing to merge: nothing holds no results"):
        merging(tmp_path / "nothing")


def test_shard_without_units_need_leave_nothing(merging, tmp_path):
    """There are fewer units than shards; what a shard without units would leave says nothing."""
    plan, parts = two_shards()
    plan = msgspec.structs.replace(plan, shards=3)
    for index, events in enumerate(parts, 1):
        archive(tmp_path / "shards", plan, events, index)

    assert merging(tmp_path / "shards").run.exit_code == 0


def test_merge_made_before_is_no_shard(merging, tmp_path):
    """A downloaded report of an earlier merge lies beside the archives: only these count."""
    plan, (one, two) = two_shards()
    for index, events in ((1, one), (2, failed("b"))):
        archive(tmp_path / "first", plan, events, index)
    merging(tmp_path / "first", results="all/report")
    archive(tmp_path / "all/shards", plan, one, 1)
    archive(tmp_path / "all/shards", plan, two, 2, attempt=2)

    report = merging(tmp_path / "all")

    assert (outcomes(report), report.run.problems) == ({"a": "passed", "b": "passed"}, [])


def test_results_are_never_emptied_of_what_is_to_be_merged(merging, tmp_path):
    """FROM lies in the folder that is written anew."""
    plan, parts = two_shards()
    archive(tmp_path / "merged/shards", plan, parts[0], 1)

    with pytest.raises(UsageError, match="written anew"):
        merging(tmp_path / "merged/shards")

    assert len(list((tmp_path / "merged/shards").iterdir())) == 1


def test_earlier_results_below_the_place_are_passed_over(merging, tmp_path):
    """`merge .` in a folder that has the results of the merge before."""
    plan, parts = two_shards()
    for index, events in enumerate(parts, 1):
        archive(tmp_path / f"all/{index}", plan, events, index)
    leave(tmp_path / "all/integrity-results", msgspec.structs.replace(plan, commit="old"), [])

    assert merging(tmp_path / "all", results="all/integrity-results").run.exit_code == 0


def test_whole_run_merges_to_itself(merging, tmp_path):
    """A plan of one shard that ran as one."""
    plan, events = zoo()
    leave(tmp_path / "run", plan, events)

    assert bytes_of(merging(tmp_path / "run")) == bytes_of(fold(plan, events))


def test_only_shard_of_a_plan_has_all_units(merging, tmp_path):
    """A plan that came out at one shard names none for its units; shard 1/1 is all of it."""
    plan, events = zoo()
    archive(tmp_path / "shards", plan, events, 1)

    assert bytes_of(merging(tmp_path / "shards")) == bytes_of(fold(plan, events))


def test_logs_of_units_that_are_not_the_shards_own_are_passed_over(merging, tmp_path):
    """A shard can't put a log beside another shard's unit, or where no unit is."""
    plan, parts = two_shards()
    archive(tmp_path / "shards", plan, parts[0], 1)
    run = leave(tmp_path / "run", plan, parts[1], Shard(index=2, total=2))
    for name in ("a", "x"):
        (run / "units" / name).mkdir()
        (run / "units" / name / "forged.log").write_text("x")
    next(run.glob("*.zip")).unlink()

    merging(tmp_path / "shards", run)

    logs = {path.relative_to(tmp_path / "merged").as_posix() for path in (tmp_path / "merged/units").rglob("*.log")}
    assert logs == {"units/a/output.log", "units/b/output.log"}


def test_summary_and_times_are_recorded(merging, tmp_path):
    """The page of the CI run gets the summary; the next plan goes by these times."""
    plan, parts = two_shards()
    for index, events in enumerate(parts, 1):
        archive(tmp_path / "shards", plan, events, index)

    merging(tmp_path / "shards", host={"GITHUB_STEP_SUMMARY": str(tmp_path / "page.md")})

    assert (tmp_path / "page.md").read_bytes() == (tmp_path / "merged/summary.md").read_bytes()
    assert set(json.loads((tmp_path / ".integrity/timings.json").read_text())["units"]) == {"services/a", "services/b"}


def test_merged_results_read_as_those_of_a_run(merging, tmp_path):
    """run.json, plan.json and journal say the same as the reports, problems included."""
    plan, parts = two_shards()
    archive(tmp_path / "shards", plan, parts[0], 1)

    report = merging(tmp_path / "shards")
    source = source_of(tmp_path / "merged")

    assert source.report() == report
    assert (source.run.state, source.run.exit_code, source.run.problems) == ("ended", 3, report.run.problems)
    assert [event.seq for event in source.events()] == list(range(len(parts[0])))
    assert sum(isinstance(event, UnitEnd) for event in source.events()) == 1
