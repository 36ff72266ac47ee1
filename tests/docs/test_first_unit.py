"""The tutorial of the first unit does what it says: each command, each edit, each line of output that it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.docs.pages import DOCS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PAGE = (DOCS / "tutorial" / "first-unit.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:\.\w+|[\w.-]+)(?:/[\w.-]+)+)`")
ELSEWHERE = ("uv tool install", "git init", "cd ")  # the tests have done this already


class Step(NamedTuple):
    """A block of the page: its language, its text, and the file that was named last above it."""

    language: str
    text: str
    path: str


def steps():
    for found in re.finditer(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE):
        named = PATH.findall(PAGE[: found.start()])
        yield Step(found[1], found[2], named[-1] if named else "")


STEPS = list(steps())


def edited(text, diff):
    """The text with a diff without numbers: its old lines stand there once, and become its new ones."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] or "\n" for line in lines if line[:1] != "+")
    new = "".join(line[1:] or "\n" for line in lines if line[:1] != "-")
    assert text.count(old) == 1, old
    return text.replace(old, new)


def commands(console):
    """Each command with the lines that the page shows below it."""
    for part in re.split(r"(?m)^\$ ", console)[1:]:
        command, _, shown = part.partition("\n")
        yield command, [line for line in shown.splitlines() if line != "…"]


def is_shown(shown, output):
    """Whether these lines stand in the output, in their order; `…` stands for anything in a line."""
    rest = iter(output.splitlines())
    patterns = [".*".join(map(re.escape, line.split("…"))) for line in shown]
    return all(any(re.fullmatch(pattern, line) for line in rest) for pattern in patterns)


def test_tutorial_goes_as_it_says(tmp_path):
    """From the first command to the last; a red command ends with 1, a green one with 0."""
    (tmp_path / ".git").mkdir()
    ran = []
    for step in STEPS:
        path = tmp_path / step.path
        if step.language == "diff":
            path.write_text(edited(path.read_text(), step.text))
        elif step.language == "python" and not path.exists():
            path.write_text(step.text)
        elif step.language in {"python", "toml"}:
            assert step.text in path.read_text()
        for command, shown in commands(step.text) if step.language == "console" else ():
            if command.startswith(ELSEWHERE):
                continue
            done = subprocess.run(
                [sys.executable, "-m", *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert is_shown(shown, done.stdout), f"{command}\n{done.stdout}{done.stderr}"
            assert done.returncode == int(any("error: " in line or "✗" in line for line in shown)), done.stdout
            ran.append(command)

    assert len(ran) > 8


def test_steps_were_found():
    """The test above runs what it is meant to."""
    assert [step.language for step in STEPS].count("diff") == 11
    assert {step.path for step in STEPS if step.language == "diff"} >= {
        "services/shop/.env.example",
        "services/shop/pyproject.toml",
        "services/shop/test_integrity.py",
        "services/shop/src/shop/limits.py",
    }
    assert not is_shown(["a …", "c"], "a b\n")
    assert not is_shown(["b", "a"], "a\nb\n")
