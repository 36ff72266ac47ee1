"""A run that is killed leaves no server, folder, container or memory segment, whatever it was doing."""

from __future__ import annotations

import re

import pytest

from tests.e2e.registries import stalling
from tests.e2e.serviced import HOLDS, QUICK, TALK, servers_of, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

BOTH = 'needs = ["postgres", "redis"]\n'
SERVED = (
    '[tool.integrity.serve]\ncommand = "python -m http.server --bind 127.0.0.1 {port}"\nready = { http = "/" }\n'
    'env-var = "OWN_URL"\n'
)
HOLDS_ALL = TALK + (
    "def test_holds():\n    assert redis('PING') == '+PONG'\n    assert get(os.environ['OWN_URL'])\n    hold()\n"
)


def folders(serviced, pattern):
    """Folders of the running servers' data."""
    return [each for each in serviced.left() if re.search(pattern, each)]


EMBEDDED = {
    "while initdb runs": lambda serviced: servers_of(serviced, "initdb"),
    "while its folders are made": lambda serviced: folders(serviced, "^/"),
    "as soon as PostgreSQL runs": lambda serviced: servers_of(serviced, "postgres"),
    "as soon as Redis runs": lambda serviced: servers_of(serviced, "valkey-server"),
    "as soon as a server is ready": lambda serviced: "service-ready" in serviced.journal(),
}


@pytest.mark.parametrize("moment", EMBEDDED)
def test_kill_while_embedded_servers_start(serviced_at, tmp_path, moment):
    """Whatever exists at that moment is gone within 5 seconds, a half-made template too."""
    serviced = serviced_at(tmp_path / "repo", state="cold" if "initdb" in moment else "warm")
    serviced.add(unit("one", HOLDS, BOTH), unit("two", HOLDS, BOTH))
    process = serviced.start("run", "--services", "embedded")
    wait_for(lambda: EMBEDDED[moment](serviced))

    process.kill()
    process.communicate()

    serviced.wait_until_gone()


def test_kill_while_tests_run_on_embedded_servers(serviced):
    """Servers and what units serve themselves end with the run, and the next run is green."""
    serviced.add(unit("one", HOLDS_ALL, BOTH + SERVED), unit("two", HOLDS, BOTH))
    process = serviced.start("run", "--services", "embedded")
    serviced.wait_until_held("one", "two")
    assert len(servers_of(serviced, "valkey-server")) == 2

    process.kill()
    process.communicate()

    serviced.wait_until_gone()
    serviced.let_go("one", "two")
    again = serviced.run("run", "--services", "embedded")
    assert again.returncode == 0, again.stdout


CONTAINED = {
    "as soon as there is a container": lambda serviced: serviced.left_in_engine(),
    "as soon as the image is known": lambda serviced: "starting integrity-test" in serviced.journal(),
}


@pytest.mark.docker
@pytest.mark.parametrize("moment", CONTAINED)
def test_kill_while_containers_start(contained, moment):
    """No container is left, also not one that the engine was just making."""
    contained.add(*(unit(f"u{number}", QUICK, web("integrity-test/never-ready:1")) for number in range(3)))
    process = contained.start("run", "--services", "docker")
    wait_for(lambda: CONTAINED[moment](contained))

    process.kill()
    process.communicate()

    contained.wait_until_gone()


@pytest.mark.docker
def test_kill_while_tests_run_on_containers(contained):
    """Containers end with a run that is killed."""
    contained.add(unit("one", HOLDS, web("integrity-test/http:1")), unit("two", HOLDS, 'needs = ["redis:7"]'))
    process = contained.start("run", "--services", "docker")
    contained.wait_until_held("one", "two")
    assert len(contained.left_in_engine()) == 2

    process.kill()
    process.communicate()

    contained.wait_until_gone()


@pytest.mark.docker
def test_kill_while_an_image_is_pulled(contained):
    """A pull that stalls is let go of, and no container comes of it."""
    with stalling() as registry:
        contained.add(unit("one", QUICK, web(f"{registry}/absent:1")))
        process = contained.start("run", "--services", "docker")
        wait_for(lambda: "pulling" in contained.journal())

        process.kill()
        process.communicate()

        contained.wait_until_gone()
