"""Plays a workflow of GitHub: its own steps' commands, each job in a clone of its own, and what actions do as far as it matters here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_S = 900
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"'[^']*'|(?<![\w.'])[A-Za-z_]\w*(?:\.[\w-]+)+")


@dataclass
class Play:
    """One run of `workflow` for a commit of the repository `source`; what jobs upload stands in `home/artifacts`."""

    workflow: Path
    source: Path
    home: Path
    event: str = "push"
    base: str = ""  # of a pull request
    inputs: Mapping[str, str] = field(default_factory=dict)
    needs: dict[str, Any] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()  # artifacts that get lost on their way

    def job(self, name: str, **matrix: Any) -> str:
        """Run one job to its end; returns its result and keeps it, with its outputs, for the jobs that need it."""
        job = YAML(typ="safe").load(self.workflow)["jobs"][name]
        context = self._context(matrix)
        if "if" in job and not self._holds(job["if"], context, is_well=True):
            result, outputs = "skipped", {}
        else:
            result = self._steps(
                job, name + "".join(f"-{value}" for value in matrix.values() if isinstance(value, int)), context
            )
            outputs = {key: self._filled(value, context) for key, value in job.get("outputs", {}).items()}
        before = self.needs.get(name, {}).get("result", "success")
        worse = result if before == "success" else before
        self.needs[name] = {"result": worse, "outputs": outputs}
        return result

    def matrix(self) -> list[dict[str, Any]]:
        """The jobs of the shards, as the plan's output has them."""
        return json.loads(self.needs["plan"]["outputs"]["matrix"])["include"]

    def _context(self, matrix: Mapping[str, Any]) -> dict[str, Any]:
        github = {"event_name": self.event, "run_id": "1", "run_attempt": "1", "ref": "refs/heads/main"}
        return {
            "github": github,
            "inputs": self.inputs,
            "needs": self.needs,
            "matrix": matrix,
            "steps": {},
            "runner": {"os": "Linux"},
        }

    def _steps(self, job: Mapping[str, Any], name: str, context: dict[str, Any]) -> str:
        clone = self.home / name
        subprocess.run(["git", "clone", "--quiet", self.source, clone], check=True)
        context["runner"]["temp"] = str(self.home / f"{name}-temp")
        Path(context["runner"]["temp"]).mkdir()
        is_well = True
        for step in job["steps"]:
            if self._holds(step.get("if", "success()"), context, is_well=is_well):
                is_well &= self._step(step, clone, context)
        return "success" if is_well else "failure"

    def _step(self, step: Mapping[str, Any], clone: Path, context: dict[str, Any]) -> bool:
        given = {key: self._filled(str(value), context) for key, value in step.get("with", {}).items()}
        match step.get("uses", "").partition("@")[0]:
            case "":
                return self._command(step, clone, context)
            case "actions/upload-artifact":
                return self._upload(given, clone)
            case "actions/download-artifact":
                return self._download(given)
            case "actions/checkout" | "actions/setup-python" | "actions/cache/restore" | "actions/cache/save":
                return True
            case unknown:
                raise AssertionError(unknown)

    def _command(self, step: Mapping[str, Any], clone: Path, context: dict[str, Any]) -> bool:
        if "pip install" in step["run"]:
            return True  # the package is the one under test
        written = Path(context["runner"]["temp"]) / "output"
        page = Path(context["runner"]["temp"]) / "summary.md"
        told = Path(context["runner"]["temp"]) / "event.json"
        told.write_text(json.dumps({"pull_request": {"base": {"sha": self.base}}} if self.base else {}))
        written.touch()
        host = {name: value for name, value in os.environ.items() if not name.startswith(("INTEGRITY_", "GITHUB_"))}
        own = {key: self._filled(str(value), context) for key, value in step.get("env", {}).items()}
        github = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_EVENT_PATH": str(told),
            "GITHUB_OUTPUT": str(written),
            "GITHUB_STEP_SUMMARY": str(page),
            "GITHUB_RUN_ATTEMPT": "1",
            "CI": "true",
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{host['PATH']}"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=clone, env={**host, **github, **own, "PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        print(done.stdout, done.stderr)  # noqa: T201 - shown when a test fails
        if "id" in step:
            lines = [line.split("=", 1) for line in written.read_text().splitlines()]
            context["steps"][step["id"]] = {"outputs": dict(lines)}
        return done.returncode == 0

    def _upload(self, given: Mapping[str, str], clone: Path) -> bool:
        found = sorted(clone.glob(given["path"].rstrip("/")))
        target = self.home / "artifacts" / given["name"]
        if given["name"] not in self.lost:
            for path in found:
                target.mkdir(parents=True, exist_ok=True)
                if path.is_dir():
                    shutil.copytree(path, target, dirs_exist_ok=True)
                else:
                    shutil.copy(path, target)
        return bool(found) or given["if-no-files-found"] != "error"

    def _download(self, given: Mapping[str, str]) -> bool:
        named = given.get("name")
        folders = sorted((self.home / "artifacts").glob("*"))
        chosen = [folder for folder in folders if fnmatchcase(folder.name, named or given["pattern"])]
        for folder in chosen:
            shutil.copytree(folder, given["path"], dirs_exist_ok=True)
        return bool(chosen) or named is None

    def _filled(self, text: str, context: Mapping[str, Any]) -> str:
        return _EXPRESSION.sub(lambda match: str(self._value(match[1], context)), text)

    def _holds(self, condition: str, context: Mapping[str, Any], *, is_well: bool) -> bool:
        inner = _EXPRESSION.sub(lambda match: match[1], condition)
        if "always()" not in inner and not is_well:
            return False
        return bool(self._value(inner.replace("always()", "True").replace("success()", "True"), context))

    def _value(self, expression: str, context: Mapping[str, Any]) -> Any:
        """The few forms that the workflows have: names, strings, `==`, `!=`, `&&`, `||`, and the hash of files."""
        text = re.sub(r"hashFiles\([^)]*\)", "'hash'", expression.strip())
        text = _NAME.sub(lambda match: match[0] if match[0][0] == "'" else repr(_looked_up(match[0], context)), text)
        return eval(text.replace("&&", " and ").replace("||", " or "), {"__builtins__": {}})


def _looked_up(name: str, context: Mapping[str, Any]) -> Any:
    found: Any = context
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, dict) else ""
    return found
