"""The hooks that turn a pytest session into the stream described in `wire`. Must never change what the session does.

A hostile repr or report may raise in here: it becomes a `note`. A stream that can't be written ends; its missing
`session-end` is what the runner sees.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any, Callable, Generator, Iterable

import pytest

from integrity.inside import wire
from integrity.inside.reports import PHASES, RED, Describer, Trial, all_sections, findings, place_of

if TYPE_CHECKING:
    import warnings

PLANNED_CHUNK = 500
PLANNED_CHUNK_CHARACTERS = 1024 * 1024
WARNINGS_KEPT = 100
_NOWHERE: dict[str, Any] = {"path": None, "line": None, "message": "", "text": "", "output": ""}


class Observer:
    """Writes one session. Only the process that began it writes, never a fork of it."""

    def __init__(self, writer: wire.Writer) -> None:
        self._writer: wire.Writer | None = writer
        self._own_pid = os.getpid  # tests replace the whole of `os`
        self._pid = os.getpid()
        self._describer = Describer([os.sep])  # until pytest knows its folders
        self._planned: set[str] = set()
        self._running: dict[str, Trial] = {}
        self._red: dict[str, dict[str, Any]] = {}  # by id, the end of each test that failed
        self._collect_errors: set[tuple[str, str]] = set()
        self._deselected: int | None = 0
        self._warnings = 0
        self._stopped = False
        python = ".".join(str(part) for part in sys.version_info[:3])
        self._write("session-start", version=wire.VERSION, pytest=pytest.__version__, python=python, pid=self._pid)

    # Start: what keeps a session from beginning.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, Any, None]:
        """Tell of a conftest that can't be imported, or that ends the process."""
        folders = [str(early_config.invocation_params.dir), str(early_config.rootpath)]
        self._describer = Describer(folders)
        outcome = yield
        error = _error_of(outcome)
        if error is not None and not self._is_usage_error(error):
            self._broken_conftest(error)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, None]:
        """Tell of what pytest refuses while it configures itself."""
        outcome = yield
        self._is_usage_error(_error_of(outcome))

    def _is_usage_error(self, error: BaseException | None) -> bool:
        if isinstance(error, pytest.UsageError):
            self._write("usage-error", message=wire.cut("\n".join(str(part) for part in error.args)))
            return True
        return False

    def _broken_conftest(self, error: BaseException) -> None:
        path = getattr(error, "path", None)
        cause = error.__cause__ if path is not None and error.__cause__ is not None else error
        fields = self._tried(self._describer.exception, _formatted(cause), path and str(path)) or _NOWHERE
        self._collect_error(str(path or fields["path"] or "start of pytest"), fields)

    # Collection.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, Any, None]:
        """Tell of a path that pytest does not find."""
        outcome = yield
        self._is_usage_error(_error_of(outcome))

    @pytest.hookimpl(trylast=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file, class or package was collected, or not."""
        if report.outcome == "failed":
            fields = self._tried(self._describer.collected, report) or _NOWHERE
            self._collect_error(report.nodeid, fields)
        elif report.outcome == "skipped":
            path, line, message = self._tried(self._describer.skip, report) or (None, None, "")
            self._write("collect-skip", id=report.nodeid, path=path, line=line, message=wire.cut(message, 2048))

    def _collect_error(self, node: str, fields: dict[str, Any]) -> None:
        known = (node, fields["message"])
        if known not in self._collect_errors:  # each of xdist's workers reports it
            self._collect_errors.add(known)
            self._write(
                "collect-error", id=node, **{name: fields[name] for name in ("path", "line", "message", "text")}
            )

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Tests were left out by `-k`, `-m` or a plugin."""
        if self._deselected is not None:
            self._deselected += len(list(items))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The plan, where this process runs the tests itself."""
        self._plan(item.nodeid for item in session.items)

    @pytest.hookimpl(trylast=True, optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """The plan, told by a worker; all of them tell the same."""
        self._deselected = None
        self._plan(ids)

    def _plan(self, ids: Iterable[str]) -> None:
        chunk: list[str] = []
        characters = 0
        for name in map(wire.identity, ids):
            if name in self._planned:
                continue
            self._planned.add(name)
            chunk.append(name)
            characters += len(name)
            if len(chunk) == PLANNED_CHUNK or characters > PLANNED_CHUNK_CHARACTERS:
                self._write("planned", ids=chunk)
                chunk, characters = [], 0
        if chunk:
            self._write("planned", ids=chunk)

    # Tests.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._running.setdefault(nodeid, Trial())  # a retry goes on with what is there
        self._write("test-start", id=wire.identity(nodeid))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
        """See what was raised before any other plugin sees it, and whether a green report is made of it."""
        raised = call.excinfo
        outcome = yield
        if raised is None or outcome.excinfo:
            return
        report = outcome.get_result()  # a plugin that tries again makes a new one, without the failure of the old
        if report.outcome == "passed" and (report.longrepr is not None or call.excinfo is None):
            self._write("hidden", id=wire.identity(item.nodeid), message=f"{raised.typename} in {call.when}")

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase of a test has ended, a subtest has, or the worker that ran it is dead."""
        if report.nodeid not in self._running:
            self.pytest_runtest_logstart(report.nodeid)
        self._running[report.nodeid].add(report)
        if report.when not in PHASES:
            self._end(report.nodeid)  # nobody tells of the end of what a dead worker ran

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test has ended."""
        if nodeid in self._running:
            self._end(nodeid)

    def _end(self, node: str) -> None:
        trial = self._running[node]
        if trial.will_run_again:
            return
        del self._running[node]
        outcome = trial.outcome()
        end = {"outcome": outcome, "duration_s": round(trial.duration_s, 6)}
        end.update(self._tried(self._described, trial, outcome) or _NOWHERE)
        found = self._findings(trial)
        if outcome in RED:
            end.update(self._tried(place_of, found) or {})
            self._red[node] = end
        written = self._red.get(node, end)
        name = wire.identity(node)
        if not self._write("test-end", id=name, findings=found, **written):
            self._write("test-end", id=name, findings=[], **{**_NOWHERE, "outcome": outcome, "duration_s": 0.0})

    def _described(self, trial: Trial, outcome: str) -> dict[str, Any]:
        reports = list(trial.phases.values())
        if outcome in RED:
            return self._describer.red(trial.red_reports(), all_sections(reports + trial.subtests))
        report = trial.phases.get("call") or trial.phases.get("setup")
        if report is None:
            return _NOWHERE
        return self._describer.passed(report) if outcome == "passed" else self._describer.calm(report)

    def _findings(self, trial: Trial) -> list[dict[str, Any]]:
        last = next(reversed(trial.phases.values()), None)  # its properties are those of the whole test
        return self._tried(findings, last) or [] if getattr(last, "user_properties", None) else []

    # Trouble.

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """A warning was raised and not silenced."""
        self._warnings += 1
        if self._warnings > WARNINGS_KEPT:
            return
        path = self._tried(self._describer.absolute, str(warning_message.filename))
        message = self._tried(str, warning_message.message) or ""
        category = warning_message.category.__name__
        self._write(
            "warning", category=category, message=wire.cut(message, 2048), path=path, line=warning_message.lineno
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Pytest itself, or a plugin, broke."""
        text = self._tried(str, excrepr) or excinfo.typename
        self._write("internal-error", text=wire.cut(text))

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """The session was ended by Ctrl-C, by `pytest.exit` or by errors in collection."""
        message = getattr(excinfo.value, "msg", None) or excinfo.value
        self._stop(f"{excinfo.typename}: {self._tried(str, message) or ''}".rstrip(": "))

    def _stop(self, reason: str) -> None:
        if not self._stopped:
            self._stopped = True
            self._write("stopped", reason=wire.cut(reason, 2048))

    # End.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, Any, None]:
        """Close the stream when every other plugin has had its say."""
        decided = _status(session.exitstatus)
        outcome = yield
        error = _error_of(outcome)
        if isinstance(error, pytest.exit.Exception):
            self._stop(f"Exit: {error.msg}")
        elif error is not None and not isinstance(error, SystemExit):
            self._write("internal-error", text=wire.cut(self._tried(_formatted, error) or type(error).__name__))
        self._end_rest(session)
        self._write("session-end", exit=_final_status(session, error), decided=decided, **self._counts(session))
        self._close()

    def _end_rest(self, session: pytest.Session) -> None:
        for node in [node for node, trial in self._running.items() if "teardown" in trial.phases]:
            self._end(node)  # some plugins that run tests their own way don't tell of the end
        reason = session.shouldfail or session.shouldstop
        if reason:
            self._stop(self._tried(str, reason) or "")

    def _counts(self, session: pytest.Session) -> dict[str, Any]:
        return {"collected": session.testscollected, "deselected": self._deselected, "warnings": self._warnings}

    def _close(self) -> None:
        if self._writer is not None and self._own_pid() == self._pid:
            self._writer.close()
            self._writer = None

    # The only ways to the stream and into hostile objects.

    def _write(self, kind: str, **fields: Any) -> bool:
        """Write an event; False when it is no JSON. A stream that fails once stays closed."""
        if self._writer is None or self._own_pid() != self._pid:
            return True
        try:
            self._writer.write(kind, **fields)
        except OSError:
            self._writer = None
        except (TypeError, ValueError, RecursionError) as error:
            self._note(kind, error)
            return False
        return True

    def _tried(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:  # noqa: BLE001 - objects of the unit raise what they like
            self._note(getattr(function, "__name__", "call"), error)
            return None

    def _note(self, place: str, error: Exception) -> None:
        self._write("note", text=f"{type(error).__name__} in {place}")


def _error_of(outcome: Any) -> BaseException | None:
    return outcome.excinfo[1] if outcome.excinfo else None


def _formatted(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _final_status(session: pytest.Session, error: BaseException | None) -> int | None:
    returncode = getattr(error, "returncode", None) if isinstance(error, pytest.exit.Exception) else None
    return _status(session.exitstatus if returncode is None else returncode)


def _status(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None
