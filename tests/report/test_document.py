"""Documents and their schemas."""

import json
import os

import jsonschema
import msgspec
import pytest
from hypothesis import given

from integrity.errors import IntegrityError, UsageError
from integrity.model.plan import Plan
from integrity.model.run import RunDocument
from integrity.planning.tally import fold
from integrity.report.document import SCHEMAS, encoded, printed, read, schemas, write, write_output
from tests.report.sample import PROPERTY, hostile_runs, zoo, zoo_report


def validated(name, data):
    """Check `data` against the shipped schema of this name."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(data), schema, cls=jsonschema.Draft202012Validator)


def run_document(**fields):
    """What a started run writes."""
    return RunDocument(state="running", run_id="r1", plan="0" * 64, started="2027-01-15T08:00:00+00:00", **fields)


def test_shipped_schemas_are_the_generated_ones():
    """The files in the package are what the structs say: generate them anew with `write_schemas` if this fails."""
    for name, schema in schemas().items():
        assert json.loads((SCHEMAS / name).read_text()) == json.loads(json.dumps(schema)), name


def test_documents_are_valid():
    """Plan, run, report and every event fit their schemas."""
    plan, events = zoo()

    validated("plan", encoded(plan))
    validated("report", encoded(zoo_report()))
    validated("run", encoded(run_document()))
    validated("run", encoded(run_document(ended="x", exit_code=1, totals=zoo_report().totals)))
    for event in events:
        validated("event", msgspec.json.encode(event))


@PROPERTY
@given(hostile_runs())
def test_report_of_hostile_text_is_valid(run):
    """Whatever tests print, report.json is valid JSON in UTF-8 and fits its schema."""
    validated("report", encoded(fold(*run)).decode("utf-8"))


def test_every_document_states_its_schema():
    """All JSON carries its schema and major version, so that a later reader knows what it has."""
    plan, script = zoo()

    stated = [msgspec.json.decode(encoded(document))["schema"] for document in (plan, run_document(), zoo_report())]

    assert stated == ["integrity.plan/1", "integrity.run/1", "integrity.report/1"]
    assert msgspec.json.decode(msgspec.json.encode(script[0]))["schema"] == "integrity.event/1"


def test_schema_refuses_another_document():
    """A document of another kind or major version is no report."""
    with pytest.raises(jsonschema.ValidationError):
        validated("report", encoded(msgspec.structs.replace(zoo_report(), schema="integrity.report/2")))


@pytest.mark.parametrize("document", [zoo()[0], run_document(exit_code=1), zoo_report()], ids=["plan", "run", "report"])
def test_document_is_read_back(tmp_path, document):
    """What is written is read back equal."""
    write(tmp_path / "document.json", document)

    assert read(tmp_path / "document.json", type(document)) == document


def test_failed_write_leaves_the_former_document(tmp_path):
    """A document is replaced whole or not at all, and nothing temporary stays behind."""
    path = tmp_path / "run.json"
    write(path, run_document())
    before = path.read_bytes()
    tmp_path.joinpath("folder").mkdir()

    write(path, run_document(exit_code=0))
    with pytest.raises(OSError, match="directory"):
        write(tmp_path / "folder", run_document())

    assert path.read_bytes() != before
    assert sorted(found.name for found in tmp_path.iterdir()) == ["folder", "run.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("{", "can't be read"),
        ('{"schema": "integrity.plan/2"}', "is integrity.plan/2, and this version reads integrity.plan/1"),
        ('{"schema": "integrity.plan/1"}', "can't be read"),
    ],
)
def test_unreadable_document_is_named(tmp_path, content, message):
    """Missing, broken and newer documents are errors that name the file."""
    path = tmp_path / "plan.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(IntegrityError, match=message):
        read(path, Plan)


@PROPERTY
@given(hostile_runs())
def test_printed_document_is_the_same_and_no_command(run):
    """What stdout gets is ASCII that says the same; a CI runner finds no command in it."""
    report = fold(*run)

    text = printed(report).decode("ascii")

    assert json.loads(text) == json.loads(encoded(report))
    assert "##" not in text
    assert text.replace("\n", "").isprintable()


def test_output_goes_into_a_pipe(tmp_path):
    """What is no file, such as /dev/stdout or /dev/null, is written to and never replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_output(pipe, [b"a", b"b"])

    assert os.read(reader, 10) == b"ab"
    assert pipe.is_fifo()
    os.close(reader)


def test_output_goes_where_a_link_leads(tmp_path):
    """A link that a person names stays one."""
    (tmp_path / "link").symlink_to(tmp_path / "file")

    for content in (b"first", b"second"):
        write_output(tmp_path / "link", [content])

        assert (tmp_path / "file").read_bytes() == content
    assert (tmp_path / "link").is_symlink()


def test_output_needs_a_folder(tmp_path):
    """A folder that is missing is named, and not made."""
    with pytest.raises(UsageError, match="is no folder"):
        write_output(tmp_path / "missing" / "file", [b""])
