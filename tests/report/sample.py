"""A run in which every kind of outcome occurs, and hostile text, for the tests of what is told of it."""

import itertools

from hypothesis import settings
from hypothesis import strategies as st

from integrity.model import event as events
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.model.plan import Plan, PlannedUnit
from integrity.model.unit import Kind
from integrity.planning.tally import fold

BEGAN = 1_800_000_000.0
FILE = "test_integrity.py"

PROPERTY = settings(deadline=None, max_examples=50)  # a busy machine is no defect

# What breaks readers: halves of surrogate pairs, controls, ends of sections, commands of CI runners, markup.
CONTROLS = ("\x00", "\x1b[2J", "\x1b]0;t\x07", "\r", "\n", "\t", "\ud800", "\udcff", "\u202e", "\u200d", "\ufffe")
MARKUP = ("]]>", "<b>", "&", '"', "'", "@user", "www.x.org", "`", "|", "</pre>", "[/red]", "*", "_", "~~", "](x)")
COMMANDS = ("::error::x", "##[error]x", "##", "[add-mask]", "::", "#", " ", "a")
HOSTILE = st.one_of(
    st.text(alphabet=st.characters(), max_size=60),
    st.lists(st.sampled_from((*CONTROLS, *MARKUP, *COMMANDS)), max_size=12).map("".join),
)


def unit(name, **fields):
    """One planned service."""
    path = fields.pop("path", f"services/{name}")
    return PlannedUnit(id=name, path=path, name=name, kind=Kind.SERVICE, selector=name, reason="asked for", **fields)


class Script:
    """Events in order, half a second apart."""

    def __init__(self):
        self.events = []
        self._clock = itertools.count()

    def add(self, kind, /, **fields):
        """The next event."""
        number = next(self._clock)
        self.events.append(kind(seq=number, ts=BEGAN + number / 2, **fields))
        return self

    def start(self, units):
        """The run's start."""
        return self.add(events.RunStart, run_id="r1", units=units, slots=2, versions={"integrity": "0.1"})

    def phase(self, name, phase, duration_s, attempt=1):
        """One phase of a unit."""
        self.add(events.PhaseStart, unit=name, phase=phase, attempt=attempt)
        return self.add(events.PhaseEnd, unit=name, phase=phase, duration_s=duration_s, attempt=attempt)

    def service(self, unit, *, attempt=1, **fields):
        """A backing service of a unit."""
        described = {"kind": "postgres", "provider": "embedded", **fields}
        return self.add(events.ServiceReady, unit=unit, attempt=attempt, **described)

    def plan(self, name, *ids, attempt=1):
        """What pytest is about to run."""
        return self.add(events.Planned, unit=name, ids=list(ids), attempt=attempt)

    def test(self, name, test, outcome=TestOutcome.PASSED, attempt=1, **fields):
        """One test of a unit."""
        self.add(events.TestStart, unit=name, id=test, attempt=attempt)
        return self.add(events.TestEnd, unit=name, id=test, outcome=outcome, duration_s=0.25, attempt=attempt, **fields)

    def end(self, name, outcome=Outcome.PASSED, **fields):
        """A unit's verdict."""
        return self.add(events.UnitEnd, unit=name, outcome=outcome, **fields)


def plan_of(*units):
    """A plan of these units."""
    return Plan(run_id="r1", commit="abc", units=tuple(units))


def zoo():
    """A plan and the events of its run: passed, failed, flaky, skipped, collect error, timeout, env error, lost."""
    names = ("billing", "gateway", "catalog", "notifications", "contracts", "ratelimits", "settings-kit", "search")
    script = Script().start(len(names))
    ids = [f"{FILE}::test_{word}" for word in ("plans", "rates", "routes")]
    script.add(events.EnvReady, unit="billing", python="3.11.7", layer="l1", packages={"django": "5.2"})
    script.phase("billing", "env", 0.2).phase("billing", "tests", 2.0).plan("billing", *ids)
    script.test("billing", ids[0]).test("billing", ids[2])
    script.test(
        "billing",
        ids[1],
        TestOutcome.FAILED,
        path="services/billing/test_integrity.py",
        line=31,
        message="AssertionError: rate 'pro' stands twice\nassert 2 == 1",
        text="def test_rates():\n>   assert count == 1\nE   AssertionError: rate 'pro' stands twice\n\ntest_integrity.py:31: AssertionError",
        output="counted 2\n",
    )
    script.end("billing", Outcome.FAILED, message="1 of 3 tests failed", exit_status=1)
    script.phase("gateway", "env", 0.1).phase("gateway", "tests", 0.4).plan("gateway", ids[0], ids[1]).test(
        "gateway", ids[0]
    ).test("gateway", ids[1])
    script.end("gateway")
    script.plan("catalog", ids[0]).test("catalog", ids[0], TestOutcome.FAILED, message="AssertionError", text="x").end(
        "catalog", Outcome.FAILED, final=False
    )
    script.phase("catalog", "tests", 0.7, attempt=2).plan("catalog", ids[0], attempt=2).test(
        "catalog", ids[0], attempt=2
    ).end("catalog", attempt=2)
    script.plan("notifications", ids[0]).test("notifications", ids[0], TestOutcome.SKIPPED, message="no broker")
    script.end("notifications", Outcome.SKIPPED, message="the only test was skipped: no broker")
    script.add(
        events.CollectError,
        unit="contracts",
        id=FILE,
        path="packages/contracts/test_integrity.py",
        line=3,
        message="ModuleNotFoundError: No module named 'yaml'",
        text="test_integrity.py:3: in <module>\n    import yaml\nE   ModuleNotFoundError: No module named 'yaml'",
    )
    script.end(
        "contracts",
        Outcome.ERROR,
        error_kind=ErrorKind.COLLECT,
        message="test_integrity.py:3 could not be collected: ModuleNotFoundError: No module named 'yaml'",
        hint="Declare the dependency in the unit's manifest.",
        detail="1 error in 0.1s",
        exit_status=2,
    )
    script.plan("ratelimits", ids[0])
    script.add(events.TestStart, unit="ratelimits", id=ids[0])
    script.add(
        events.WarningRaised,
        unit="ratelimits",
        category="DeprecationWarning",
        message="old",
        path="packages/ratelimits/a.py",
        line=4,
    )
    script.add(
        events.WarningRaised,
        unit="ratelimits",
        category="DeprecationWarning",
        message="old",
        path="packages/ratelimits/a.py",
        line=4,
    )
    script.end(
        "ratelimits",
        Outcome.ERROR,
        error_kind=ErrorKind.TIMEOUT,
        message=f"timed out after 60 s, while {ids[0]} ran",
        running=ids[0],
        exit_status=-9,
    )
    script.phase("settings-kit", "env", 3.5).end(
        "settings-kit",
        Outcome.ERROR,
        error_kind=ErrorKind.ENV,
        message="no version of nonesuch was found",
        detail="No solution found\n╰─▶ nonesuch",
    )
    script.phase("search", "env", 0.1)
    script.add(events.Heartbeat, running={"search": "tests"}).add(events.RunEnd)
    units = [
        unit(name, path=f"{'packages' if name in ('contracts', 'ratelimits', 'settings-kit') else 'services'}/{name}")
        for name in names
    ]
    return plan_of(*units), script.events


def zoo_report():
    """The report of that run."""
    return fold(*zoo())


def run_of(text):
    """A plan and the events of a run in which this text stands everywhere."""
    script = (
        Script()
        .start(1)
        .plan("u", text)
        .test("u", text, TestOutcome.FAILED, message=text, text=text, output=text, path=text, line=3)
    )
    script.add(events.CollectError, unit="u", id=f"{text}2", path=text, message=text, text=text)
    script.end("u", Outcome.ERROR, error_kind=ErrorKind.CRASH, message=text, hint=text, detail=text, running=text)
    return plan_of(unit("u")), script.add(events.RunEnd).events


@st.composite
def hostile_findings(draw):
    """What a check found, in hostile words."""
    text = draw(HOSTILE)
    place = events.FindingPlace(path=draw(HOSTILE), line=draw(st.none() | st.integers(-1, 10**9)), role=text)
    level = draw(st.sampled_from(["error", "warning", "info", text]))
    return events.Finding(
        code=text,
        slug=text,
        level=level,
        message=draw(HOSTILE),
        hint=draw(HOSTILE),
        places=draw(st.sampled_from([[], [place], [place] * 2])),
    )


@st.composite
def hostile_runs(draw):
    """A plan and events in which every untrusted text is hostile."""
    script = Script().start(1)
    ids = draw(st.lists(HOSTILE, max_size=4, unique=True))
    script.plan("u", *ids)
    for test in ids:
        outcome = draw(st.sampled_from(TestOutcome))
        script.test(
            "u",
            test,
            outcome,
            message=draw(HOSTILE),
            text=draw(HOSTILE),
            output=draw(HOSTILE),
            path=draw(st.none() | HOSTILE),
            line=3,
            findings=draw(st.lists(hostile_findings(), max_size=2)),
        )
    script.add(events.WarningRaised, unit="u", category="W", message=draw(HOSTILE))
    script.service("u", name="db", version=draw(HOSTILE), image=draw(HOSTILE), note=draw(HOSTILE))
    script.add(events.ServiceProgress, text=draw(HOSTILE))
    outcome = draw(st.sampled_from(Outcome))
    kind = ErrorKind.CRASH if outcome is Outcome.ERROR else None
    script.end(
        "u",
        outcome,
        error_kind=kind,
        message=draw(HOSTILE),
        hint=draw(HOSTILE),
        detail=draw(HOSTILE),
        running=draw(HOSTILE),
    )
    return plan_of(unit("u")), script.add(events.RunEnd).events
