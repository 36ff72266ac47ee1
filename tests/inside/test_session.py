"""What the stream says of a session: its start, plan, troubles and end, whatever the unit does to it."""

from __future__ import annotations

import sys

import pytest

from tests.inside.recording import record

GREEN = "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n"


def test_events_stand_in_their_order(run):
    """Start, plan, each test's start and end, and the end of the session, which is the last line."""
    recording = run(GREEN)

    assert recording.kinds == ["session-start", "planned", *["test-start", "test-end"] * 2, "session-end"]
    assert recording.planned == ["test_unit.py::test_one", "test_unit.py::test_two"]
    start, end = recording.events[0], recording.events[-1]
    assert (start["version"], start["pytest"]) == (1, pytest.__version__)
    assert start["python"] == ".".join(map(str, sys.version_info[:3]))
    assert (end["exit"], end["decided"], end["collected"], end["deselected"]) == (0, 0, 2, 0)
    assert recording.status == 0


def test_without_a_stream_nothing_is_registered(run, tmp_path):
    """A pytest that nobody listens to gets no hook of ours."""
    test = (
        "def test_plugins(pytestconfig):\n    assert not pytestconfig.pluginmanager.has_plugin('integrity-observer')\n"
    )

    recording = run(test, environment={"INTEGRITY_STREAM": ""})

    assert recording.status == 0, recording.output
    assert list(tmp_path.glob("*.jsonl")) == []


def test_unwritable_stream_does_not_touch_the_tests(run, tmp_path):
    """A stream that can't be opened leaves the session as it is."""
    recording = run(GREEN, environment={"INTEGRITY_STREAM": str(tmp_path / "missing" / "stream")})

    assert (recording.status, recording.events) == (0, [])


def test_pytest_started_by_a_test_does_not_write(run):
    """Neither a child process with the same plugin nor one in the same process writes into the unit's stream."""
    test = """
import os, subprocess, sys
import pytest

def test_inner(tmp_path):
    assert "INTEGRITY_STREAM" not in os.environ
    (tmp_path / "test_it.py").write_text("def test_never_told(): assert 0")
    arguments = ["-p", "integrity.inside.plugin", str(tmp_path), f"--rootdir={tmp_path}"]
    assert subprocess.run([sys.executable, "-m", "pytest", *arguments]).returncode == 1
    assert pytest.main(arguments) == 1
"""
    recording = run(test)

    assert recording.status == 0, recording.output
    assert recording.planned == ["test_unit.py::test_inner"]
    assert len(recording.of("test-end")) == len(recording.of("session-end")) == 1


def test_large_plan_comes_in_chunks(run):
    """No event holds more than 500 ids, and together they are the plan."""
    recording = run("import pytest\n@pytest.mark.parametrize('n', range(1203))\ndef test_n(n): pass\n")

    assert [len(event["ids"]) for event in recording.of("planned")] == [500, 500, 203]
    assert len(set(recording.planned)) == len(recording.ends) == 1203


def test_deselected_tests_are_counted_not_planned(run):
    """What `-k` leaves out is a number at the end."""
    recording = run(GREEN, "-k", "one")

    assert recording.planned == ["test_unit.py::test_one"]
    assert recording.one("session-end")["deselected"] == 1


BROKEN = {
    "import": ("import os\nimport no_such_module\n", 2, "ModuleNotFoundError: No module named 'no_such_module'"),
    "syntax": ("x = 1\n\ndef test(:\n", 3, "SyntaxError: invalid syntax"),
    "compile": ("def test_x(a, a=1): pass\n", 1, "SyntaxError: duplicate argument 'a' in function definition"),
    "running": ("def deep():\n    return {}['key']\n\ndeep()\n", 2, "KeyError: 'key'"),
    "library": ("import json\njson.loads('{')\n", 2, "json.decoder.JSONDecodeError: Expecting"),
    "skip": ("import pytest\npytest.skip('not allowed here')\n", None, "Using pytest.skip outside of a test"),
    "values": (
        "import pytest\n@pytest.mark.parametrize('a, b', [1])\ndef test_x(a, b): pass\n",
        None,
        'in "parametrize"',
    ),
}


@pytest.fixture(scope="module", params=[(), ("--tb=no",), ("-n2",)], ids=["plain", "no traceback", "xdist"])
def broken_files(request, tmp_path_factory):
    """A unit in which nearly no file can be collected, and the options of its run."""
    files = {"pytest.ini": "[pytest]\n", "test_fine.py": GREEN}
    files |= {f"test_{name}.py": source for name, (source, _, _) in BROKEN.items()}
    folder = tmp_path_factory.mktemp("broken") / "unit"
    return record(folder, files, *request.param), request.param


@pytest.mark.parametrize("name", BROKEN)
def test_file_that_cannot_be_collected(broken_files, name):
    """A broken test file is a collect-error with its own line and the exception, once however many workers saw it."""
    recording, options = broken_files
    _, line, message = BROKEN[name]
    (error,) = [error for error in recording.of("collect-error") if error["id"].startswith(f"test_{name}.py")]

    assert message in error["message"]
    assert error["path"].endswith(f"/unit/test_{name}.py")
    if (name, options) != ("library", ("--tb=no",)):
        assert error["line"] == line


def test_collection_that_failed_ends_red(broken_files):
    """The session says why it stopped, and ends with the status of its process."""
    recording, options = broken_files

    assert len(recording.of("collect-error")) == len(BROKEN)
    assert recording.status != 0
    assert recording.one("session-end")["exit"] == recording.status
    if options != ("-n2",):
        assert "during collection" in recording.one("stopped")["reason"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("import os\nimport no_such_module\n", 2, "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def broken(:\n", 1, "SyntaxError: invalid syntax"),
        ("raise SystemExit(0)\n", 1, "SystemExit: 0"),
        ("import pytest\npytest.exit('enough', returncode=0)\n", 2, "enough"),
        ("import sys\nsys.exit('bye')\n", 2, "SystemExit: bye"),
    ],
    ids=["import", "syntax", "SystemExit", "pytest.exit", "sys.exit"],
)
def test_conftest_that_fails_at_startup(run, source, line, message):
    """A conftest that breaks or ends the process before the session is a collect-error at its own line."""
    recording = run({"conftest.py": source, "test_unit.py": GREEN})

    error = recording.one("collect-error")
    assert message in error["message"]
    assert error["path"].endswith("/unit/conftest.py")
    assert error["line"] == line
    assert "conftest.py" in error["text"]
    assert not recording.of("session-end")


def test_conftest_that_fails_in_collection(run):
    """A conftest of a subfolder is only imported in collection; its failure is told alike."""
    recording = run(
        {"deep/conftest.py": "x = 1\nimport no_such_module\n", "deep/test_unit.py": GREEN, "test_a.py": GREEN}
    )

    errors = recording.of("collect-error")
    assert [(error["path"].rpartition("unit/")[2], error["line"]) for error in errors] == [("deep/conftest.py", 2)]
    assert "no_such_module" in errors[0]["message"]
    assert recording.one("session-end")["exit"] == recording.status != 0


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({}, ("no/such/path",), "no/such/path"),
        (
            {"conftest.py": "import pytest\ndef pytest_configure():\n    raise pytest.UsageError('mind the gap')\n"},
            (),
            "mind the gap",
        ),
        (
            {
                "conftest.py": "import pytest\ndef pytest_load_initial_conftests():\n    pass\ndef pytest_sessionstart():\n    raise pytest.UsageError('at start')\n"
            },
            (),
            "at start",
        ),
    ],
    ids=["path", "configure", "start"],
)
def test_refusal_is_told(run, files, arguments, message):
    """What pytest calls a usage error keeps its words."""
    recording = run({"test_unit.py": GREEN, **files}, *arguments)

    assert message in recording.one("usage-error")["message"]
    assert recording.status == 4


def test_skipped_module_is_told(run):
    """A module that skips itself plans nothing; the stream says which, where and why."""
    recording = run("import pytest\npytest.importorskip('no_such_module', reason='not here')\n")

    skip = recording.one("collect-skip")
    assert (skip["id"], skip["line"], skip["message"]) == ("test_unit.py", 2, "not here")
    assert recording.planned == []
    assert recording.one("session-end")["exit"] == recording.status == 5


@pytest.mark.parametrize(
    ("hook", "ended"),
    [("pytest_sessionstart", False), ("pytest_runtest_setup", True), ("pytest_collection_finish", True)],
)
def test_broken_plugin_is_an_internal_error(run, hook, ended):
    """A hook of the unit that raises where pytest does not expect it is told with its traceback."""
    conftest = f"def {hook if hook != 'pytest_runtest_setup' else 'pytest_runtest_logstart'}():\n    raise ValueError('broken hook')\n"

    recording = run({"conftest.py": conftest, "test_unit.py": GREEN})

    assert "broken hook" in recording.one("internal-error")["text"]
    assert recording.status == 3
    assert bool(recording.of("session-end")) is ended


def test_exit_from_a_test(run):
    """`pytest.exit` leaves the test open, its reason told, and a status that hides nothing."""
    recording = run("import pytest\ndef test_one(): pytest.exit('enough', returncode=0)\ndef test_two(): pass\n")

    assert "enough" in recording.one("stopped")["reason"]
    assert len(recording.of("test-start")) == 1
    assert recording.of("test-end") == []
    assert len(recording.planned) == 2
    assert recording.one("session-end")["exit"] == recording.status == 0


def test_interrupt(run):
    """Ctrl-C in a test is told as such."""
    recording = run("def test_one(): raise KeyboardInterrupt\n")

    assert "KeyboardInterrupt" in recording.one("stopped")["reason"]
    assert recording.one("session-end")["exit"] == recording.status == 2


@pytest.mark.parametrize("options", [("-x",), ("--maxfail=1", "-n1")], ids=["plain", "xdist"])
def test_stop_after_failures(run, options):
    """Why the rest of the plan did not run is told."""
    recording = run("def test_one(): assert 0\ndef test_two(): assert 0\ndef test_three(): assert 0\n", *options)

    assert "stopping after 1 failures" in recording.one("stopped")["reason"]
    assert len(recording.planned) == 3
    assert recording.ends["test_one"]["outcome"] == "failed"
    assert recording.one("session-end")["exit"] == recording.status != 0


@pytest.mark.parametrize("decorator", ["", "@pytest.hookimpl(trylast=True)", "@pytest.hookimpl(hookwrapper=True)"])
def test_overridden_status_is_seen_as_it_is(run, decorator):
    """Both the status that pytest reached and what a plugin made of it are told."""
    conftest = f"import pytest\n{decorator}\ndef pytest_sessionfinish(session):\n    {'yield' if 'wrapper' in decorator else 'pass'}\n    session.exitstatus = 0\n"

    recording = run({"conftest.py": conftest, "test_unit.py": "def test_one(): assert 0\n"})

    end = recording.one("session-end")
    assert (end["decided"], end["exit"], recording.status) == (1, 0, 0)
    assert recording.ends["test_one"]["outcome"] == "failed"


@pytest.mark.parametrize(
    ("statement", "status", "kind"),
    [
        ("raise ValueError('late')", 1, "internal-error"),
        ("import pytest; pytest.exit('late', returncode=0)", 0, "stopped"),
        ("raise SystemExit(0)", 0, None),
    ],
    ids=["error", "exit", "SystemExit"],
)
def test_trouble_in_session_finish(run, statement, status, kind):
    """What other plugins raise at the end is told, and never turns a failed session green."""
    recording = run(
        {"conftest.py": f"def pytest_sessionfinish():\n    {statement}\n", "test_unit.py": "def test_one(): assert 0\n"}
    )

    assert recording.status == status
    assert recording.one("session-end")["decided"] == 1
    if kind is not None:
        assert "late" in str(recording.one(kind))


def test_process_that_ends_in_a_test(run):
    """After `os._exit` the stream stops at the start of the test that did it."""
    recording = run("import os\ndef test_one(): pass\ndef test_two(): os._exit(0)\n")

    assert recording.kinds[-1] == "test-start"
    assert recording.events[-1]["id"] == "test_unit.py::test_two"
    assert recording.status == 0


def test_fork_that_falls_out_of_a_test_stays_silent(run):
    """A forked child that goes on with pytest's loop adds nothing to the stream."""
    test = """
import os
def test_fork():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
def test_after(): pass
"""
    recording = run(test)

    ids = [event["id"] for event in recording.of("test-end")]
    assert ids == ["test_unit.py::test_fork", "test_unit.py::test_after"]
    assert len(recording.of("session-end")) == 1


def test_stream_that_can_no_longer_be_written(run):
    """A full disk ends the stream for good, without harm to the tests; the missing end is the runner's sign."""
    test = """
import resource
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
def test_fill(): limit(600)
def test_full(): pass
def test_room(): limit(resource.RLIM_INFINITY)
def test_last(): pass
"""
    recording = run(test, "-s", "-p", "no:terminal")

    assert recording.status == 0
    assert recording.planned
    assert not recording.of("session-end")
    assert "test_last" not in recording.ends
    assert recording.malformed == 0


def test_warnings_are_told_up_to_a_hundred(run):
    """Each with category, text and place; after a hundred only their number."""
    test = """
import warnings
class Hostile(Warning):
    told = False
    def __str__(self):
        if self.told: raise ValueError
        return "once"
def test_one():
    warnings.warn("first")
    warnings.warn(Hostile())
    Hostile.told = True
    for number in range(150):
        warnings.warn(f"more {number}", DeprecationWarning)
"""
    recording = run(test, "-p", "no:terminal")

    first, hostile, *_ = recording.of("warning")
    assert (first["category"], first["message"], first["line"]) == ("UserWarning", "first", 9)
    assert first["path"].endswith("/unit/test_unit.py")
    assert (hostile["category"], hostile["message"]) == ("Hostile", "")
    assert len(recording.of("warning")) == 100
    assert recording.one("session-end")["warnings"] == 152


@pytest.mark.parametrize(
    ("ini", "options", "environment"),
    [
        ("", ("-p", "no:terminal"), {}),
        ("", ("-p", "no:logging", "-p", "no:warnings", "-p", "no:doctest", "-p", "no:unittest"), {}),
        ("addopts = -q --strict-config --strict-markers -ra --durations=3\nfilterwarnings = error\n", (), {}),
        ("", ("-s",), {}),
        ("", ("--capture=sys", "--import-mode=importlib"), {}),
        ("", (), {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        ("", ("-vv", "--showlocals", "--full-trace"), {}),
    ],
    ids=["no terminal", "no plugins", "strict", "no capture", "capture sys", "no autoload", "verbose"],
)
def test_units_own_options(run, ini, options, environment):
    """The stream tells the same under whatever options the unit has."""
    files = {
        "pytest.ini": f"[pytest]\n{ini}",
        "test_unit.py": "def test_one(): pass\ndef test_two():\n    assert 0, 'told'\n",
    }

    recording = run(files, *options, environment=environment)

    assert recording.status == 1, recording.output
    assert {name: end["outcome"] for name, end in recording.ends.items()} == {
        "test_one": "passed",
        "test_two": "failed",
    }
    assert recording.ends["test_two"]["line"] == 3
    assert "told" in recording.ends["test_two"]["message"]
    assert recording.one("session-end")["exit"] == 1


def test_setup_only_is_no_pass(run):
    """A test whose own code was not called has not passed."""
    recording = run(GREEN, "--setup-only")

    assert {end["outcome"] for end in recording.ends.values()} == {"skipped"}
    assert recording.ends["test_one"]["message"] == "the test itself did not run"


HIDES = """
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    {action}
"""


@pytest.mark.parametrize(
    "action", ["outcome.get_result().outcome = 'passed'", "pass"], ids=["makes it green", "leaves it"]
)
def test_failure_that_a_report_hides_is_told(run, action):
    """A test that raised and is called passed is told; a failure, a skip and an expected failure are not hidden."""
    test = """
import pytest

def test_raises():
    assert 0

@pytest.mark.xfail
def test_expected():
    assert 0

def test_skipped():
    pytest.skip("no")
"""
    conftest = HIDES.format(action=action if action == "pass" else f"if item.name == 'test_raises': {action}")

    recording = run({"test_unit.py": test, "conftest.py": conftest})

    hidden = [(event["id"], event["message"]) for event in recording.of("hidden")]
    assert hidden == ([] if action == "pass" else [("test_unit.py::test_raises", "AssertionError in call")])


def test_session_that_patches_the_world_is_told_whole(run):
    """Clock, process id and `os.write` replaced for the whole session: every result arrives."""
    test = """
import pytest
from unittest import mock

@pytest.fixture(scope="session", autouse=True)
def patched():
    with mock.patch("time.time"), mock.patch("os.getpid", return_value=1), mock.patch("os.write"):
        yield

def test_a(): pass
def test_b(): pass
"""
    recording = run(test, "-s")

    assert [event["outcome"] for event in recording.of("test-end")] == ["passed", "passed"]
    assert recording.one("session-end")["exit"] == 0
