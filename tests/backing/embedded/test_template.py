"""`initdb` runs once; nothing half-made is ever used, and runs at the same time don't disturb each other."""

from __future__ import annotations

import asyncio
import json
import os
import shutil

import pytest

from tests.backing.embedded.lives import provider_of, spec_of


def start_in(*sites):
    """Start a PostgreSQL in each run at the same time; returns all that was said of progress."""
    said = []

    async def run(site):
        async with provider_of(site) as provider:
            await provider.start(spec_of("postgres"), said.append)

    async def all_of_them():
        await asyncio.gather(*map(run, sites))

    asyncio.run(all_of_them())
    return [text for text in said if "initdb" in text]


@pytest.fixture
def cache(site_at, tmp_path):
    """A cache of its own that holds one template."""
    start_in(site_at(cache=tmp_path / "cache"))
    return tmp_path / "cache"


def template_in(cache):
    (found,) = (path for path in cache.iterdir() if path.is_dir())
    return found


def test_the_second_start_needs_no_initdb(site_at, cache):
    """What was prepared once is copied from then on."""
    assert start_in(site_at(cache=cache)) == []


def test_only_the_caller_can_read_the_template(cache):
    """The template's password is nobody else's business."""
    template = template_in(cache)

    assert template.stat().st_mode & 0o077 == 0
    assert (template / "stamp.json").stat().st_mode & 0o077 == 0


def test_two_runs_prepare_it_once(site_at, tmp_path):
    """Of runs that want the same template at the same time, one makes it and the other waits."""
    sites = [site_at(cache=tmp_path / "common") for _ in range(2)]

    assert len(start_in(*sites)) == 1


def lose_a_file(template):
    next((template / "data" / "base" / "1").iterdir()).unlink()


def lose_bytes(template):
    os.truncate(template / "data" / "global" / "pg_control", 100)


def lose_the_stamp(template):
    (template / "stamp.json").unlink()


def garble_the_stamp(template):
    (template / "stamp.json").write_text("[1")


def lose_the_data(template):
    shutil.rmtree(template / "data")


@pytest.mark.parametrize("damage", [lose_a_file, lose_bytes, lose_the_stamp, garble_the_stamp, lose_the_data])
def test_a_damaged_template_is_made_anew(site_at, cache, damage):
    """A template of which something is missing, as after a power cut, is never used; the next run finds a whole one."""
    damage(template_in(cache))

    assert len(start_in(site_at(cache=cache))) == 1
    assert start_in(site_at(cache=cache)) == []


def test_what_a_killed_run_was_making_is_no_template(site_at, cache):
    """What stands beside the template's place, half-made, is passed over and cleared away."""
    template = template_in(cache)
    half = template.rename(template.with_name(f"{template.name}.making"))
    (half / "data" / "PG_VERSION").unlink()

    assert len(start_in(site_at(cache=cache))) == 1
    assert [path for path in cache.iterdir() if path.is_dir()] == [template]


def test_each_template_has_a_password_of_its_own(site_at, cache, tmp_path):
    """Two caches share no password."""
    start_in(site_at(cache=tmp_path / "another"))

    passwords = {
        json.loads((template_in(each) / "stamp.json").read_text())["password"] for each in (cache, tmp_path / "another")
    }

    assert len(passwords) == 2
