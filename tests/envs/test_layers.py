"""Layers are whole or not there, whatever happens while they are built. Everything here uses the real uv."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from integrity.errors import UnitFault
from tests.envs.preparing import Free, answer, found, prepare, request, run, store_of, unit_at
from tests.monorepo import make_monorepo, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PREPARE = "import sys; from pathlib import Path; from tests.envs.preparing import Free, prepare; print(prepare(Path(sys.argv[1]), sys.argv[2]).layer)"
REPOSITORY = Path(__file__).parents[2]


def start(root, path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREPARE, str(root), path]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def layers_of(root) -> list[Path]:
    return [path for path in (root / ".integrity/layers/v1").iterdir() if path.is_dir()]


def test_two_runs_at_once_build_one_layer(tmp_path):
    """Runs that share a store wait for each other and end with the same layer."""
    root = make_monorepo(tmp_path, unit("packages/one", dependencies=["six"]))

    runs = [start(root, "packages/one") for _ in range(2)]
    outputs = [run.communicate(timeout=120) for run in runs]

    assert [run.returncode for run in runs] == [0, 0], outputs
    assert {stdout.strip() for stdout, _ in outputs} == {path.name for path in layers_of(root)}


def test_killed_build_leaves_nothing_that_is_used(tmp_path):
    """After a SIGKILL in the middle of a layer's build the next run builds it whole, and removes what was left."""
    root = make_monorepo(tmp_path, unit("packages/one", dependencies=["six"]))
    folder = root / ".integrity/layers/v1"
    build = start(root, "packages/one")
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.tmp/site-packages")) and time.monotonic() < deadline:
        assert build.poll() is None, build.communicate()
    children = Path(f"/proc/{build.pid}/task/{build.pid}/children").read_text(encoding="ascii").split()
    for leader in (build.pid, *map(int, children)):  # uv has a group of its own
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)
    build.communicate()
    (left,) = folder.glob("*.tmp")

    env = prepare(root, "packages/one")

    assert answer(env, "import six; print(six.__name__)") == "six"
    assert not left.exists()
    assert [path.name for path in layers_of(root)] == [env.layer]


@pytest.mark.parametrize("damage", ["package", "stamp", "addition"])
def test_damaged_layer_is_built_again(tmp_path, damage):
    """A layer that lost a package, lost its stamp or gained a package is not used."""
    root = make_monorepo(tmp_path, unit("packages/one", dependencies=["six", "packaging"]))
    (layer,) = (prepare(root, "packages/one"), *layers_of(root))[1:]
    if damage == "package":
        shutil.rmtree(layer / "site-packages/packaging")
    elif damage == "stamp":
        (layer / "layer.json").unlink()
    else:
        (layer / "site-packages/intruder.py").touch()

    env = prepare(root, "packages/one")

    assert answer(env, "import packaging; print(packaging.__name__)") == "packaging"
    assert "ModuleNotFoundError" in run(env, "import intruder").stderr


def test_unresolvable_unit_says_what_is_missing_and_others_stand(tmp_path):
    """A requirement that no index can meet is that unit's error, with uv's reason; a sibling run goes on."""
    bad = unit("packages/bad", dependencies=["six>=99"])
    root = make_monorepo(tmp_path, {**bad, **unit("packages/good", dependencies=["six"])})
    monorepo = found(root)

    async def both() -> list[object]:
        store = store_of(monorepo)
        wanted = (store.prepare(request(unit_at(monorepo, f"packages/{name}")), Free) for name in ("bad", "good"))
        return await asyncio.gather(*wanted, return_exceptions=True)

    bad_one, good_one = asyncio.run(both())

    assert isinstance(bad_one, UnitFault)
    assert "six" in bad_one.message
    assert "six>=99" in bad_one.error.detail
    assert good_one.packages["six"]


def test_layers_share_bytecode(tmp_path):
    """A package that two layers hold is compiled once, and each layer's modules still name their own files."""
    files = {**unit("packages/one", dependencies=["six"]), **unit("packages/two", dependencies=["six", "toml"])}
    root = make_monorepo(tmp_path, files)
    one, two = (prepare(root, f"packages/{name}") for name in ("one", "two"))
    caches = [
        next((root / ".integrity/layers/v1" / env.layer).glob("site-packages/_pytest/__pycache__"))
        for env in (one, two)
    ]

    assert one.layer != two.layer
    assert caches[0].resolve() == caches[1].resolve()
    code = "import _pytest.runner as r; print(r.__cached__.startswith(r.__file__[:20]), r.call_and_report.__code__.co_filename == r.__file__)"
    assert answer(two, code) == "True True"


def test_env_survives_a_kill_while_it_is_swapped(tmp_path):
    """An env folder without its stamp, and a left temporary folder, are replaced."""
    root = make_monorepo(tmp_path, unit("packages/one"))
    env = prepare(root, "packages/one")
    (env.directory / "integrity.json").unlink()
    (env.directory.parent / f"{env.directory.name}.abc.tmp").mkdir()

    again = prepare(root, "packages/one")

    assert again == env
    assert not list(env.directory.parent.glob("*.tmp"))
    assert (env.directory / "integrity.json").is_file()
