"""What is read of runs that were left behind; archives come from whoever can open a pull request."""

import io
import os
import struct
import zipfile
from collections import deque
from contextlib import closing, suppress

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.commands.merge import MergeRequest
from integrity.commands.merge import run as merge
from integrity.errors import IntegrityError, UsageError
from integrity.model.run import Shard
from integrity.planning.tally import fold
from integrity.report.archive import archive_name, is_plain, shard_named, write_archive
from integrity.report.document import encoded
from integrity.report.source import source_at, source_of
from integrity.settings import load_root
from tests.report.left import archive, leave, part_of, spread
from tests.report.sample import PROPERTY, Script, plan_of, unit, zoo

CENTRAL = b"PK\x01\x02"  # a file's entry in the list at an archive's end
END = b"PK\x05\x06"


def two_shards():
    """A plan of `a` on shard 1 and `b` on shard 2, and the events of each; both pass."""
    plan = spread(plan_of(unit("a"), unit("b")), 2, [1, 2])
    script = Script().start(2).plan("a", "t").test("a", "t").end("a").plan("b", "t").test("b", "t").end("b")
    return plan, [part_of(plan, script.events, index) for index in (1, 2)]


def rezipped(data, change):
    """The archive made anew, after `change` had its way with its files (name → content)."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        files = {info.filename: old.read(info) for info in old.infolist()}
    change(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            new.writestr(name, content)
    return made.getvalue()


def with_file(name, content=b"evil"):
    return lambda data: rezipped(data, lambda files: files.__setitem__(name, content))


def without(name):
    return lambda data: rezipped(data, lambda files: files.pop(name))


def with_text(name, old, new):
    """One text of a document replaced by another."""

    def change(files):
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return lambda data: rezipped(data, change)


def with_entry(**fields):
    """An entry more, whose attributes no writer of ours sets."""

    def forged(data):
        made = io.BytesIO(data)
        with zipfile.ZipFile(made, "a") as target:
            info = zipfile.ZipInfo("units/b/evil")
            kind = fields.pop("compress_type", zipfile.ZIP_STORED)
            for name, value in fields.items():
                setattr(info, name, value)
            target.writestr(info, b"/etc/passwd", compress_type=kind)
        return made.getvalue()

    return forged


def renamed(old, new):
    """A name replaced by one of the same length, in both places where it stands; zipfile itself would write neither."""

    def forged(data):
        assert len(old) == len(new)
        assert data.count(old) >= 2
        return data.replace(old, new)

    return forged


def patched(signature, offset, shape, value):
    """A number overwritten in the last structure of its kind."""

    def forged(data):
        target = bytearray(data)
        struct.pack_into(shape, target, data.rindex(signature) + offset, value)
        return bytes(target)

    return forged


def twice(data):
    """The journal stands in it two times, once as it was and once with other content."""
    return renamed(b"units/b/same-lengt", b"units/b/output.log")(with_file("units/b/same-lengt")(data))


def bomb(data):
    """Three files of a megabyte that claim to be nine hundred each, which is what DEFLATE could make of them."""
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as target:
        for number in range(3):
            target.writestr(f"units/b/bomb-{number}", os.urandom(1_000_000))
    forged = made.getvalue()
    for number in range(3):
        forged = patched(b"units/b/bomb-%d" % number, 24 - 46, "<L", 900_000_000)(forged)
    return forged


HOSTILE = {
    "parent": (with_file("../evil"), "no name of a file"),
    "parent below units": (with_file("units/b/../../../evil"), "no name of a file"),
    "absolute": (with_file("/tmp/integrity-evil"), "no name of a file"),
    "backslash": (with_file("units\\..\\..\\evil"), "no name of a file"),
    "drive": (with_file("C:/evil"), "no name of a file"),
    "empty part": (with_file("units//evil"), "no name of a file"),
    "nul": (
        lambda data: renamed(b"units/b/evil", b"units/b\0evil")(with_file("units/b/evil")(data)),
        "no name of a file",
    ),
    "escape": (with_file("units/b/\x1b[2J"), "no name of a file"),
    "long name": (with_file("units/b/" + "x" * 2000), "no name of a file"),
    "not of its encoding": (
        lambda data: renamed(b"units/b/\xc3\xa9", b"units/b/\xff\xff")(with_file("units/b/é")(data)),
        "can't be read",
    ),
    "symlink": (with_entry(external_attr=0o120777 << 16), "is no file"),
    "fifo": (with_entry(external_attr=0o010644 << 16), "is no file"),
    "twice": (twice, "twice"),
    "file and folder": (lambda data: with_file("units/b/x/y")(with_file("units/b/x")(data)), "a file and a folder"),
    "encrypted": (patched(CENTRAL, 8, "<H", 0x1), "encrypted"),
    "another packer": (with_entry(compress_type=zipfile.ZIP_BZIP2), "compressed in a way"),
    "ratio": (patched(CENTRAL, 24, "<L", 1_900_000_000), "claims to be"),
    "bomb": (bomb, "holds more than 2,000,000,000 bytes"),
    "overlap": (patched(CENTRAL, 20, "<L", 1_900_000_000), "overlap"),
    "less than it holds": (patched(b"events.jsonl", 24 - 46, "<L", 1), "can't be read"),
    "many files": (patched(END, 10, "<H", 60_000), "more than 50,000 files"),
    "long list": (patched(END, 12, "<L", 400_000_000), "more than 50,000 files"),
    "list elsewhere": (patched(END, 16, "<L", 4_000_000_000), "can't be read"),
    "zip64": (lambda data: data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:], "no archive of a shard"),
    "comment": (lambda data: data[:-2] + b"\x01\x00x", "no whole zip file"),
    "empty": (lambda _: b"", "no whole zip file"),
    "text": (lambda _: b"<html>404</html>\n" * 10, "no whole zip file"),
    "half": (lambda data: data[: len(data) // 2], "no whole zip file"),
    "without its last byte": (lambda data: data[:-1], "no whole zip file"),
    "without its beginning": (lambda data: data[100:], "can't be read"),
    "in a zip": (
        lambda data: rezipped(
            data, lambda files: (files.clear(), files.update({archive_name(Shard(index=2, total=2)): data}))
        ),
        "unpack it first",
    ),
    "no journal": (without("events.jsonl"), "no events.jsonl"),
    "no plan": (without("plan.json"), "no plan.json"),
    "newer run": (with_text("run.json", b"integrity.run/1", b"integrity.run/2"), "integrity.run/2"),
    "newer plan": (with_text("plan.json", b"integrity.plan/1", b"integrity.plan/9"), "integrity.plan/9"),
    "newer journal": (with_text("events.jsonl", b"integrity.event/1", b"integrity.event/2"), "integrity.event/2"),
    "no json": (with_file("run.json", b"{"), "run.json can't be read"),
    "deep json": (
        with_file("run.json", b'{"schema":"integrity.run/1","x":' + b"[" * 10**5 + b"]" * 10**5 + b"}"),
        "run.json",
    ),
    "another shard": (with_text("run.json", b'"index": 2', b'"index": 1'), "its name says otherwise"),
    "another attempt": (with_text("run.json", b'"attempt": 1', b'"attempt": 7'), "its name says otherwise"),
    "no such shard": (with_text("run.json", b'"index": 2', b'"index": 0'), "says to be 0/2"),
    "other number of shards": (with_text("run.json", b'"total": 2', b'"total": 3'), "its plan has 2 shards"),
    "plan changed": (with_text("plan.json", b"services/b", b"services/c"), "another plan"),
    "unknown unit": (with_text("events.jsonl", b'"unit":"b"', b'"unit":"x"'), "none of its run's: x"),
    "unit of another shard": (with_text("events.jsonl", b'"unit":"b"', b'"unit":"a"'), "none of its run's: a"),
    "broken line": (with_text("events.jsonl", b'"outcome":"passed"', b'"outcome":"splendid"'), "can't be read"),
    "no line": (with_text("events.jsonl", b'{"type":"test-start"', b'{"type":7, "x":"test-start"'), "it is no event"),
    "numbers repeated": (with_text("events.jsonl", b'"seq":2', b'"seq":1'), "can't be"),
    "time without end": (with_text("events.jsonl", b'"ts":1', b'"ts":1e300,"x":1'), "can't be"),
    "duration without end": (with_text("events.jsonl", b'"duration_s":0.25', b'"duration_s":1e300'), "can't be"),
}


def tree(folder):
    """Every file and what it holds."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archive_is_refused_and_writes_nothing(tmp_path, case):
    """It is named with the reason, its units are lost, the other shard stands, and no file is there but the results."""
    forge, reason = HOSTILE[case]
    plan, parts = two_shards()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/pyproject.toml").write_text("[tool.integrity]\n")
    archive(tmp_path / "shards", plan, parts[0], 1)
    hostile = archive(tmp_path / "shards", plan, parts[1], 2)
    hostile.write_bytes(forge(hostile.read_bytes()))
    before = tree(tmp_path)

    settings = load_root(tmp_path / "root", environ={}, flags={"results": "merged"})
    done = merge(MergeRequest(places=[tmp_path / "shards"], plan=None, host={}), settings)
    after = tree(tmp_path)

    with pytest.raises(IntegrityError, match=reason), closing(source_of(hostile)) as source:
        deque(source.events(), maxlen=0)
    [problem] = done.report.run.problems
    assert problem.startswith(hostile.name)
    assert {each.id: str(each.outcome) for each in done.report.units} == {"a": "passed", "b": "lost"}
    assert done.report.run.exit_code == 3
    new = {name for name in after.keys() - before.keys() if not name.startswith("root/.integrity/")}
    assert {name for name in new if not name.startswith("root/merged/")} == set()
    assert {name for name in new if "/units/" in name} == {"root/merged/units/a/output.log"}
    assert before.items() <= after.items()
    assert not os.path.exists("/tmp/integrity-evil")  # noqa: PTH110 - the name in the case `absolute`


def test_damaged_log_is_a_problem_and_costs_no_result(tmp_path):
    """The journal is whole, and so is what it says; but the archive is not what the shard wrote."""
    plan, parts = two_shards()
    (tmp_path / "pyproject.toml").write_text("[tool.integrity]\n")
    archive(tmp_path / "shards", plan, parts[0], 1)
    damaged = archive(tmp_path / "shards", plan, parts[1], 2)
    damaged.write_bytes(patched(b"units/b/output.log", 16 - 46, "<L", 7)(damaged.read_bytes()))

    settings = load_root(tmp_path, environ={}, flags={"results": "merged"})
    report = merge(MergeRequest(places=[tmp_path / "shards"], plan=None, host={}), settings).report

    assert {each.id: str(each.outcome) for each in report.units} == {"a": "passed", "b": "passed"}
    assert report.run.problems == [
        f"{damaged.name}/units/b/output.log can't be read: Bad CRC-32 for file 'units/b/output.log'"
    ]
    assert report.run.exit_code == 3


@pytest.mark.parametrize(
    "bad", ["../x", "a/b", ".hidden", "..", "a\\b", "a\nb"], ids=["up", "folder", "hidden", "dots", "backslash", "line"]
)
def test_plan_whose_ids_are_no_folders_is_refused(tmp_path, bad):
    """A unit's id names its folder in the results; its own run.json agrees with it here."""
    plan = spread(plan_of(unit("a"), unit("b")), 2, [1, 2])
    forged = msgspec.structs.replace(plan, units=(plan.units[0], msgspec.structs.replace(plan.units[1], id=bad)))
    run = leave(tmp_path / "run", plan, [], Shard(index=2, total=2))
    (run / "plan.json").write_bytes(encoded(forged))
    text = (run / "run.json").read_text().replace(plan.digest(), forged.digest())
    (run / "run.json").write_text(text)

    with pytest.raises(IntegrityError, match="no run has such a plan"):
        source_of(run)


def test_folder_with_links_is_no_way_out(tmp_path):
    """Neither a document nor a log is read through a link."""
    plan, parts = two_shards()
    run = leave(tmp_path / "run", plan, parts[1], Shard(index=2, total=2))
    (run / "units/b/secret.log").symlink_to("/etc/hostname")
    (run / "units/linked").symlink_to("/etc")
    source = source_of(run)

    assert set(source.files.sizes) == {"plan.json", "run.json", "events.jsonl", "units/b/output.log"}
    (run / "events.jsonl").rename(tmp_path / "elsewhere.jsonl")
    (run / "events.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    with pytest.raises(IntegrityError, match=r"no events\.jsonl"):
        source_of(run)


def test_pipe_is_never_waited_for(tmp_path):
    """What is neither a file nor a folder is refused before it is opened."""
    os.mkfifo(tmp_path / "integrity-shard-1-of-1-attempt-1.zip")

    with pytest.raises(IntegrityError, match="neither a folder nor a file"):
        source_of(tmp_path / "integrity-shard-1-of-1-attempt-1.zip")


@settings(PROPERTY, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.binary(min_size=0, max_size=3), st.integers(0, 3))
def test_no_damage_is_a_fault_of_ours(tmp_path, place, inserted, removed):
    """Whatever bytes of an archive are changed, it is read, or refused with a reason; nothing else is ever raised."""
    plan, parts = two_shards()
    made = tmp_path / archive_name(Shard(index=2, total=2))
    if not (tmp_path / "good").exists():
        (tmp_path / "good").write_bytes(archive(tmp_path / "a", plan, parts[1], 2).read_bytes())
    good = (tmp_path / "good").read_bytes()
    place %= len(good)
    made.write_bytes(good[:place] + inserted + good[place + removed :])

    with suppress(IntegrityError), closing(source_of(made)) as source:
        deque(source.events(), maxlen=0)


def test_archive_is_the_run(tmp_path):
    """What is read from an archive is what is read from the folder, and the report is that of the part."""
    plan, events = zoo()
    plan = spread(plan, 2, [1, 2] * 4)
    part = part_of(plan, events, 2)
    run = leave(tmp_path / "run", plan, part, Shard(index=2, total=2))

    with closing(source_of(run / archive_name(Shard(index=2, total=2)))) as packed:
        assert packed.report() == source_of(run).report() == fold(plan.part(2), part)
        assert packed.files.sizes == source_of(run).files.sizes
        assert packed.content() == source_of(run).content()


def test_archive_leaves_out_what_no_reader_takes(tmp_path):
    """A test can put anything below its unit's results: links, pipes, names that are no text, files without permission."""
    plan, parts = two_shards()
    run = leave(tmp_path / "run", plan, parts[1], Shard(index=2, total=2))
    (run / "units/b/link").symlink_to("/etc/hostname")
    (run / "units/b/a\nb").write_text("x")
    (run / "units/b/back\\slash").write_text("x")
    with open(os.fsencode(run / "units/b") + b"/\xff", "w"):  # a name that is no text
        pass
    os.utime(run / "units/b/output.log", (0, 0))
    os.mkfifo(run / "units/b/pipe")

    assert write_archive(run, Shard(index=2, total=2)) == []

    with closing(source_of(run / archive_name(Shard(index=2, total=2)))) as source:
        names = set(source.files.sizes)
    assert names == {"plan.json", "run.json", "events.jsonl", "units/b/output.log"}


def test_archive_that_can_not_be_written_is_told(tmp_path):
    """The run says so; there is no half of an archive."""
    plan, parts = two_shards()
    run = leave(tmp_path / "run", plan, parts[1])
    (run / archive_name(Shard(index=2, total=2))).mkdir()

    [problem] = write_archive(run, Shard(index=2, total=2))

    assert "could not be written" in problem
    assert sorted(path.name for path in run.iterdir() if path.name.startswith(".")) == []


def test_one_run_is_meant(tmp_path):
    """A folder of several has to be merged first; one without any is no run."""
    plan, parts = two_shards()
    (tmp_path / "none").mkdir()
    for index, events in enumerate(parts, 1):
        archive(tmp_path / "shards", plan, events, index)

    with pytest.raises(UsageError, match="results of 2 runs") as several:
        source_at(tmp_path / "shards")
    with pytest.raises(UsageError, match="holds no results"):
        source_at(tmp_path / "none")
    next((tmp_path / "shards").glob("*1-of*")).unlink()

    assert several.value.hint.startswith("Merge them first: integrity merge ")
    with closing(source_at(tmp_path / "shards")) as source:
        assert source.run.shard == Shard(index=2, total=2)


def test_name_of_an_archive_tells_its_shard():
    """What is written is read back; nothing else is taken for it."""
    shard = Shard(index=2, total=10, attempt=3)

    assert shard_named(archive_name(shard)) == shard
    assert shard_named("integrity-shard-2-of-10-attempt-3 (1).zip") is None
    assert shard_named("integrity-shard-02-of-10-attempt-3.zip") is None
    assert not is_plain("integrity/../x")
