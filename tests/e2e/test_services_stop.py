"""Ctrl-C while servers start or are used: the reports are written once, and nothing of the servers is left."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.command import report_of
from tests.e2e.registries import stalling
from tests.e2e.serviced import HOLDS, QUICK, servers_of, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

BOTH = 'needs = ["postgres", "redis"]\n'
DEAF = HOLDS.replace(
    "hold()\n", "[signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)]; hold()\n"
)
TIMES = pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])


def stop(serviced, process, times, within_s):
    """Ask as often to stop, each time as soon as the last one was heard; what the run printed at its end."""
    for time in range(1, times + 1):
        process.send_signal(signal.SIGINT)
        wait_for(lambda time=time: serviced.journal().count('"stop-requested"') == time or process.poll() is not None)
    stdout, stderr = process.communicate(timeout=within_s)
    return stdout.decode() + stderr.decode()


def check(serviced, process, said, *units):
    """One report, in which each unit was interrupted; nothing left at the moment when the command ends."""
    left = serviced.left()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "never retrieved" not in said
    assert serviced.outcomes() == dict.fromkeys(units, "interrupted")
    assert report_of(serviced.root)["run"]["interrupted"] is True
    assert serviced.journal().count('"run-end"') == 1
    assert left == []


@TIMES
@pytest.mark.parametrize("program", ["initdb", "postgres", "valkey-server"])
def test_stop_while_embedded_servers_start(serviced_at, tmp_path, program, times):
    """Units that were waiting for their servers are interrupted, those servers are gone, also half a template."""
    serviced = serviced_at(tmp_path / "repo", state="cold" if program == "initdb" else "warm")
    serviced.add(unit("one", HOLDS, BOTH), unit("two", HOLDS, BOTH))
    process = serviced.start("run", "--services", "embedded")
    wait_for(lambda: servers_of(serviced, program))

    said = stop(serviced, process, times, 15)

    check(serviced, process, said, "one", "two")


@TIMES
def test_stop_while_tests_run_on_embedded_servers(serviced, times):
    """Tests are ended, then the servers; the second time at once, also tests that are deaf."""
    serviced.add(unit("one", DEAF if times == 2 else HOLDS, BOTH), unit("two", HOLDS, BOTH))
    process = serviced.start("run", "--services", "embedded")
    serviced.wait_until_held("one", "two")

    said = stop(serviced, process, times, 4 if times == 2 else 15)

    check(serviced, process, said, "one", "two")


@pytest.mark.docker
@TIMES
def test_stop_while_containers_start(contained, times):
    """A container that isn't ready yet is removed before the command ends."""
    contained.add(unit("one", QUICK, web("integrity-test/never-ready:1")))
    process = contained.start("run", "--services", "docker")
    wait_for(contained.left_in_engine)

    said = stop(contained, process, times, 15)

    check(contained, process, said, "one")


@pytest.mark.docker
def test_stop_while_an_image_is_pulled(contained):
    """Nobody waits for a registry that stalls."""
    with stalling() as registry:
        contained.add(unit("one", QUICK, web(f"{registry}/absent:1")))
        process = contained.start("run", "--services", "docker")
        wait_for(lambda: "pulling" in contained.journal())

        said = stop(contained, process, 1, 15)

    check(contained, process, said, "one")


@pytest.mark.docker
@TIMES
def test_stop_while_tests_run_on_containers(contained, times):
    """Containers are removed before the command ends."""
    contained.add(unit("one", HOLDS, web("integrity-test/http:1")), unit("two", HOLDS, 'needs = ["redis:7"]'))
    process = contained.start("run", "--services", "docker")
    contained.wait_until_held("one", "two")

    said = stop(contained, process, times, 15)

    check(contained, process, said, "one", "two")
