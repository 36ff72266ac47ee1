"""Changes are shown as what they do, and overwrite nothing."""

from __future__ import annotations

import subprocess

import pytest

from integrity.errors import UsageError
from integrity.generate.changes import Change, appended, diff, text_of, write

TEXTS = ("", "a\n", "a", "\ufeffa\r\nb\r\n", "# ünï\n\n\n", "a\x0cb\n", "a\rb\n")


@pytest.mark.parametrize("before", TEXTS)
def test_diff_is_what_is_written(tmp_path, before):
    """`git apply` makes of the diff exactly what `write` writes, whatever the file's line ends are."""
    for name in ("shown", "written"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old.toml").write_bytes(before.encode())
    changes = [appended("old.toml", before, "[table]\nkey = 1\n"), Change(path="sub/new.py", after="x = 1\n")]

    write(tmp_path / "written", changes)
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn"], cwd=tmp_path / "shown", input=diff(changes).encode(), check=True
    )

    for path in ("old.toml", "sub/new.py"):
        assert (tmp_path / "shown" / path).read_bytes() == (tmp_path / "written" / path).read_bytes()


@pytest.mark.parametrize("before", TEXTS)
def test_what_was_there_stays(before):
    """An addition comes after it, behind an empty line, with the line ends of the file."""
    after = appended("x", before, "[table]\nkey = 1\n").after

    assert after.startswith(before)
    assert after[len(before) :].replace("\r\n", "\n").lstrip("\n") == "[table]\nkey = 1\n"
    assert ("\r\n" in after[len(before) :]) == ("\r\n" in before)


@pytest.mark.parametrize("made", ["file", "folder", "link"])
def test_nothing_is_overwritten(tmp_path, made):
    """Where something is in the way, nothing at all is written."""
    path = tmp_path / "b.py"
    {"file": path.touch, "folder": path.mkdir, "link": lambda: path.symlink_to("nowhere")}[made]()

    with pytest.raises(UsageError):
        write(tmp_path, [Change(path="a.py", after="x\n"), Change(path="b.py", after="x\n")])

    assert not (tmp_path / "a.py").exists()


def test_file_that_changed_meanwhile_is_left_alone(tmp_path):
    """What is added belongs to the text that was read."""
    (tmp_path / "a.toml").write_text("a = 1\n")
    change = appended("a.toml", "a = 1\n", "[b]\n")
    (tmp_path / "a.toml").write_text("a = 2\n")

    with pytest.raises(UsageError, match=r"a\.toml has changed"):
        write(tmp_path, [change])

    assert (tmp_path / "a.toml").read_text() == "a = 2\n"


def test_what_is_no_text_is_refused(tmp_path):
    """Adding to it would break it."""
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match="can't be read"):
        text_of(tmp_path / "a.toml")
