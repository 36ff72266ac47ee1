"""Writes every peer's configuration into a generated monorepo, makes lock files, and warms uv's cache."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from benchmarks.generate import DESCRIPTION, commit
from benchmarks.home import LOGS, NODE_MODULES, environment, peer_python
from benchmarks.peers.table import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LOCKS = ".locks"
RESOLVING = ("uv2", "nox2", "tox2", "integrity")  # run once with the index in reach, so that later runs need none
SOURCES = ("src/**/*.py", "test_integrity.py", "pyproject.toml", "config.json", ".env.example")
NOXFILE = """\
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
ROOT = Path(__file__).parent


def add(path):
    @nox.session(name=Path(path).name, allow_parallel=True)
    def integrity(session):
        session.chdir(ROOT / path)
        session.install("-q", "-e", ".", "pytest>=8")
        session.run("python", "-m", "pytest", "test_integrity.py", "--junitxml=.report.xml")


for path in (ROOT / ".units").read_text().split():
    add(path)
"""
TOOL_NOXFILE = """\
import integrity
import nox

integrity.register(nox, root=__file__)
"""
TOX_ENVIRONMENT = """
[testenv:{name}]
package = skip
change_dir = {path}
deps =
    -e {{tox_root}}/{path}
    pytest>=8
commands = python -m pytest test_integrity.py --junitxml=.report.xml
"""
MOON_PROJECT = """\
language: 'python'
dependsOn: {siblings}
tasks:
  integrity:
    command: '{command}'
    toolchains: ['system']
    deps: [{{target: '^:integrity', cacheStrategy: 'hash'}}]
    inputs: {inputs}
    options:
      runFromWorkspaceRoot: false
"""


def configure(root: Path) -> None:
    """Make the monorepo in `root` ready for every peer. Needs the index once."""
    units = json.loads((root / DESCRIPTION).read_text())
    for path, text in _files(units).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (root / "node_modules").symlink_to(NODE_MODULES)
    _run("npm install --package-lock-only --silent --no-fund --no-audit", root)
    commit(root, "the peers' configuration")
    for unit in units:
        _run(f"uv lock -q -p {peer_python()}", root / unit["path"])
        _run(f"uv sync -q -p {peer_python()} --frozen --group test", root / unit["path"])
        kept = root / LOCKS / f"{unit['name']}.lock"
        kept.parent.mkdir(exist_ok=True)
        shutil.move(root / unit["path"] / "uv.lock", kept)
    for name in RESOLVING:
        _run(BY_NAME[name].command, root)


def arrange_locks(root: Path, *, wanted: bool) -> None:
    """Put the units' lock files in place, or take them away: who resolves for itself must not find them."""
    for kept in (root / LOCKS).glob("*.lock"):
        folder = "packages" if kept.stem.startswith("pkg") else "services"
        place = root / folder / kept.stem / "uv.lock"
        if not wanted:
            place.unlink(missing_ok=True)
        elif not place.exists():
            shutil.copy2(kept, place)


def _files(units: Iterable[Mapping[str, object]]) -> dict[str, str]:
    units = list(units)
    # uv run: the way in which turbo's and moon's users start Python tasks
    command = (
        f"uv run -q -p {peer_python()} --frozen --group test python -m pytest test_integrity.py --junitxml=.report.xml"
    )
    environments = [TOX_ENVIRONMENT.format(name=unit["name"], path=unit["path"]) for unit in units]
    names = "".join(f"    {unit['name']}\n" for unit in units)
    files = {
        ".units": "".join(f"{unit['path']}\n" for unit in units),
        ".python-version": _python_version() + "\n",
        "noxfile.py": NOXFILE,
        "noxfile_integrity.py": TOOL_NOXFILE,
        "tox.ini": f"[tox]\nrequires = tox-uv\nno_package = true\nenv_list =\n{names}{''.join(environments)}",
        "package.json": _json(_npm_root()),
        "turbo.json": _json({"tasks": {"transit": {"dependsOn": ["^transit"]}, "integrity": _turbo_task()}}),
        ".moon/workspace.yml": "projects: ['services/*', 'packages/*']\nvcs:\n  defaultBranch: 'main'\ntelemetry: false\n",
        ".moon/toolchains.yml": "{}\n",
    }
    for unit in units:
        files[f"{unit['path']}/package.json"] = _json(_npm_unit(unit, command))
        siblings, inputs = json.dumps(unit["siblings"]), json.dumps(SOURCES)
        files[f"{unit['path']}/moon.yml"] = MOON_PROJECT.format(siblings=siblings, command=command, inputs=inputs)
    return files


def _python_version() -> str:
    answer = subprocess.run([peer_python(), "--version"], check=True, capture_output=True, text=True)
    return answer.stdout.split()[1]


def _npm_root() -> dict[str, object]:
    version = subprocess.run(["npm", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    workspaces = ["services/*", "packages/*"]
    return {"name": "monorepo", "private": True, "packageManager": f"npm@{version}", "workspaces": workspaces}


def _npm_unit(unit: Mapping[str, object], command: str) -> dict[str, object]:
    siblings = unit["siblings"]
    assert isinstance(siblings, list)
    return {
        "name": unit["name"],
        "version": "0.1.0",
        "private": True,
        "scripts": {"integrity": command},
        "dependencies": dict.fromkeys(siblings, "0.1.0"),
    }


def _turbo_task() -> dict[str, object]:
    return {
        "dependsOn": ["transit"],
        "inputs": [*SOURCES, "uv.lock"],
        "outputs": [".report.xml"],
        "passThroughEnv": ["UV_*", "TMPDIR"],
    }


def _json(document: object) -> str:
    return json.dumps(document, indent=1) + "\n"


def _run(command: str, folder: Path) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "configure.log"
    with log.open("wb") as output:
        shell = ["bash", "-c", command]
        status = subprocess.call(shell, cwd=folder, env=environment(offline=False), stdout=output, stderr=output)
    if status != 0:
        raise SystemExit(f"{command} failed in {folder}:\n{log.read_text(errors='replace')[-2000:]}")
