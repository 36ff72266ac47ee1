"""What a run leaves and prints for those who read its results: GitHub's runner, Jenkins, Perfetto."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from integrity.report.document import SCHEMAS
from tests.e2e.command import run, unit
from tests.monorepo import make_monorepo
from tests.report import github

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HOSTILE = "import pytest\n@pytest.mark.parametrize('x', ['\\n::error::owned', '##[error]owned'])\ndef test_bad(x):\n    print(x)\n    assert not x, x\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A unit that passes, and one that fails with commands in its output."""
    files = {"pyproject.toml": "[tool.integrity]\n", **unit("good", "def test_good(): pass\n"), **unit("bad", HOSTILE)}
    return make_monorepo(tmp_path_factory.mktemp("reports"), files)


def test_runner_of_github_gets_annotations(root):
    """Where GitHub runs it, failures stand at their line, and those are the only commands in all that is printed."""
    done = run(root, "run", "-v", GITHUB_ACTIONS="true")

    commands = [line for text in (done.stdout, done.stderr) for line in github.lines(text) if github.command(line)]
    assert [github.read(line)[:2] for line in commands] == [
        ("error", {"file": "services/bad/test_integrity.py", "line": "5", "title": title})
        for title in (
            "bad: test_integrity.py::test_bad[\\n::error::owned]",
            "bad: test_integrity.py::test_bad[##[error]owned]",
        )
    ]
    assert "owned" in done.stdout


def test_others_get_none(root):
    """Anywhere else, and where a program reads stdout, no command is printed."""
    for arguments, environment in ((["-v"], {}), (["--format", "json"], {"GITHUB_ACTIONS": "true"})):
        done = run(root, "run", *arguments, CI="true", **environment)

        assert [line for line in github.lines(done.stdout + done.stderr) if github.command(line)] == []


def test_trace_and_junit_are_left_behind(root):
    """Each run writes them; --junit-strict, or its variable, chooses the dialect of junit.xml."""
    schemas = {name: etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd")) for name in ("junit", "junit-strict")}
    for arguments, environment, dialect in (
        ([], {}, "junit"),
        (["--junit-strict"], {}, "junit-strict"),
        ([], {"INTEGRITY_JUNIT_STRICT": "true"}, "junit-strict"),
    ):
        run(root, "run", *arguments, **environment)

        document = etree.parse(root / "integrity-results/junit.xml")
        assert [name for name, schema in schemas.items() if schema.validate(document)] == [dialect]
    trace = json.loads((root / "integrity-results/trace.json").read_text())
    assert {"good", "bad"} <= {event["name"] for event in trace["traceEvents"]}
