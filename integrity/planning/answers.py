"""One answer for each way in which an attempt can end: what is said, and what helps. Pure; `verdict` picks the answer."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from integrity.model.outcome import ErrorKind, Outcome
from integrity.planning.witness import Verdict

if TYPE_CHECKING:
    from integrity.planning.witness import Case

REASONS_SHOWN = 3
_PLUGIN_OF_OPTION = (
    (r"--(no-)?cov\b", "pytest-cov"),
    (r"-n\b|--(dist|numprocesses|maxprocesses|tx)\b", "pytest-xdist"),
    (r"--(ds|dc|reuse-db|create-db|(no-?)?migrations)\b|\bDJANGO_SETTINGS_MODULE\b", "pytest-django"),
    (r"--asyncio-|\basyncio_\w+", "pytest-asyncio"),
    (r"--timeout\b|option: timeout", "pytest-timeout"),
    (r"--reruns\b", "pytest-rerunfailures"),
    (r"--randomly-|-p random", "pytest-randomly"),
    (r"--benchmark-", "pytest-benchmark"),
    (r"--(disable-socket|allow-hosts|allow-unix-socket|force-enable-socket)\b", "pytest-socket"),
    (r"--(record-mode|block-network)\b", "pytest-recording"),
    (r"--(self-contained-)?html\b", "pytest-html"),
    (r"--json-report\b", "pytest-json-report"),
    (r"option: env(_files)?\b", "pytest-env or pytest-dotenv"),
)
_EXCEPTION = re.compile(r"(?m)^E\s+(?P<text>(?:\w+\.)*\w*(?:Error|Exception|Exit|Warning|Failed)\b.*)$")


def timeout(case: Case) -> Verdict:
    """The deadline ended it: says where it was."""
    stream, limit = case.stream, case.ending.timeout_s
    hint = ""
    if stream.ended:
        where = "after its tests had ended"
        hint = "Look for a thread or child process that the tests start and never stop."
    elif stream.running is not None:
        where = f"while {stream.running} ran"
    elif stream.planned:
        where = f"between tests, {len(stream.results)} of {len(stream.planned)} done"
    elif stream.started:
        where = "during collection, before any test ran"
        hint = "Look for work that is done when the test files are imported."
    else:
        where = "while pytest started, before collection"
        hint = "Look for work that is done when a conftest or plugin is imported."
    after = "" if limit is None else f" after {limit:g} s"
    hint = hint or "Raise `timeout` if it needs longer."
    return _error(ErrorKind.TIMEOUT, f"timed out{after}, {where}", hint, stream.running)


def interrupted(case: Case) -> Verdict:
    """The run's stop ended it."""
    running = case.stream.running
    message = "interrupted" if running is None else f"interrupted while {running} ran"
    return Verdict(outcome=Outcome.INTERRUPTED, message=message, running=running)


def conftest_error(case: Case) -> Verdict:
    """A conftest failed at import, before pytest had a session."""
    path = case.conftest["path"] if case.conftest else ""
    raised = _EXCEPTION.search(case.ending.output_tail)
    cause = f": {raised['text']}" if raised else ""
    return _error(ErrorKind.COLLECT, f"{path} could not be imported{cause}", _import_hint(cause))


def collect_errors(case: Case) -> Verdict:
    """Test files failed at import: the first, and how many more."""
    path, line, message = case.stream.collect_errors[0]
    others = len(case.stream.collect_errors) - 1
    place = path if line is None else f"{path}:{line}"
    more = f" (and {others} more)" if others else ""
    said = f"{place} could not be collected: {_first_line(message)}{more}"
    return _error(ErrorKind.COLLECT, said, _import_hint(message))


def _import_hint(message: str) -> str:
    if "ModuleNotFoundError" not in message:
        return ""
    return "Declare the dependency in the unit's manifest: its env holds exactly what it declares."


def config(case: Case) -> Verdict:
    """Pytest refused its options or ini file; names the plugin whose option it is, when that is known."""
    message = (
        case.stream.usage_error.strip()
        or _complaint(case.ending.output_tail)
        or "pytest refused its options (exit status 4)"
    )
    plugin = next((name for pattern, name in _PLUGIN_OF_OPTION if re.search(pattern, message)), None)
    hint = "Mend the unit's own pytest options: addopts, its ini file, or what was given after `--`."
    if plugin is not None:
        hint = f"Add {plugin} to the unit's dependencies (its test group or extra), or drop the option."
    return _error(ErrorKind.CONFIG, message, hint)


def _complaint(output: str) -> str:
    """What pytest says is wrong, without its usage text."""
    lines = [line.strip() for line in output.splitlines()]
    said = [line for line in lines if re.match(r"(ERROR: (?!usage:)|.*: error: )", line)]
    return re.sub(r"^(ERROR: |.*?: error: )", "", said[-1]) if said else ""


def internal(case: Case) -> Verdict:
    """Pytest itself or a plugin raised."""
    lines = [line for line in case.stream.internal_error.splitlines() if line.strip()]
    cause = f": {lines[-1].removeprefix('INTERNALERROR>').strip()}" if lines else ""
    return _error(ErrorKind.CRASH, f"pytest or one of its plugins failed{cause}", "", case.stream.running)


def crash(case: Case) -> Verdict:
    """The process ended without closing its stream."""
    stream, status = case.stream, case.status
    manner = _manner(status)
    if stream.running is not None:
        message = f"{manner} while {stream.running} ran"
    elif not stream.planned:
        message = f"{manner} before its tests ran{_last_words(case)}"
    else:
        message = f"{manner} before its tests finished, {len(stream.results)} of {len(stream.planned)} done"
    return _error(ErrorKind.CRASH, message, _crash_hint(status), stream.running)


def _manner(status: int | None) -> str:
    if status is None:
        return "ended in an unknown way"
    if status >= 0:
        return f"ended with status {status}"
    name = _signal_name(-status)
    return f"was killed by {name}, perhaps out of memory," if name == "SIGKILL" else f"was killed by {name}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _crash_hint(status: int | None) -> str:
    if status == -signal.SIGKILL:
        return "Look at the machine's memory (dmesg, the container's limit), or lower --jobs."
    if status is not None and status >= 0:
        return "Look for os._exit, sys.exit or an exec in the tests, a conftest or what they import."
    return ""


def _last_words(case: Case) -> str:
    lines = [line.strip() for line in case.ending.output_tail.splitlines() if line.strip()]
    return f": {lines[-1]}" if lines and case.status else ""


def malformed(case: Case) -> Verdict:
    """The stream holds what no plugin of ours wrote."""
    message = f"its event stream holds {_count(case.malformed, 'line')} that pytest's plugin did not write"
    return _error(ErrorKind.INCONSISTENT, message, "Something else wrote to the stream, or the disk was full.")


def disagreement(case: Case) -> Verdict:
    """The session closed with one status, the process ended with another."""
    message = f"pytest said exit status {case.stream.exit}, then the process {_manner(case.status).rstrip(',')}"
    hint = "Look for exit handlers, threads or native code that end the process after its tests."
    return _error(ErrorKind.INCONSISTENT, message, hint)


def forged(case: Case) -> Verdict:
    """Results of tests that pytest never announced."""
    message = f"{_count(len(case.unplanned), 'result')} of tests that were never planned, such as {min(case.unplanned)}"
    return _error(ErrorKind.INCONSISTENT, message, "Something else than pytest's plugin wrote to the stream.")


def uncollected_and_green(case: Case) -> Verdict:
    """Errors of collection, and status 0."""
    path, _, message = case.stream.collect_errors[0]
    said = f"{path} could not be collected ({_first_line(message)}), yet the exit status is 0"
    return _error(ErrorKind.INCONSISTENT, said)


def stopped(case: Case) -> Verdict:
    """pytest.exit or KeyboardInterrupt in the tests, before all had run."""
    done, planned = len(case.stream.results), len(case.stream.planned)
    reason = _first_line(case.stream.stopped)
    message = f"pytest was stopped with status {case.status}, {done} of {planned} tests done: {reason}"
    kind = ErrorKind.CRASH if case.status else ErrorKind.INCONSISTENT
    return _error(kind, message, "Look for pytest.exit or KeyboardInterrupt in the tests and what they import.")


def no_tests(case: Case) -> Verdict:
    """Nothing was collected, or nothing left of it."""
    if case.stream.deselected:
        message = f"no test was left to run: all {case.stream.deselected} were deselected"
        hint = "Look at -k, -m and --deselect in the unit's addopts and after `--`."
        return _error(ErrorKind.NO_TESTS, message, hint)
    hint = "Write a function whose name starts with `test_`."
    return _error(ErrorKind.NO_TESTS, "pytest found no tests", hint)


def failed(case: Case) -> Verdict:
    """Tests failed; says how many did not run."""
    message = f"{case.failing} of {_count(len(case.stream.planned), 'test')} failed"
    if case.missing:
        why = f" ({_first_line(case.stream.stopped)})" if case.stream.stopped else ""
        message += f", {len(case.missing)} did not run{why}"
    return Verdict(outcome=Outcome.FAILED, message=message)


def failed_and_not_said(case: Case) -> Verdict:
    """Tests failed, and the status hides it."""
    message = f"{_count(case.failing, 'test')} failed, yet the exit status is {case.status}"
    return _error(ErrorKind.INCONSISTENT, message, "Look for a hook or plugin that sets the session's exit status.")


def hidden(case: Case) -> Verdict:
    """Tests raised, and were reported as passed."""
    test, raised = case.stream.hidden[0]
    message = f"{_count(len(case.stream.hidden), 'failure')} reported as passed, first {test} ({raised})"
    return _error(ErrorKind.INCONSISTENT, message, "Look for a pytest_runtest_makereport in a conftest or plugin.")


def overridden(case: Case) -> Verdict:
    """Status 0, which pytest itself had not reached."""
    message = f"pytest ended with status {case.stream.decided}, and a hook or plugin made it 0"
    return _error(ErrorKind.INCONSISTENT, message, "Look for what sets session.exitstatus in a conftest or plugin.")


def unfinished(case: Case) -> Verdict:
    """Status 0, though planned tests have no result."""
    message = f"the exit status is 0, yet {len(case.missing)} of {len(case.stream.planned)} planned tests never ended"
    hint = "Look for pytest.exit(returncode=0) or --collect-only."
    return _error(ErrorKind.INCONSISTENT, f"{message}, first {case.missing[0]}", hint)


def skipped(case: Case) -> Verdict:
    """Every test was skipped, or their module skipped itself; says why."""
    shown = "; ".join(_first_line(reason) for reason in tuple(case.stream.skip_reasons)[:REASONS_SHOWN])
    what = "the only test was" if len(case.stream.results) == 1 else f"all {len(case.stream.results)} tests were"
    message = f"{what if case.stream.planned else 'its test file was'} skipped" + (f": {shown}" if shown else "")
    allowed = case.ending.allow_skipped
    hint = "" if allowed else "Set `allow-skipped = true` in the unit's [tool.integrity] if that is meant."
    return Verdict(outcome=Outcome.SKIPPED, message=message, hint=hint, allowed=allowed)


def passed(_: Case) -> Verdict:
    """All that was planned ran, and nothing failed."""
    return Verdict(outcome=Outcome.PASSED)


def too_many_warnings(case: Case) -> Verdict:
    """All passed, with more warnings than the unit itself allows."""
    complaint = _complaint(case.ending.output_tail) or "more warnings than --max-warnings allows"
    return Verdict(outcome=Outcome.FAILED, message=complaint)


def red_without_cause(case: Case) -> Verdict:
    """A status that no result explains."""
    message = f"the exit status is {case.status}, yet no test failed"
    hint = "A plugin may have set it, such as pytest-cov by --cov-fail-under; its reason is in the output."
    return _error(ErrorKind.INCONSISTENT, message, hint)


def _error(kind: ErrorKind, message: str, hint: str = "", running: str | None = None) -> Verdict:
    return Verdict(outcome=Outcome.ERROR, error_kind=kind, message=message, hint=hint, running=running)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
