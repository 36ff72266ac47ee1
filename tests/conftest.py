"""A container engine for the tests that are marked `docker`, and a look at what such a session leaves.

Without an engine these tests are skipped. INTEGRITY_TEST_DOCKER=1 says that it has to be there, and that engine and machine
are this session's alone: a missing one fails the tests, and so does everything that is left at the end.
"""

from __future__ import annotations

import os
from http.client import HTTPException

import pytest

from tests.docker import servers

IS_REQUIRED = os.environ.get("INTEGRITY_TEST_DOCKER") == "1"
ENGINE = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
BEFORE = pytest.StashKey[set[str]]()


@pytest.fixture(scope="session")
def engine():
    """The DOCKER_HOST of an engine that answers."""
    try:
        servers.ping(ENGINE)
    except (OSError, HTTPException) as problem:
        without(f"no container engine answers: {ENGINE}: {problem}")
    return ENGINE


@pytest.fixture(scope="session")
def registry(tmp_path_factory):
    """`127.0.0.1:<port>` of a registry of images; empty at first."""
    yield from provided(servers.registry(tmp_path_factory.mktemp("registry")))


@pytest.fixture(scope="session")
def podman_engine(engine):
    """The DOCKER_HOST of Podman's service, which has the images that `servers.IMAGES` names."""
    yield from provided(servers.podman(engine))


def provided(server):
    try:
        with server as address:
            yield address
    except servers.Missing as missing:
        without(str(missing))


def without(reason):
    if IS_REQUIRED:
        pytest.fail(f"{reason} (INTEGRITY_TEST_DOCKER=1 requires it)", pytrace=False)
    pytest.skip(reason)


def is_controller(config):
    return not hasattr(config, "workerinput")


def pytest_sessionstart(session):
    """Before anything runs, see what is there. Only the process that has the workers does, as they see each other's."""
    if not (IS_REQUIRED and is_controller(session.config)):
        return
    from tests.docker import leaks

    try:
        servers.ping(ENGINE)
    except (OSError, HTTPException):
        return  # each test that needs it says so
    session.config.stash[BEFORE] = leaks.traces(ENGINE)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """After the last worker has ended, nothing may be left."""
    yield
    before = session.config.stash.get(BEFORE, None)
    if before is None:
        return
    from tests.docker import leaks

    if left := leaks.left(before, ENGINE):
        reporter = session.config.pluginmanager.getplugin("terminalreporter")
        reporter.section("left behind by the tests", red=True)
        for each in left:
            reporter.line(each)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
