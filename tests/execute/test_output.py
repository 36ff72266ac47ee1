"""A unit's output.log is masked and bounded, and says where it was cut."""

import pytest

from integrity.execute import output
from integrity.execute.output import OutputLog
from integrity.model.secret import Masker


def test_short_output_is_whole(tmp_path):
    """What fits is written as it came."""
    log = OutputLog(tmp_path / "output.log", Masker(()))

    log.write(b"one\n")
    log.write(b"two\n")
    log.close()

    assert (tmp_path / "output.log").read_bytes() == b"one\ntwo\n"
    assert log.tail() == "one\ntwo\n"
    assert log.total_bytes == 8


@pytest.mark.parametrize("piece", [1, 7, 64 * 1024])
def test_long_output_keeps_head_and_tail(tmp_path, monkeypatch, piece):
    """Beyond the limits only the end is kept, and a line between says how many bytes are missing."""
    monkeypatch.setattr(output, "HEAD_BYTES", 100)
    monkeypatch.setattr(output, "TAIL_BYTES", 50)
    data = bytes(range(32, 127)) * 20
    log = OutputLog(tmp_path / "output.log", Masker(()))

    for start in range(0, len(data), piece):
        log.write(data[start : start + piece])
    log.close()

    text = (tmp_path / "output.log").read_bytes()
    head, _, rest = text.partition(b"\n[... ")
    dropped, _, tail = rest.partition(b" bytes cut ...]\n")
    assert head == data[:100]
    assert data.endswith(tail)
    assert len(tail) == 50
    assert 100 + int(dropped) + len(tail) == len(data)


def test_secret_that_comes_in_pieces_is_masked(tmp_path):
    """A secret that is torn by the reads is still no part of the log."""
    log = OutputLog(tmp_path / "output.log", Masker({"hunter2-hunter2"}))

    for byte in b"key=hunter2-hunter2\nnext":
        log.write(bytes([byte]))
    log.close()

    assert (tmp_path / "output.log").read_text() == "key=•••\nnext"
