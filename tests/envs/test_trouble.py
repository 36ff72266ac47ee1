"""One unit's trouble is its own: whatever its manifest holds, `prepare` ends with an env or with that unit's fault."""

from __future__ import annotations

import asyncio
import os

import pytest

from integrity.envs.faults import env_fault, unforeseen
from integrity.errors import UnitFault
from tests.envs.preparing import Free, answer, found, prepare, request, store_of, unit_at
from tests.monorepo import make_monorepo, unit

pytestmark = pytest.mark.timeout(120)


def fault(root, path="packages/one", **changes) -> str:
    with pytest.raises(UnitFault) as caught:
        prepare(root, path, **changes)
    return caught.value.message


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("[tool]\nhatch = 5", "could not be built"),
        ("[project.scripts]\na = 5", "could not be built"),
        ("[project.optional-dependencies]\nx = [\"six; sys_platform ~= 'linux'\"]", "can't be judged"),
    ],
)
def test_manifest_of_another_shape_is_the_units_fault(tmp_path, more, words):
    """Tables that only a build backend reads, and markers that compare what can't be compared."""
    root = make_monorepo(tmp_path, unit("packages/one", more=more))

    assert words in fault(root, extras=("x",) if "optional" in more else ())


@pytest.mark.e2e
@pytest.mark.parametrize("more", ["[tool]\nuv = 5", "[tool.uv]\nsources = [1]\nindex = { a = 1 }"])
def test_settings_of_another_shape_are_left_to_uv(tmp_path, more):
    """What uv's tables should hold is for uv to judge."""
    root = make_monorepo(tmp_path, unit("packages/one", more=more))

    assert answer(prepare(root, "packages/one"), "import one; print(one.__name__)") == "one"


@pytest.mark.e2e
def test_unit_that_is_called_pytest_takes_pytest_from_nobody(tmp_path):
    """Its own tests can't be run under that name; all others have the real one."""
    root = make_monorepo(tmp_path, {**unit("packages/pytest"), **unit("packages/one")})

    assert "packages/pytest has a module pytest" in fault(root, "packages/pytest")
    assert answer(prepare(root, "packages/one"), "import pytest; print(pytest.__version__ > '7')") == "True"


@pytest.mark.e2e
def test_offline_without_a_cache_is_said(tmp_path):
    """Not that requirements exclude each other."""
    monorepo = found(make_monorepo(tmp_path, unit("packages/one", dependencies=["six"])))
    store = store_of(monorepo, environment={**os.environ, "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "empty")})

    with pytest.raises(UnitFault) as caught:
        asyncio.run(store.prepare(request(unit_at(monorepo, "packages/one")), Free))

    assert "uv is offline" in caught.value.hint


def test_name_of_several_units_is_not_taken_from_an_index(tmp_path):
    """Which one is meant can't be told, and a public package of that name is none of them."""
    files = {**unit("packages/one", dependencies=["six"]), **unit("packages/six"), **unit("services/six")}

    assert "packages/six and of services/six" in fault(make_monorepo(tmp_path, files))


@pytest.mark.parametrize("pin", ["--help", "no-such-python"])
def test_python_version_that_names_no_python(tmp_path, pin):
    """Whatever the file holds is a name, never an option."""
    root = make_monorepo(tmp_path, {**unit("packages/one"), "packages/one/.python-version": f"{pin}\n"})

    assert f"needs Python {pin}" in fault(root)


def test_unforeseen_trouble_is_the_units_fault(tmp_path):
    """A file that can't be used ends no run."""
    root = make_monorepo(tmp_path, unit("packages/one"))
    monorepo = found(root)
    store = store_of(monorepo)
    (root / ".integrity" / "interpreters").write_text("in the way", encoding="utf-8")

    with pytest.raises(UnitFault, match="interpreters"):
        asyncio.run(store.prepare(request(unit_at(monorepo, "packages/one")), Free))


def test_bug_keeps_its_traceback():
    """What nobody thought of says where it happened."""
    with pytest.raises(ZeroDivisionError) as caught:
        divmod(1, 0)

    error = unforeseen("packages/one", caught.value).error

    assert error.message.startswith("making the env of packages/one failed: ZeroDivisionError: ")
    assert "divmod(1, 0)" in error.detail


@pytest.mark.parametrize("text", ["https://me:secret@host/x", "x https://secret@host", "git+ssh://u:secret@h/p"])
def test_credentials_in_urls_are_masked(text):
    """Manifests and uv's own words may hold them."""
    error = env_fault(text, detail=text).error

    assert "secret" not in f"{error}"
    assert "host" in error.message or "h/p" in error.message
    assert env_fault("ssh://git@host/x").error.message == "ssh://git@host/x"
