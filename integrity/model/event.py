"""The journal's vocabulary: one struct an event, told apart by `type`. Every report is a fold over these.

`events.jsonl` holds them in the order of `seq`; readers ignore unknown fields and unknown types of the same major.
Text in events is already masked (no secret) and cut; it is not sanitised, since each sink needs its own.
"""

from __future__ import annotations

import msgspec

from integrity.model.outcome import ErrorKind, Outcome, TestOutcome

SCHEMA = "integrity.event/1"


class Base(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every event has: `seq` from 0, `ts` in epoch seconds."""

    seq: int
    ts: float


class RunStart(Base, frozen=True, kw_only=True, omit_defaults=False, tag="run-start"):
    """The first event; it states the schema. `versions` are those of integrity, python, uv; `shard` counts from 1."""

    schema: str = SCHEMA
    run_id: str
    commit: str | None = None
    dirty: bool = False
    versions: dict[str, str] = {}
    units: int
    slots: int
    shard: int | None = None


class Attempted(Base, frozen=True, kw_only=True):
    """What every event of a unit has: the planned unit's id, and which try of it."""

    unit: str
    attempt: int = 1


class PhaseStart(Attempted, frozen=True, kw_only=True, tag="phase-start"):
    """`phase` is `env`, `services` (these two at once) or `tests`."""

    phase: str


class PhaseEnd(Attempted, frozen=True, kw_only=True, tag="phase-end"):
    """`duration_s` is the time at work in this phase, without waiting for a slot."""

    phase: str
    duration_s: float


class EnvReady(Attempted, frozen=True, kw_only=True, tag="env-ready"):
    """The env stands: full Python version, layer digest, installed packages as name → version."""

    python: str
    layer: str
    packages: dict[str, str] = {}


class ServiceReady(Attempted, frozen=True, kw_only=True, tag="service-ready"):
    """A backing service, or a process that a unit serves, is ready for the tests.

    `name` is its key in `needs` or `serve`, `provider` is `docker`, `embedded`, `external` or `unit`; `image` has its
    digest; `note` says what must not be overlooked, such as another version than the one asked for.
    """

    name: str
    kind: str
    provider: str
    version: str = ""
    image: str = ""
    note: str = ""


class Planned(Attempted, frozen=True, kw_only=True, tag="planned"):
    """Ids of tests that pytest is about to run; several such events add up."""

    ids: list[str]


class TestStart(Attempted, frozen=True, kw_only=True, tag="test-start"):
    """A test began; `at` is when it says so itself, in epoch seconds, since its stream is read in slices."""

    __test__ = False

    id: str
    at: float | None = None


class FindingPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One side of a finding; `path` is relative to the root, `line` and `column` count from 1."""

    path: str
    line: int | None = None
    column: int | None = None
    role: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One defect that a check found. `fingerprint` stays the same when lines move; `level` is error, warning or info."""

    code: str
    slug: str = ""
    level: str = "error"
    registry: str = ""
    entry: str = ""
    message: str = ""
    hint: str = ""
    places: list[FindingPlace] = []
    fingerprint: str = ""


class TestEnd(Attempted, frozen=True, kw_only=True, tag="test-end"):
    """A test ended. `path` is relative to the root, `line` the failing line (1-based).

    `message` is the first lines of the failure, `text` its whole (cut) report, `output` what it printed (cut).
    """

    __test__ = False

    id: str
    outcome: TestOutcome
    duration_s: float
    path: str | None = None
    line: int | None = None
    message: str = ""
    text: str = ""
    output: str = ""
    findings: list[Finding] = []


class CollectError(Attempted, frozen=True, kw_only=True, tag="collect-error"):
    """A file or conftest that could not be collected."""

    id: str
    path: str | None = None
    line: int | None = None
    message: str
    text: str = ""


class WarningRaised(Attempted, frozen=True, kw_only=True, tag="warning"):
    """A warning that pytest recorded."""

    category: str
    message: str
    path: str | None = None
    line: int | None = None


class UnitEnd(Attempted, frozen=True, kw_only=True, tag="unit-end"):
    """One attempt's verdict. `final` is false when a retry follows; `allowed`: the configuration calls this skip fine.

    `detail` is raw text (a build's output, the output's tail); `running` the test that ran when the unit died.
    """

    outcome: Outcome
    error_kind: ErrorKind | None = None
    message: str = ""
    hint: str = ""
    detail: str = ""
    running: str | None = None
    exit_status: int | None = None  # negative: the signal that ended it
    output_bytes: int = 0
    allowed: bool = False
    final: bool = True


class Heartbeat(Base, frozen=True, kw_only=True, tag="heartbeat"):
    """Still at work; `running` maps unit ids to what they do."""

    running: dict[str, str] = {}


class ServiceProgress(Base, frozen=True, kw_only=True, tag="service-progress"):
    """What a provider is at that takes its time, in words: an image that is pulled."""

    text: str


class StopRequested(Base, frozen=True, kw_only=True, tag="stop-requested"):
    """A signal asked the run to stop; `forced` from the second on."""

    forced: bool = False


class RunEnd(Base, frozen=True, kw_only=True, tag="run-end"):
    """The last event of a run that could end it itself, interrupted ones included."""

    interrupted: bool = False


Event = (
    RunStart
    | PhaseStart
    | PhaseEnd
    | EnvReady
    | ServiceReady
    | Planned
    | TestStart
    | TestEnd
    | CollectError
    | WarningRaised
    | UnitEnd
    | Heartbeat
    | ServiceProgress
    | StopRequested
    | RunEnd
)
