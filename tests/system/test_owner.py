"""Who owns what could be left behind, and when its owner is provably dead."""

import dataclasses
import os
import subprocess
import sys

import pytest

from integrity.system.owner import Owner, this_process

ASK = "from integrity.system.owner import this_process; import json; print(json.dumps(this_process().as_labels()))"


@pytest.fixture
def dead():
    """A process of this machine that ended."""
    answer = subprocess.run([sys.executable, "-c", ASK], capture_output=True, check=True, text=True)
    import json

    return Owner.from_labels(json.loads(answer.stdout))


def test_process_that_ended_is_dead(dead):
    """Its number is free, or somebody else's."""
    assert dead.is_dead()


def test_this_process_lives():
    """Who asks is alive."""
    assert not this_process().is_dead()


def test_another_start_under_the_same_number_is_another_process():
    """Numbers are given again; the start tells who it is."""
    assert dataclasses.replace(this_process(), start="1").is_dead()


@pytest.mark.parametrize("what", ["host", "namespace"])
def test_what_can_not_be_seen_from_here_is_not_called_dead(dead, what):
    """A process of another machine or PID namespace may live."""
    assert not dataclasses.replace(dead, **{what: "another"}).is_dead()


def test_an_earlier_boot_is_over(dead):
    """Nothing lives through a boot, whatever its namespace was."""
    assert dataclasses.replace(this_process(), boot="before", namespace="another").is_dead()


def test_labels_hold_all_of_it():
    """What was written is read; a label that is missing makes no owner."""
    labels = this_process().as_labels()

    assert Owner.from_labels({**labels, "other": "x"}) == this_process()
    assert Owner.from_labels({name: value for name, value in labels.items() if name != "integrity.pid"}) is None
    assert labels["integrity.pid"] == str(os.getpid())
