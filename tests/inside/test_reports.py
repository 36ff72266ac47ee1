"""What becomes of a test's reports: retries, duplicates, parts, dead workers, hostile and huge text, findings."""

from __future__ import annotations

import pytest

RERUN = """
import pytest
from _pytest.runner import runtestprotocol

def tell(event, item):
    getattr(item.ihook, "pytest_runtest_log" + event)(nodeid=item.nodeid, location=item.location)

def pytest_runtest_protocol(item, nextitem):
    tell("start", item)
    for attempt in range(3):
        if EACH and attempt:
            tell("start", item)
        again = False
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            if report.failed and attempt < 2:
                report.outcome = "rerun"
                again = True
            item.ihook.pytest_runtest_logreport(report=report)
            if again and not EACH:
                break
        if EACH or not again:
            tell("finish", item)
        if not again:
            return True
"""


@pytest.mark.parametrize("each", [True, False], ids=["told of each try", "told of the test"])
def test_retries_count_by_the_last(run, each):
    """A test that a retry mended has passed, one that none mended has failed, and each ends once."""
    conftest = f"EACH = {each}\n{RERUN}"
    test = (
        "tries = []\ndef test_mended():\n    tries.append(1)\n    assert len(tries) == 3\ndef test_lost(): assert 0\n"
    )

    recording = run({"conftest.py": conftest, "test_unit.py": test})

    assert [(event["id"], event["outcome"]) for event in recording.of("test-end")] == [
        ("test_unit.py::test_mended", "passed"),
        ("test_unit.py::test_lost", "failed"),
    ]
    assert recording.one("session-end")["exit"] == recording.status == 1


def test_duplicate_id_never_hides_a_failure(run):
    """Of two runs of one id the last end counts, and it is not better than the first."""
    conftest = "def pytest_collection_modifyitems(items):\n    items.append(items[0])\n"
    test = "tries = []\ndef test_one():\n    tries.append(1)\n    assert len(tries) > 1\n"

    recording = run({"conftest.py": conftest, "test_unit.py": test}, "-p", "no:terminal")

    assert recording.planned == ["test_unit.py::test_one"]
    assert [event["outcome"] for event in recording.of("test-end")] == ["failed", "failed"]
    assert recording.ends["test_one"]["line"] == 4


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="subtests came with pytest 9")
@pytest.mark.parametrize("options", [(), ("-p", "no:terminal"), ("-n1",)], ids=["plain", "no terminal", "xdist"])
def test_parts_belong_to_their_test(run, options):
    """A test with parts counts once, fails with any of them, and keeps the text of each that failed."""
    test = """
def test_parts(subtests):
    for number in range(4):
        with subtests.test("part", number=number):
            print("part", number)
            assert number % 2 == 0, f"odd {number}"

def test_fine(subtests):
    with subtests.test("part"):
        pass
"""
    recording = run(test, *options)

    assert len(recording.of("test-end")) == 2
    parts = recording.ends["test_parts"]
    assert (parts["outcome"], parts["line"]) == ("failed", 6)
    assert "odd 1" in parts["message"]
    assert "odd 1" in parts["text"]
    assert "odd 3" in parts["text"]
    assert "part 3" in parts["output"]
    assert recording.ends["test_fine"]["outcome"] == "passed"


def test_dead_worker_fails_its_test(run):
    """The test in which an xdist worker died ends as failed; the others, on a new worker, as they do."""
    recording = run("import os\ndef test_dies(): os._exit(1)\ndef test_lives(): pass\n", "-n1")

    assert sorted(recording.planned) == sorted(event["id"] for event in recording.of("test-end"))
    assert recording.ends["test_dies"]["outcome"] == "failed"
    assert "crashed while running" in recording.ends["test_dies"]["message"]
    assert recording.ends["test_dies"]["path"].endswith("/unit/test_unit.py")
    assert recording.ends["test_lives"]["outcome"] == "passed"
    assert recording.one("session-end")["exit"] == recording.status == 1


def test_plan_is_written_once_for_all_workers(run):
    """Both workers collect the same tests, which are planned once; none writes by itself."""
    recording = run("import pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_n(n): pass\n", "-n2")

    assert len(recording.planned) == len(set(recording.planned)) == 20
    assert len(recording.of("test-start")) == len(recording.of("test-end")) == 20
    assert len(recording.of("session-start")) == 1
    assert recording.one("session-end")["deselected"] is None


def test_huge_text_is_cut_in_the_middle(run):
    """Ten megabytes of message and output leave at most 64 KiB, with the first and the last of it."""
    test = "def test_huge():\n    print('first' + 'x' * 10**7 + 'last')\n    raise ValueError('head' + 'y' * 10**7)\n"

    recording = run(test, "-p", "no:terminal")

    end = recording.ends["test_huge"]
    assert len(end["text"]) + len(end["output"]) <= 64 * 1024
    assert len(end["message"]) <= 2048
    assert "ValueError: headyyy" in end["message"]
    assert end["output"].endswith("xxxlast\n")
    assert end["line"] == 3


def test_texts_of_a_unit_have_a_budget(run):
    """Beyond 1 MiB a failure keeps its place and a short message, and says that its text is gone."""
    test = "import pytest\n@pytest.mark.parametrize('n', range(60))\ndef test_n(n):\n    print('x' * 60_000)\n    assert 0, f'number {n} ' + 'y' * 3000\n"

    recording = run(test, "-p", "no:terminal")

    ends = recording.of("test-end")
    assert sum(len(end["text"]) + len(end["output"]) for end in ends) < 1.1 * 1024 * 1024
    assert "number 0 " in ends[0]["text"]
    assert ends[59]["text"].startswith("[not kept")
    assert ends[59]["message"].startswith("AssertionError: number 59 ")
    assert len(ends[59]["message"]) <= 200
    assert {end["line"] for end in ends} == {5}


def test_hostile_text_is_one_line_of_ascii(run, tmp_path):
    """Lone surrogates, NUL, escapes and line ends in ids, reasons and output stay inside their JSON strings."""
    conftest = r"""
import pytest

ODD = "\ud800\0\x1b]0;x\x07\r\n::error::\u2028"

class Item(pytest.Item):
    def runtest(self):
        self.add_report_section("call", ODD, ODD)
        pytest.skip(ODD) if "skips" in self.name else pytest.fail(ODD)

class File(pytest.File):
    def collect(self):
        return [Item.from_parent(self, name=name + ODD[1:]) for name in ("skips", "fails")]

def pytest_collect_file(file_path, parent):
    return File.from_parent(parent, path=file_path) if file_path.suffix == ".odd" else None
"""
    recording = run({"conftest.py": conftest, "unit.odd": ""}, "-p", "no:terminal")

    stream = (tmp_path / "unit.jsonl").read_bytes()
    assert stream.isascii()
    assert stream.count(b"\n") == len(recording.events)
    skip, failure = recording.of("test-end")
    assert (skip["outcome"], failure["outcome"]) == ("skipped", "failed")
    assert recording.planned == [skip["id"], failure["id"]]
    assert failure["id"].endswith("fails\0\x1b]0;x\x07\r\n::error::\u2028")
    assert "\ud800\0\x1b]0;x" in failure["output"]
    assert "\ud800\0\x1b]0;x" in failure["message"]
    assert recording.one("session-end")["exit"] == recording.status == 1


def test_hostile_reports_become_notes(run):
    """Reports that raise when they are read leave the outcome, a note, and the session as it would have been."""
    conftest = """
import pytest

class Hostile:
    def toterminal(self, out): raise ValueError("no text")
    def __str__(self): raise ValueError("no string")

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        report.longrepr = Hostile()
        report.user_properties = [1, "ab", ("integrity.finding", {"code": object()})]
"""
    recording = run(
        {"conftest.py": conftest, "test_unit.py": "def test_one(): assert 0\ndef test_two(): pass\n"},
        "-p",
        "no:terminal",
    )

    assert {name: end["outcome"] for name, end in recording.ends.items()} == {
        "test_one": "failed",
        "test_two": "passed",
    }
    assert any("ValueError" in event["text"] for event in recording.of("note"))
    assert recording.one("session-end")["exit"] == recording.status == 1


def test_failing_place_is_the_first_findings(run):
    """A test that fails with findings stands where the first of them does, not where the test is written."""
    test = """
def test_one(record_property):
    record_property("integrity.finding", {"code": "REG101", "places": [{"path": "/x/a.py", "line": 3}]})
    assert False
"""

    recording = run(test)

    assert (recording.ends["test_one"]["path"], recording.ends["test_one"]["line"]) == ("/x/a.py", 3)


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["plain", "xdist"])
def test_findings_are_carried(run, options):
    """Findings come from the user properties of that name; other properties, and what is no dict, do not."""
    test = """
def test_one(record_property):
    record_property("integrity.finding", {"code": "REG101", "places": [{"path": "a.py", "line": 3}]})
    record_property("integrity.finding", "no dict")
    record_property("other", {"code": "X"})
"""
    recording = run(test, *options)

    assert recording.ends["test_one"]["findings"] == [{"code": "REG101", "places": [{"path": "a.py", "line": 3}]}]


def test_finding_that_is_no_json_costs_only_itself(run):
    """A finding that can't be told is left out; the test's end is not."""
    test = "def test_one(record_property):\n    record_property('integrity.finding', {'code': float('nan')})\n"

    recording = run(test)

    assert recording.ends["test_one"]["outcome"] == "passed"
    assert recording.ends["test_one"]["findings"] == []
    assert recording.of("note")


def test_paths_are_absolute_after_a_change_of_folder(run):
    """A test that moves to another folder does not move the places of failures."""
    test = "def test_one(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n    assert 0\n"

    recording = run({"deep/er/test_unit.py": test})

    end = recording.ends["test_one"]
    assert end["path"].endswith("/unit/deep/er/test_unit.py")
    assert end["line"] == 3


def test_library_below_the_unit_is_not_its_own_code(run):
    """What fails in an env that lies inside the unit's folder is placed at the unit's line that called it."""
    files = {
        "pytest.ini": "[pytest]\npythonpath = .venv/lib/site-packages\n",
        ".venv/lib/site-packages/library.py": "def fail():\n    raise ValueError('deep')\n",
        "test_unit.py": "import library\n\n\ndef test_one():\n    library.fail()\n",
    }

    end = run(files).ends["test_one"]

    assert (end["path"].rpartition("/")[2], end["line"]) == ("test_unit.py", 5)
    assert end["message"] == "ValueError: deep"


def test_plugin_that_does_not_tell_of_the_end(run):
    """Tests that a plugin runs without telling of their end still end, at the latest with the session."""
    conftest = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, nextitem=nextitem)
    return True
"""
    recording = run({"conftest.py": conftest, "test_unit.py": "def test_one(): pass\ndef test_two(): assert 0\n"})

    assert {name: end["outcome"] for name, end in recording.ends.items()} == {
        "test_one": "passed",
        "test_two": "failed",
    }
    assert len(recording.of("test-start")) == 2
