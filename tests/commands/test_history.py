"""`integrity history` tells, from the file that runs append to, which units were flaky and which became slow."""

from __future__ import annotations

import msgspec
import pytest

from integrity.commands.history import run as told_of
from integrity.errors import IntegrityError
from integrity.model.history import PastRun, PastUnit
from integrity.model.outcome import Outcome
from tests.e2e.command import run, unit
from tests.monorepo import make_monorepo

SECOND_TIME = """
import pathlib

def test_passes_the_second_time():
    seen = pathlib.Path("seen").exists()
    pathlib.Path("seen").touch()
    assert seen
"""


def write(path, *seconds, name="services/a", **fields):
    """A file of one run for each of these times."""
    runs = [
        PastRun(
            id=str(number),
            commit=str(number),
            started="",
            units={name: PastUnit(outcome=Outcome.PASSED, seconds=each, **fields)},
        )
        for number, each in enumerate(seconds)
    ]
    path.write_bytes(b"".join(msgspec.json.encode(past) + b"\n" for past in runs))
    return path


def test_flaky_and_slower_units_are_told_in_words(tmp_path):
    """A line for each, with how often and from what to what."""
    told = told_of(write(tmp_path / "history.jsonl", *[2.0] * 5, *[8.0] * 5, flaky=True))

    assert told.text().splitlines() == [
        "flaky   services/a: passed only when tried again in 10 of 10 runs",
        "slower  services/a: 2.0 s before, 8.0 s now",
    ]


def test_nothing_to_tell_is_said_to_people_and_leaves_a_page_as_it_is(tmp_path):
    """A page of a run gets no heading without anything below it."""
    told = told_of(write(tmp_path / "history.jsonl", 2.0, 2.0))

    assert told.text() == "2 runs: no unit was flaky, and none became slow"
    assert told.markdown() == ""


def test_name_of_a_unit_is_only_text(tmp_path):
    """It can neither move the cursor nor be markup."""
    told = told_of(write(tmp_path / "history.jsonl", 2.0, name="\x1b[2J<b>@all\n::error::", flaky=True))

    assert "\x1b" not in told.text()
    assert len(told.text().splitlines()) == 1
    assert "<b>" not in told.markdown()
    assert "@all" not in told.markdown()


def test_file_that_is_not_there_is_an_error_that_says_what_makes_it(tmp_path):
    """Not an empty history, which would be good news."""
    with pytest.raises(IntegrityError, match="can't be read: No such file") as caught:
        told_of(tmp_path / "history.jsonl")

    assert "--history" in caught.value.hint


@pytest.mark.e2e
def test_runs_and_merges_append_to_the_file_that_the_command_reads(tmp_path):
    """A flaky unit of a real run, and the same run once more where it is merged from its shard."""
    files = {"pyproject.toml": "[tool.integrity]\n", **unit("web", SECOND_TIME), ".gitignore": "*results/\nseen\n"}
    root = make_monorepo(tmp_path, files, git=True)

    ran = run(root, "run", "--retries", "1", "--history", "own.jsonl", "--shard", "1/1")
    merged = run(root, "merge", "integrity-results", "--results", "all-results", "--history", "all.jsonl")
    told = run(root, "history", "own.jsonl")
    page = run(root, "history", "all.jsonl", "--format", "markdown")

    assert [done.returncode for done in (ran, merged, told, page)] == [0, 0, 0, 0]
    assert told.stdout == "flaky   services/web: passed only when tried again in 1 of 1 run\n"
    assert "### Lately" in page.stdout
    assert "services&#47;web" in page.stdout
