"""trace.json, as Perfetto reads it."""

import itertools
import json

import jsonschema
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from integrity.model import event as events
from integrity.model.outcome import TestOutcome
from integrity.planning.tally import fold
from integrity.report import trace
from tests.report.sample import BEGAN, HOSTILE, PROPERTY, hostile_runs, plan_of, unit, zoo_report

NAMES = {"process_name": "name", "thread_name": "name", "thread_sort_index": "sort_index"}
NUMBER = {"type": "integer", "minimum": 0}
SCHEMA = {
    "type": "object",
    "required": ["traceEvents", "displayTimeUnit"],
    "properties": {
        "displayTimeUnit": {"const": "ms"},
        "traceEvents": {
            "items": {
                "required": ["ph", "name", "pid", "tid", "ts"],
                "properties": {"ph": {"enum": ["X", "M"]}, "name": {"type": "string"}, "ts": NUMBER, "dur": NUMBER}
                | {"pid": NUMBER, "tid": NUMBER, "args": {"type": "object"}, "cat": {"type": "string"}},
                "if": {"properties": {"ph": {"const": "X"}}},
                "then": {"required": ["dur", "cat"]},
                "else": {"required": ["args"], "properties": {"name": {"enum": list(NAMES)}}},
                "additionalProperties": False,
            }
        },
    },
}


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def read(report):
    """The events of a trace that fits the format."""
    document = json.loads("".join(trace.parts(report)).encode("utf-8"))
    json.dumps(document, ensure_ascii=False).encode("utf-8")  # no half of a surrogate pair, which strict readers refuse
    VALIDATOR.validate(document)
    return document["traceEvents"]


def spans(report, category=None):
    """The spans of a trace, of one category or all."""
    return [event for event in read(report) if event["ph"] == "X" and category in (None, event["cat"])]


def improper(found):
    """Pairs of spans on one thread that overlap, and neither lies within the other."""
    return [
        (one["name"], other["name"])
        for one, other in itertools.combinations(found, 2)
        if (one["pid"], one["tid"]) == (other["pid"], other["tid"])
        and one["ts"] < other["ts"] < one["ts"] + one["dur"] < other["ts"] + other["dur"]
    ]


def within(inner, outer):
    """Whether one span lies in another in time."""
    return outer["ts"] <= inner["ts"] and inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"]


PHASES = st.tuples(st.sampled_from(["env", "services", "tests"]), st.integers(1, 2))


@st.composite
def timed_runs(draw):
    """Units whose phases and tests lie anywhere, also where they can't."""
    moments = st.integers(0, 3000).map(lambda number: BEGAN + number / 1000)
    lengths = st.integers(0, 3000).map(lambda number: number / 1000)
    planned = [unit(name, shard=draw(st.sampled_from([1, 2]))) for name in "abc"]
    found = []
    for name in "abc":
        for phase, attempt in draw(st.lists(PHASES, max_size=4)):
            began, lasted = draw(moments), draw(lengths)
            found += [
                events.PhaseStart(seq=0, ts=began, unit=name, phase=phase, attempt=attempt),
                events.PhaseEnd(
                    seq=0, ts=began + lasted, unit=name, phase=phase, attempt=attempt, duration_s=draw(lengths)
                ),
            ]
        for test in draw(st.lists(HOSTILE, max_size=4, unique=True)):
            began, lasted = draw(moments), draw(lengths)
            found += [
                events.TestStart(seq=0, ts=began, unit=name, id=test, attempt=2),
                events.TestEnd(
                    seq=0, ts=began, unit=name, id=test, attempt=2, outcome=TestOutcome.PASSED, duration_s=lasted
                ),
            ]
    return plan_of(*planned), found


@PROPERTY
@given(timed_runs())
def test_spans_nest_properly(run):
    """On each thread a span lies within another or beside it, each test in its unit, and no span is lost."""
    report = fold(*run)

    found = spans(report)

    assert improper(found) == []
    for each in report.units:
        (own,) = [span for span in found if span["cat"] == "unit" and span["name"] == each.id] or [None]
        assert (own is None) == (not each.spans and not each.tests)
    assert len([span for span in found if span["cat"] == "phase"]) == sum(len(each.spans) for each in report.units)
    assert len([span for span in found if span["cat"] == "test"]) == sum(len(each.tests) for each in report.units)
    for inner in found:
        around = [span for span in found if span["cat"] == "unit" and span["pid"] == inner["pid"]]
        lane = inner["tid"] % trace.TRACKS_APART
        assert any(within(inner, span) for span in around if span["tid"] == lane)


@PROPERTY
@given(timed_runs())
def test_time_only_goes_on(run):
    """Events come by their start, the outer ones first."""
    order = [(event["ts"], -event["dur"]) for event in spans(fold(*run))]

    assert order == sorted(order)


@PROPERTY
@given(hostile_runs())
def test_hostile_text_is_only_a_name(run):
    """Whatever tests are called, the document is JSON in UTF-8 and fits the format."""
    report = fold(*run)

    assert len(spans(report, "test")) == len(report.units[0].tests)
    assert "\x1b" not in "".join(trace.parts(report))


def test_zoo_has_its_units_phases_and_tests():
    """Units stand on lanes, their phases and tests within; only what never began is missing."""
    report = zoo_report()

    assert sorted(span["name"] for span in spans(report, "unit")) == sorted(
        unit.id for unit in report.units if unit.spans or unit.tests
    )
    (billing,) = [span for span in spans(report, "unit") if span["name"] == "billing"]
    inside = [span["name"] for span in spans(report) if span["tid"] == billing["tid"] and within(span, billing)]
    assert inside[0] == "billing"
    assert {"env", "tests"} <= set(inside)
    assert billing["args"]["outcome"] == "failed"
    (failed,) = [span for span in spans(report, "test") if span.get("args", {}).get("outcome") == "failed"]
    assert failed["args"]["place"] == "services/billing/test_integrity.py:31"


def test_shards_are_processes():
    """Of a merged run each shard is one process with a name of its own; threads are named by their lane."""
    report = zoo_report()
    units = [msgspec.structs.replace(each, shard=1 + number % 2) for number, each in enumerate(report.units)]
    found = [event for event in read(msgspec.structs.replace(report, units=units)) if event["ph"] == "M"]

    assert [event["args"]["name"] for event in found if event["name"] == "process_name"] == ["shard 1", "shard 2"]
    assert {event["args"]["name"] for event in found if event["name"] == "thread_name"} >= {"lane 1"}
    assert [event["args"]["name"] for event in read(report) if event["name"] == "process_name"] == ["integrity"]


def test_empty_run_is_a_valid_trace():
    """A run without units has no events."""
    assert read(fold(plan_of(), [])) == []
