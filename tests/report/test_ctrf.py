"""ctrf.json, against what the format's schema says of the fields it uses."""

import json

import jsonschema
import msgspec
from hypothesis import given

from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report import ctrf
from integrity.report.words import is_green
from tests.report.sample import PROPERTY, Script, hostile_runs, plan_of, unit, zoo_report

STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
TEXT, WHOLE, TEXTS = {"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "string"}}


def closed(required, **properties):
    """An object with these properties and no others."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEST = closed(
    ["name", "status", "duration"],
    name={"type": "string", "minLength": 1},
    status=STATUS,
    duration=WHOLE,
    start=WHOLE,
    stop=WHOLE,
    suite=TEXTS | {"minItems": 1},
    message=TEXT,
    trace=TEXT,
    line=WHOLE,
    rawStatus=TEXT,
    filePath=TEXT,
    retries=WHOLE,
    retryAttempts={
        "type": "array",
        "items": closed(["attempt", "status"], attempt=WHOLE | {"minimum": 1}, status=STATUS),
    },
    flaky={"type": "boolean"},
    stdout=TEXTS,
    extra={"type": "object"},
)
SUMS = ["tests", "passed", "failed", "skipped", "pending", "other", "start", "stop"]
SUMMARY = closed(SUMS, **dict.fromkeys([*SUMS, "flaky", "suites", "duration"], WHOLE))
SCHEMA = closed(
    ["results", "reportFormat", "specVersion"],
    reportFormat={"const": "CTRF"},
    specVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    generatedBy=TEXT,
    results=closed(
        ["tool", "summary", "tests"],
        tool=closed(["name"], name={"type": "string", "minLength": 1}, version=TEXT),
        summary=SUMMARY,
        environment=closed([], commit=TEXT, extra={"type": "object"}),
        tests={"type": "array", "items": TEST},
    ),
)


def read(report):
    """The results of a document that is valid."""
    document = json.loads("".join(ctrf.parts(report)).encode("utf-8"))
    json.dumps(document, ensure_ascii=False).encode("utf-8")  # no half of a surrogate pair, which strict readers refuse
    jsonschema.validate(document, SCHEMA)
    return document["results"]


@PROPERTY
@given(hostile_runs())
def test_document_is_valid_whatever_tests_say(run):
    """The schema holds, and the sums are those of the tests."""
    results = read(fold(*run))

    found = [test["status"] for test in results["tests"]]
    assert {name: results["summary"][name] for name in STATUS["enum"]} == {
        name: found.count(name) for name in STATUS["enum"]
    }
    assert results["summary"]["tests"] == len(found)


def test_zoo_is_told_in_five_words():
    """Each unit that is not green has a test that failed; times are milliseconds since 1970."""
    report = zoo_report()
    results = read(report)

    red = {test["suite"][0] for test in results["tests"] if test["status"] == "failed"}
    assert red == {unit.id for unit in report.units if not is_green(unit)}
    (rates,) = [test for test in results["tests"] if test["suite"][0] == "billing" and test["status"] == "failed"]
    assert (rates["suite"], rates["filePath"], rates["line"]) == (
        ["billing", "test_integrity.py"],
        "services/billing/test_integrity.py",
        31,
    )
    assert (rates["duration"], rates["stop"] - rates["start"], rates["stdout"]) == (250, 250, ["counted 2"])
    assert results["summary"]["start"] == 1_800_000_000_000
    assert results["summary"]["suites"] == 8


def test_flaky_test_is_one_that_failed_before():
    """Flaky is the test that failed and then passed, not its neighbours; one that fails again is not."""
    script = Script()
    script.test("u", "a", TestOutcome.FAILED).test("u", "b").test("u", "c", TestOutcome.FAILED)
    script.end("u", Outcome.FAILED, final=False)
    script.test("u", "a", attempt=2).test("u", "b", attempt=2).test("u", "c", TestOutcome.FAILED, attempt=2)
    results = read(fold(plan_of(unit("u")), script.end("u", Outcome.FAILED, attempt=2).events))

    assert {test["name"]: test.get("flaky") for test in results["tests"]} == {"a": True, "b": None, "c": False}
    assert results["tests"][0]["retryAttempts"] == [{"attempt": 1, "status": "failed"}]
    assert results["summary"]["flaky"] == 1


def test_problem_of_the_run_is_a_failure():
    """A run that is not whole is not green in a format that has tests only."""
    report = fold(plan_of(unit("u")), Script().test("u", "a").end("u").events, ["shard 2 left nothing"])

    assert [test["name"] for test in read(report)["tests"]] == ["a", "[run]"]


def test_run_without_a_start_is_valid():
    """So is one of which nothing was recorded."""
    assert read(fold(plan_of(unit("u")), []))["summary"]["failed"] == 1
    assert read(msgspec.structs.replace(zoo_report(), units=[]))["tests"] == []


def test_error_is_told_beside_tests_that_failed():
    """A unit that failed a test and then timed out has both: the test tells nothing of the time."""
    script = Script().test("u", "a", TestOutcome.FAILED)
    script.end("u", Outcome.ERROR, error_kind=ErrorKind.TIMEOUT, message="timed out after 60 s")
    told = read(fold(plan_of(unit("u")), script.events))["tests"]

    assert [(test["name"], test["message"]) for test in told if "message" in test] == [
        ("[unit]", "timed out after 60 s")
    ]
