"""The command line of `integrity check`."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from integrity.checks.codes import all_codes
from integrity.cli import cli, main
from tests.monorepo import make_monorepo, pep621

TWICE = '{"a": 1, "b": 2, "a": 3}\n'
SHOP = {
    "pyproject.toml": "[tool.integrity]\n",
    "services/billing/pyproject.toml": pep621("billing"),
    "services/billing/config.json": TWICE,
    "packages/plans/pyproject.toml": pep621("plans"),
    "packages/plans/plans.py": "X = 1\n",
}


@pytest.fixture
def integrity(monkeypatch, capsys):
    """The command in this process: exit code, stdout and stderr."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["integrity", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            main()
        return ending.value.code, *capsys.readouterr()

    yield call
    gc.enable()  # the command switches it off for the rest of its process
    gc.unfreeze()


@pytest.fixture
def shop(tmp_path):
    """A service with a defect, and a package without one."""
    return make_monorepo(tmp_path, SHOP)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--select", "SRC101"], 1),
        (["plans", "--select", "SRC101"], 0),
        (["plan", "--select", "SRC101"], 2),
        (["--select", "SRC999X"], 2),
        (["--explain", "SRC999X"], 2),
        (["--format", "yaml"], 2),
        (["kind:service", "--root", "empty"], 5),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(integrity, shop, monkeypatch, arguments, code):
    """0 without an error, 1 with one, 2 for what was asked wrongly, 5 where nothing is left."""
    make_monorepo(shop, {"empty/integrity.toml": ""})
    monkeypatch.chdir(shop)

    status, stdout, stderr = integrity("check", *arguments)

    assert status == code
    assert bool(stderr) == (code not in {0, 1})
    assert bool(stdout) == (code in {0, 1})


def test_text_ends_with_the_sums(integrity, shop):
    """Findings first, by unit."""
    _, stdout, _ = integrity("check", "--root", shop, "--select", "SRC,REG")

    assert stdout.startswith("billing (services/billing)\n  error: services/billing/config.json:1:")
    assert stdout.splitlines()[-1].startswith("1 error, 0 warnings in 2 units; examined ")


def test_document_is_all_that_json_prints(integrity, shop):
    """On stdout, with the exit code of the findings."""
    status, stdout, stderr = integrity("check", "--root", shop, "--select", "SRC101", "--format", "json")

    assert (status, stderr) == (1, "")
    document = json.loads(stdout)
    assert document["schema"] == "integrity.findings/1"
    assert [finding["unit"] for finding in document["findings"]] == ["billing"]


def test_annotations_are_all_that_github_gets(integrity, shop):
    """One for each finding; a green check prints none."""
    _, stdout, _ = integrity("check", "--root", shop, "--select", "SRC101", "--format", "github")
    green = integrity("check", "plans", "--root", shop, "--select", "SRC101", "--format", "github")

    assert stdout.startswith("::error file=services/billing/config.json,line=1,")
    assert stdout.count("\n") == 1
    assert green == (0, "", "")


def test_folder_in_no_monorepo_is_examined(integrity, tmp_path, monkeypatch):
    """No configuration, no git: the current folder."""
    make_monorepo(tmp_path, {"config.json": TWICE})
    monkeypatch.chdir(tmp_path)

    status, stdout, _ = integrity("check", "--select", "SRC101")

    assert status == 1
    assert "config.json:1" in stdout


def test_wrong_configuration_of_the_root_is_told(integrity, tmp_path):
    """With file and line; nothing is examined."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity.checks]\nnev = {}\n", "config.json": TWICE})

    status, stdout, stderr = integrity("check", "--root", tmp_path)

    assert (status, stdout) == (2, "")
    assert "pyproject.toml:2: " in stderr


def test_code_is_explained_with_both_examples(integrity):
    """By its code or its slug, in any case, with a mark at what is found."""
    row = all_codes()["REG101"]

    status, by_code, _ = integrity("check", "--explain", row.code.lower())
    _, by_slug, _ = integrity("check", "--explain", row.slug)

    assert (status, by_code) == (0, by_slug)
    assert by_code.startswith(f"{row.code} {row.slug} ({row.level})\n{row.title}.\n")
    assert "\nWrong " in by_code
    assert "\n  → " in by_code
    assert "\nRight " in by_code


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_every_code_is_explained(integrity, code):
    """Each text is shown whole, in lines of text."""
    status, stdout, _ = integrity("check", "--explain", code)

    assert status == 0
    assert "\nWrong " in stdout


def test_unknown_code_is_answered_with_the_nearest(integrity):
    """Before anything is examined."""
    _, _, stderr = integrity("check", "--explain", "duplicat-key")

    assert "Did you mean REG101?" in stderr


def test_hook_of_pre_commit_is_the_command():
    """It examines the whole repository, whatever files were changed."""
    (hook,) = YAML(typ="safe").load(Path(__file__).parent.parent / ".pre-commit-hooks.yaml")

    program, command = hook["entry"].split()
    assert (hook["id"], program, hook["pass_filenames"]) == ("integrity-check", "integrity", False)
    assert command in cli.commands
