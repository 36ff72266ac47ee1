"""The folded result of a run (`report.json`, schema `integrity.report/1`). Every reporter renders this value."""

from __future__ import annotations

import msgspec

from integrity.model.event import Finding
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.model.unit import Kind

SCHEMA = "integrity.report/1"


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The run itself. `started` is ISO 8601 in UTC.

    `problems` are what keeps the whole from being true though each unit may be: a shard that left nothing, or a broken archive.
    """

    id: str
    commit: str | None
    dirty: bool
    started: str
    duration_s: float
    exit_code: int
    interrupted: bool
    versions: dict[str, str]
    shards: int = 1
    problems: list[str] = []


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Units by outcome, and the number of tests that ended."""

    units: int
    passed: int
    failed: int
    error: int
    skipped: int
    interrupted: int
    lost: int
    cached: int
    flaky: int
    tests: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Tests of one unit by outcome. `planned` is what pytest announced."""

    planned: int = 0
    passed: int = 0
    failed: int = 0
    error: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0


class ReportedError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a unit ended as `error`."""

    kind: ErrorKind
    message: str
    hint: str = ""
    detail: str = ""


class ReportedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `text` and `output` are empty for tests that passed; `start_s` counts from the run's start."""

    id: str
    outcome: TestOutcome
    duration_s: float
    start_s: float | None = None
    path: str | None = None
    line: int | None = None
    message: str = ""
    text: str = ""
    output: str = ""
    findings: list[Finding] = []


class ReportedWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A warning of one unit, with how often it was raised."""

    category: str
    message: str
    path: str | None = None
    line: int | None = None
    count: int = 1


class ReportedService(msgspec.Struct, frozen=True, kw_only=True):
    """What ran beside a unit's tests. `log` is its log's path in the results folder."""

    name: str
    kind: str
    provider: str
    version: str
    image: str
    note: str
    log: str


class ReportedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """When a phase of one attempt lasted, waiting for a slot included; `start_s` counts from the run's start."""

    phase: str
    attempt: int
    start_s: float
    duration_s: float


class EarlierAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that another one followed: how it ended, and the tests that failed in it."""

    attempt: int
    outcome: Outcome
    error_kind: ErrorKind | None
    message: str
    failed: list[str]


class ReportedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One planned unit.

    `id` is its folder under `units/`. `message` is what an outcome other than `error` needs said: why all was skipped,
    how many tests did not run. `allowed` says that its skip is fine by its configuration. `attempts` is 0 where it never
    began. `rerun` is the command that runs just it (its failures) again.
    """

    id: str
    name: str
    kind: Kind
    path: str
    outcome: Outcome
    message: str
    error: ReportedError | None
    cached: bool
    allowed: bool
    flaky: bool
    attempts: int
    earlier: list[EarlierAttempt] = []
    reason: str
    shard: int | None = None
    phases_s: dict[str, float]
    spans: list[ReportedSpan] = []
    python: str | None
    packages: dict[str, str]
    services: list[ReportedService]
    counts: Counts
    tests: list[ReportedTest]
    warnings: list[ReportedWarning]
    rerun: str


class CrossUnit(msgspec.Struct, frozen=True, kw_only=True):
    """Checks that look at more than one unit."""

    findings: list[Finding] = []
    checks: list[str] = []


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. Units are sorted by path, then Python."""

    schema: str = SCHEMA
    run: RunSummary
    totals: Totals
    units: list[ReportedUnit]
    cross_unit: CrossUnit = msgspec.field(default_factory=CrossUnit)
