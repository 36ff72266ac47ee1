"""Misbehaving units, each with the outcome that it must get. They live in one monorepo and are run by one command."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent

SECRET = "hunter2-hunter2"
HOST_VARIABLE = "ZOO_HOST_VARIABLE"
UNMARKED_SLEEP = "60.0471"  # seconds; tells this process from any other

GOOD_TEST = "def test_good():\n    assert 1 + 1 == 2\n"


@dataclass(frozen=True, kw_only=True)
class Animal:
    """One unit. `test` is its test_integrity.py; `message` must stand in the unit's message, or in a failing test's."""

    name: str
    test: str | None = GOOD_TEST
    outcome: str
    kind: str | None = None
    message: str = ""
    integrity: str = ""  # lines of [tool.integrity]
    dependencies: tuple[str, ...] = ()
    manifest: str | None = None  # the whole pyproject.toml, when it is itself the trouble
    files: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    line: int | None = None  # the failing line that the first failing test must name

    def tree(self) -> dict[str, str]:
        """Its files, relative to the root."""
        folder = f"services/{self.name}"
        files = {f"{folder}/pyproject.toml": self.manifest if self.manifest is not None else self._manifest()}
        if self.test is not None:
            files[f"{folder}/test_integrity.py"] = dedent(self.test).lstrip("\n")
        return files | {f"{folder}/{name}": dedent(text).lstrip("\n") for name, text in self.files.items()}

    def _manifest(self) -> str:
        listed = ", ".join(f'"{dependency}"' for dependency in self.dependencies)
        return (
            f'[project]\nname = "{self.name}"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = [{listed}]\n'
            f"[tool.uv]\npackage = false\n[tool.integrity]\n{dedent(self.integrity)}"
        )


SHORT = "timeout = 4"

TESTS_THAT_FAIL = [
    Animal(name="good", outcome="passed", counts={"passed": 1}),
    Animal(
        name="failing",
        outcome="failed",
        line=4,
        counts={"passed": 1, "failed": 1},
        test="""
        def test_good(): pass
        def test_bad():
            seen = ["a", "b", "a"]
            assert len(seen) == len(set(seen)), "listed twice: a"
        """,
        message="listed twice: a",
    ),
    Animal(
        name="setup-error",
        outcome="failed",
        counts={"error": 1},
        test="""
        import pytest
        @pytest.fixture
        def broken(): raise RuntimeError("no setup today")
        def test_never(broken): pass
        """,
        message="no setup today",
        line=3,
    ),
    Animal(
        name="teardown-error",
        outcome="failed",
        counts={"error": 1},
        test="""
        import pytest
        @pytest.fixture
        def broken():
            yield
            raise RuntimeError("no teardown today")
        def test_ok_then_not(broken): pass
        """,
        message="no teardown today",
        line=5,
    ),
    Animal(
        name="strict-xpass",
        outcome="failed",
        test="""
        import pytest
        @pytest.mark.xfail(strict=True, reason="known")
        def test_works_after_all(): pass
        """,
    ),
    Animal(
        name="recursion",
        outcome="failed",
        test="""
        def test_deep():
            def down(): down()
            down()
        """,
        message="RecursionError",
    ),
    Animal(
        name="unprintable",
        outcome="failed",
        test="""
        class Hostile:
            def __repr__(self): raise SystemError("no repr")
            def __eq__(self, other): return False
            __hash__ = None
        def test_repr(): assert Hostile() == Hostile()
        """,
    ),
]

TESTS_THAT_NEVER_RUN = [
    Animal(
        name="syntax-error",
        outcome="error",
        kind="collect",
        test="def test_x(:\n    pass\n",
        message="test_integrity.py",
    ),
    Animal(
        name="import-error",
        outcome="error",
        kind="collect",
        test="import module_that_is_not_there\ndef test_x(): pass\n",
        message="module_that_is_not_there",
    ),
    Animal(
        name="conftest-import-error",
        outcome="error",
        kind="collect",
        files={"conftest.py": "raise ValueError('settings are not configured')\n"},
        message="settings are not configured",
    ),
    Animal(name="no-tests", outcome="error", kind="no-tests", test="VALUE = 1\n"),
    Animal(
        name="all-deselected",
        outcome="error",
        kind="no-tests",
        files={"pytest.ini": "[pytest]\naddopts = -k nothing_like_this\n"},
    ),
    Animal(
        name="all-skipped",
        outcome="skipped",
        test="import pytest\n@pytest.mark.skip(reason='no database')\ndef test_x(): pass\n",
        message="no database",
    ),
    Animal(
        name="all-skipped-allowed",
        outcome="skipped",
        integrity="allow-skipped = true",
        test="import pytest\n@pytest.mark.skip(reason='not on this system')\ndef test_x(): pass\n",
    ),
    Animal(
        name="module-skip",
        outcome="skipped",
        test="import pytest\npytest.skip('whole file', allow_module_level=True)\n",
    ),
    Animal(name="missing-file", outcome="error", kind="missing", test=None, message="test_integrity.py"),
    Animal(
        name="broken-ini",
        outcome="error",
        kind="config",
        files={"pytest.ini": "[pytest]\naddopts = --cov=src --no-such-option\n"},
        message="--cov",
    ),
    Animal(
        name="strict-config",
        outcome="error",
        kind="config",
        files={"pytest.ini": "[pytest]\naddopts = --strict-config\nno_such_key = 1\n"},
        message="no_such_key",
    ),
    Animal(
        name="missing-plugin",
        outcome="error",
        kind="config",
        files={"pytest.ini": "[pytest]\naddopts = -p plugin_that_is_not_there\n"},
        message="plugin_that_is_not_there",
    ),
]

HANGS = [
    Animal(
        name="hang-in-test",
        outcome="error",
        kind="timeout",
        integrity=SHORT,
        test="import time\ndef test_first(): pass\ndef test_sleeps(): time.sleep(600)\n",
        message="test_sleeps",
    ),
    Animal(
        name="hang-at-import",
        outcome="error",
        kind="timeout",
        integrity=SHORT,
        test="import time\ntime.sleep(600)\ndef test_x(): pass\n",
    ),
    Animal(
        name="hang-deaf",
        outcome="error",
        kind="timeout",
        integrity="timeout = 2",
        test="""
        import signal, time
        def test_deaf():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            while True: time.sleep(600)
        """,
        message="test_deaf",
    ),
    Animal(
        name="hang-after-end",
        outcome="error",
        kind="timeout",
        integrity=SHORT,
        test="import threading, time\ndef test_x(): threading.Thread(target=time.sleep, args=(600,)).start()\n",
    ),
    Animal(
        name="reads-stdin",
        outcome="failed",
        test="import sys\ndef test_x(): assert sys.__stdin__.read() == 'answer'\n",
    ),
    Animal(
        name="env-hangs",
        outcome="error",
        kind="env",
        integrity="env-timeout = 4",
        manifest=(
            '[build-system]\nrequires = []\nbuild-backend = "hanging"\nbackend-path = ["backend"]\n'
            '[project]\nname = "env-hangs"\ndynamic = ["version"]\n[tool.integrity]\nenv-timeout = 4\n'
        ),
        files={"backend/hanging.py": "import time\ntime.sleep(600)\n"},
    ),
]

LEFT_BEHIND = [
    Animal(
        name="child-left",
        outcome="passed",
        test="import subprocess\ndef test_x(): subprocess.Popen(['sleep', '600'])\n",
    ),
    Animal(
        name="daemon-left",
        outcome="passed",
        test="""
        import os, subprocess, sys
        def test_x():
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        """,
    ),
    Animal(
        name="double-fork-left",
        outcome="passed",
        test="""
        import os, time
        def test_x():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(600)
                os._exit(0)
        """,
    ),
    Animal(
        name="daemon-with-own-environment-left",
        outcome="passed",
        test=f"""
        import subprocess
        def test_x(): subprocess.Popen(["/bin/sleep", "{UNMARKED_SLEEP}"], env={{}}, start_new_session=True)
        """,
    ),
    Animal(
        name="floods-from-afar",
        outcome="passed",
        test="""
        import subprocess
        def test_x(capfd):
            with capfd.disabled(): subprocess.Popen(["yes"], env={"PATH": "/usr/bin:/bin"}, start_new_session=True)
        """,
    ),
    Animal(
        name="stops-itself",
        outcome="error",
        kind="timeout",
        integrity="timeout = 2",
        test="import os, signal\ndef test_halts(): os.killpg(0, signal.SIGSTOP)\n",
        message="test_halts",
    ),
    Animal(
        name="forks-and-falls-through",
        outcome="passed",
        counts={"passed": 2},
        test="""
        import os
        def test_x():
            pid = os.fork()
            if pid: os.waitpid(pid, 0)
        def test_y(): pass
        """,
    ),
]

SUDDEN_ENDS = [
    Animal(name="exit-at-once", outcome="error", kind="crash", test="import os\nos._exit(0)\n"),
    Animal(
        name="exit-late",
        outcome="error",
        kind="crash",
        test="import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass\n",
        message="test_b",
    ),
    Animal(
        name="exit-in-atexit",
        outcome="error",
        kind="inconsistent",
        test="import atexit, os\natexit.register(os._exit, 0)\ndef test_bad(): assert False\n",
    ),
    Animal(name="conftest-exits", outcome="error", kind="crash", files={"conftest.py": "import sys\nsys.exit(0)\n"}),
    Animal(
        name="pytest-exit-zero",
        outcome="error",
        kind="inconsistent",
        test="import pytest\ndef test_a(): pass\ndef test_b(): pytest.exit('enough', returncode=0)\ndef test_c(): assert False\n",
    ),
    Animal(
        name="status-overridden",
        outcome="error",
        kind="inconsistent",
        test="def test_bad(): assert False\n",
        files={"conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"},
    ),
    Animal(
        name="segfault",
        outcome="error",
        kind="crash",
        test="import ctypes\ndef test_reads_null(): ctypes.string_at(0)\n",
        message="SIGSEGV",
    ),
    Animal(
        name="kills-itself",
        outcome="error",
        kind="crash",
        test="import os, signal\ndef test_last(): os.kill(os.getpid(), signal.SIGKILL)\n",
        message="test_last",
    ),
    Animal(
        name="hides-results",
        outcome="error",
        kind="inconsistent",
        test="def test_bad(): assert False\n",
        files={
            "conftest.py": """
            import pytest
            @pytest.hookimpl(hookwrapper=True)
            def pytest_runtest_makereport(item, call):
                outcome = yield
                report = outcome.get_result()
                report.outcome = "passed"
                item.session.testsfailed = 1
            """
        },
    ),
    Animal(
        name="hides-failures",
        outcome="error",
        kind="inconsistent",
        test="def test_bad(): assert False\n",
        files={
            "conftest.py": """
            import pytest
            @pytest.hookimpl(hookwrapper=True)
            def pytest_runtest_makereport(item, call):
                outcome = yield
                outcome.get_result().outcome = "passed"
            """
        },
        message="reported as passed",
    ),
    *(
        Animal(
            name=f"forges-{name}",
            outcome="error",
            kind="inconsistent",
            test=f"""
            import os
            def test_x():
                opened = [os.path.realpath(f"/proc/self/fd/{{number}}") for number in os.listdir("/proc/self/fd")]
                with open(next(path for path in opened if path.endswith(".jsonl")), "a") as stream:
                    stream.write({line!r} + "\\n")
            """,
        )
        for name, line in {
            "list-for-number": '{"e": "test-end", "id": "x", "outcome": "passed", "duration_s": []}',
            "infinity": '{"e": "session-end", "exit": Infinity}',
            "overflow": '{"e": "session-end", "exit": 1e999}',
            "depth": '{"e": "note", "text": ' + "[" * 700 + "]" * 700 + "}",
        }.items()
    ),
    Animal(
        name="stream-becomes-fifo",
        outcome="error",
        kind="crash",
        test="""
        import os, time
        def test_x():
            opened = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
            stream = next(path for path in opened if path.endswith(".jsonl"))
            os.unlink(stream)
            os.mkfifo(stream)
            time.sleep(1)
        """,
    ),
    Animal(
        name="forges-stream",
        outcome="error",
        kind="inconsistent",
        test="""
        import json, os
        def test_bad():
            opened = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
            with open(next(path for path in opened if path.endswith(".jsonl")), "a") as stream:
                stream.write(json.dumps({"e": "test-end", "t": 0, "id": "test_integrity.py::test_invented", "outcome": "passed"}) + "\\n")
                stream.write(json.dumps({"e": "session-end", "t": 0, "exit": 0, "collected": 1, "deselected": 0}) + "\\n")
            os._exit(0)
        """,
    ),
    Animal(
        name="deletes-stream",
        outcome="error",
        kind="crash",
        test="""
        import os
        def test_x():
            opened = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
            os.unlink(next(path for path in opened if path.endswith(".jsonl")))
        """,
    ),
    Animal(
        name="worker-crashes",
        outcome="failed",
        integrity="workers = 2",
        test="import os\ndef test_a(): pass\ndef test_b(): os._exit(1)\n",
        message="crash",
    ),
]

BROKEN_MANIFESTS = [
    Animal(
        name="broken-toml",
        outcome="error",
        kind="config",
        manifest="[project\nname = 'x'\n",
        message="services/broken-toml/pyproject.toml",
    ),
    Animal(name="unknown-option", outcome="error", kind="config", integrity="timeot = 3", message="timeout"),
    Animal(name="wrong-type", outcome="error", kind="config", integrity='timeout = "long"', message="timeout"),
    Animal(
        name="path-escapes",
        outcome="error",
        kind="config",
        integrity='env-file = ["../../../etc/passwd"]',
        message="env-file",
    ),
    Animal(
        name="env-file-missing",
        outcome="error",
        kind="config",
        integrity='env-file = [".env.test"]',
        message=".env.test",
    ),
    Animal(
        name="unresolvable",
        outcome="error",
        kind="env",
        dependencies=("iniconfig==0.0.0.dev99",),
        message="iniconfig",
    ),
    Animal(
        name="unbuildable",
        outcome="error",
        kind="env",
        manifest=(
            '[build-system]\nrequires = []\nbuild-backend = "broken"\nbackend-path = ["backend"]\n'
            '[project]\nname = "unbuildable"\ndynamic = ["version"]\n'
        ),
        files={"backend/broken.py": "raise RuntimeError('the backend is broken')\n"},
        message="unbuildable",
    ),
    Animal(
        name="no-such-python",
        outcome="error",
        kind="env",
        manifest='[project]\nname = "no-such-python"\nversion = "1"\nrequires-python = ">=3.99"\n[tool.uv]\npackage = false\n',
        message="3.99",
    ),
    Animal(name="cycle-a", outcome="passed", dependencies=("cycle-b",)),
    Animal(name="cycle-b", outcome="passed", dependencies=("cycle-a",)),
]

ISOLATION = [
    Animal(
        name="undeclared-package",
        outcome="error",
        kind="collect",
        test="import click\ndef test_x(): pass\n",
        message="click",
    ),
    Animal(
        name="undeclared-sibling",
        outcome="error",
        kind="collect",
        test="import sibling_code\ndef test_x(): pass\n",
        message="sibling_code",
    ),
    Animal(name="sibling", outcome="passed", files={"sibling_code.py": "VALUE = 1\n"}),
    Animal(
        name="declared-sibling",
        outcome="passed",
        dependencies=("sibling",),
        test="import sibling_code\ndef test_x(): pass\n",
    ),
    Animal(
        name="host-variables",
        outcome="passed",
        test=f"""
        import os
        def test_x():
            assert "{HOST_VARIABLE}" not in os.environ
            assert not [name for name in os.environ if name.startswith("PYTHON") and name != "PYTHONUNBUFFERED"]
        """,
    ),
    Animal(
        name="passed-variables",
        outcome="passed",
        integrity='pass-env = ["ZOO_*"]\nenv = { OWN = "mine" }\nenv-file = [".env.test"]',
        files={".env.test": "FROM_FILE='a b' # comment\n"},
        test=f"""
        import os
        def test_x():
            assert os.environ["{HOST_VARIABLE}"] == "visible"
            assert os.environ["OWN"] == "mine"
            assert os.environ["FROM_FILE"] == "a b"
        """,
    ),
]

LOUD = [
    Animal(
        name="floods",
        outcome="passed",
        test="""
        import os
        def test_x(capfd):
            with capfd.disabled():
                block = b"0123456789abcdef" * 4096
                for _ in range(1600): os.write(1, block)
        """,
    ),
    Animal(
        name="floods-captured",
        outcome="failed",
        test="def test_x():\n    for _ in range(200): print('x' * 100_000)\n    assert False, 'y' * 10_000_000\n",
    ),
    Animal(
        name="hostile-output",
        outcome="failed",
        test=r"""
        import sys
        HOSTILE = (
            "::error file=x::owned\n  ::stop-commands::x\nx\r::error::cr\nabc ##[error]legacy\n"
            "\x1b]0;title\x07\x1b[2J\x1b[31mred \x9b31m \u202eevil [bold]markup[/nope] <script>alert(1)</script> & ]]> \x00\x01\ufffe\n"
        )
        def test_x():
            sys.stdout.buffer.write(HOSTILE.encode() + b"\xff\xfe invalid \xc3\x28\n")
            assert HOSTILE == "", HOSTILE
        """,
    ),
    Animal(
        name="hostile-ids",
        outcome="failed",
        counts={"failed": 6},
        test=r"""
        import pytest
        IDS = ["::error::x", "[/nope]", "<script>alert(1)</script>", "\x1b[2Jclear", "a\nb\r::warning::c", "##[command]\ud800 end"]
        @pytest.mark.parametrize("value", range(6), ids=IDS)
        def test_x(value): assert value < 0
        """,
    ),
    Animal(
        name="prints-secrets",
        outcome="failed",
        integrity=f'env = {{ PAYMENT_KEY = "{SECRET}", PLAIN = "p@ss/{SECRET}x" }}\nsecrets = ["PLAIN"]',
        test="""
        import os, sys, warnings
        def test_x():
            secret = os.environ["PAYMENT_KEY"]
            print(secret)
            os.write(2, os.environ["PLAIN"].encode())
            warnings.warn(secret)
            assert secret == "", f"the key is {secret!r}"
        """,
    ),
    Animal(
        name="many-tests",
        outcome="passed",
        counts={"passed": 5000},
        test="import pytest\n@pytest.mark.parametrize('n', range(5000))\ndef test_x(n): pass\n",
    ),
    Animal(
        name="long-ids",
        outcome="failed",
        counts={"passed": 1, "failed": 1},
        test="""
        import pytest
        @pytest.mark.parametrize("text", ["x" * 1_000_000 + "1", "x" * 1_000_000 + "2"])
        def test_x(text): assert text.endswith("1")
        """,
    ),
    Animal(
        name="secrets-in-ids",
        outcome="failed",
        counts={"passed": 1, "failed": 1},
        integrity=f'env = {{ FIRST_TOKEN = "{SECRET}", OTHER_TOKEN = "{SECRET}-too" }}',
        test="""
        import os, pytest
        @pytest.mark.parametrize("n", [1, 2], ids=[os.environ["FIRST_TOKEN"], os.environ["OTHER_TOKEN"]])
        def test_x(n): assert n == 2
        """,
    ),
    Animal(
        name="patches-the-world",
        outcome="failed",
        counts={"passed": 1, "failed": 1},
        test="""
        import pytest
        from unittest import mock
        @pytest.fixture(scope="session", autouse=True)
        def patched():
            with mock.patch("time.time"), mock.patch("os.getpid", return_value=1), mock.patch("os.write"): yield
        def test_a(): pass
        def test_b(): assert False
        """,
    ),
    Animal(
        name="closes-stdout",
        outcome="passed",
        test="import os\ndef test_x():\n    os.close(1)\n    os.close(2)\n",
    ),
]

ZOO = [
    *TESTS_THAT_FAIL,
    *TESTS_THAT_NEVER_RUN,
    *HANGS,
    *LEFT_BEHIND,
    *SUDDEN_ENDS,
    *BROKEN_MANIFESTS,
    *ISOLATION,
    *LOUD,
]
