"""What a killed run left is removed by the next one, and only that."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from integrity.backing.embedded.ending import start_of, sweep
from integrity.backing.embedded.folders import KEPT, OWNER, usual_places
from tests.backing.embedded import lives
from tests.system.test_process import eventually


@pytest.fixture
def killed(site_at):
    """A run that was killed while it had a PostgreSQL and a Redis; nobody cleaned up behind it."""
    site = site_at()
    process, told = lives.running(site, ["postgres", "redis"])
    process.kill()
    process.communicate()
    assert all(start_of(int(keepsake["pid"])) for keepsake in told["keepsakes"])
    return site, told["keepsakes"]


def test_a_new_provider_clears_away_what_a_killed_run_left(killed, site_at):
    """Processes, folders and shared memory of a dead run are gone soon after the next one began."""
    dead, keepsakes = killed
    segment = (Path(keepsakes[0]["folder"]) / "postmaster.pid").read_text().splitlines()[6].split()[1]

    async def run():
        async with lives.provider_of(site_at()):
            return await asyncio.to_thread(eventually, lambda: lives.left_of(dead) == lives.NOTHING, 20)

    assert asyncio.run(run())
    assert segment not in lives.segments()


def test_a_killed_postgres_of_a_killed_run_is_cleared_away(killed):
    """Also where only the folder is left, with the name of a segment in it."""
    dead, keepsakes = killed
    segment = (Path(keepsakes[0]["folder"]) / "postmaster.pid").read_text().splitlines()[6].split()[1]
    os.kill(int(keepsakes[0]["pid"]), 9)

    sweep(usual_places())

    assert lives.left_of(dead) == lives.NOTHING
    assert segment not in lives.segments()


def test_a_run_that_lives_is_left_alone(site_at):
    """While the owner lives, nothing of its is touched."""
    site = site_at()
    process, told = lives.running(site, ["redis"])

    sweep(usual_places())

    assert start_of(int(told["keepsakes"][0]["pid"]))
    assert Path(told["keepsakes"][0]["folder"]).is_dir()
    process.communicate(timeout=20)


@pytest.fixture
def place():
    """A place with nobody else's folders in it."""
    folder = Path(tempfile.mkdtemp(prefix="test-embedded-place-"))
    yield folder
    shutil.rmtree(folder)


def abandoned(place, labels, **changes):
    """A run's folder with that owner in it."""
    folder = place / "integrity-old"
    folder.mkdir()
    (folder / "redis").mkdir()
    (folder / OWNER).write_text(json.dumps({**labels, **changes}))
    return folder


@pytest.fixture
def labels(killed):
    """Of a run of this machine that is dead; its mark is nobody's."""
    site, _ = killed
    (folder,) = lives.folders_of(site)
    found = json.loads((folder / OWNER).read_text())
    sweep(usual_places())
    return {**found, "integrity.mark": "nobody/services"}


def test_a_folder_of_a_dead_run_goes(place, labels):
    """The owner is provably dead: the folder is removed."""
    folder = abandoned(place, labels)

    sweep([place])

    assert not folder.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"integrity.host": "another machine"},
        {"integrity.namespace": "pid:[1]"},
        {"integrity.mark": ""},
        {"integrity.pid": ""},
        {KEPT: "true"},
    ],
)
def test_what_is_not_provably_a_dead_runs_stays(place, labels, change):
    """Another machine's, another container's, an unmarked one, one that is kept: none of them is touched."""
    folder = abandoned(place, labels, **change)

    sweep([place])

    assert folder.exists()


def test_what_was_kept_before_the_machine_restarted_goes(place, labels):
    """No server outlives the machine's restart, and its folder need not either."""
    folder = abandoned(place, labels, **{KEPT: "true", "integrity.boot": "an earlier one"})

    sweep([place])

    assert not folder.exists()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"integrity.pid": 1}'])
def test_folders_without_a_readable_owner_stay(place, content):
    """A folder that only has the name of one of ours is left alone."""
    folder = place / "integrity-notes"
    folder.mkdir()
    (folder / OWNER).write_text(content)

    sweep([place])

    assert folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_folders_of_other_users_stay(place, labels):
    """What another user wrote into a public place is believed by nobody, least of all by root."""
    folder = abandoned(place, labels)
    os.chown(folder, 12345, 12345)

    sweep([place])

    assert folder.exists()


def test_links_are_not_followed(place, labels):
    """A link with our name leads nowhere."""
    real = abandoned(place, labels).rename(place / "elsewhere")
    (place / "integrity-link").symlink_to(real)

    sweep([place])

    assert {path.name for path in real.iterdir()} == {OWNER, "redis"}
