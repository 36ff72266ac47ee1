"""The page about pre-commit and annotations shows the hook that there is, and options that the command has."""

from __future__ import annotations

import re
import shlex

import pytest
from ruamel.yaml import YAML

from integrity.cli import cli
from integrity.commands.check import selected_codes
from tests.docs.pages import DOCS, ROOT, blocks, page

PAGE = "how-to/pre-commit.md"
CONFIGURATION, WORKFLOW = (YAML(typ="safe").load(text) for _, text in blocks(DOCS / PAGE, "yaml"))


def parsed(arguments):
    """What `integrity check` understands."""
    return cli.commands["check"].make_context("check", arguments, resilient_parsing=False).params


def test_hook_on_the_page_is_the_one_that_ships():
    """But for what says where it comes from."""
    (repository,) = CONFIGURATION["repos"]
    (hook,) = repository["hooks"]
    (shipped,) = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")

    own = {key: value for key, value in shipped.items() if key != "description"}
    assert hook == {**own, "additional_dependencies": ["nox-integrity"]}


def test_step_asks_for_annotations():
    """By an option of the command."""
    run = shlex.split(WORKFLOW["jobs"]["check"]["steps"][-1]["run"])

    assert run[:5] == ["pipx", "run", "--spec", "nox-integrity", "integrity"]
    assert parsed(run[6:])["format_"] == "github"


@pytest.mark.parametrize("text", re.findall(r"`args: \[(.+?)\]`", page(PAGE)))
def test_arguments_are_those_of_the_command(text):
    """Codes that there are, and units."""
    params = parsed(text.split(", "))

    assert params["units"] or selected_codes(params["select"])
