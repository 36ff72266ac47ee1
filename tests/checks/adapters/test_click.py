"""click as it really is: which commands a tree of groups has once the code has run."""

from __future__ import annotations

import pytest

from tests.checks import harness
from tests.checks.harness import places, write

MANIFEST = '[project]\nname = "tool"\nversion = "1"\n\n[tool.integrity.checks.exports]\ncli = "tool.cli:main"\n'
CLI = """import click
from flask import Flask

PREFIX = "sync"


@click.group()
def main(): ...


@main.group(PREFIX)
@click.pass_context
def sync(context): ...


@sync.command(PREFIX)
@click.option("--all", is_flag=True)
@click.pass_context
def everything(context, all): ...


def plain_command():
    @sync.command("inner")
    def inner(): ...


plain_command()
app = Flask("tool")
main.add_command(app.cli, "app")


@app.cli.command(PREFIX)
def of_flask(): ...
"""
MORE = """from tool.cli import PREFIX, app, sync


@sync.command(PREFIX + {suffix!r})
def others(): ...


@app.cli.command(PREFIX + {suffix!r})
def of_flask(): ...
"""


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_a_command_that_another_one_replaced_is_found(tmp_path, version, request):
    """In nested groups, behind other decorators, in another module, and in Flask's group."""
    files = {"pyproject.toml": MANIFEST, "tool/__init__.py": "from tool import cli, more\n", "tool/cli.py": CLI}

    wrong, output = harness.run_tests(
        write(tmp_path / "wrong", {**files, "tool/more.py": MORE.format(suffix="")}), request.getfixturevalue(version)
    )
    right, _ = harness.run_tests(
        write(tmp_path / "right", {**files, "tool/more.py": MORE.format(suffix="-more")}),
        request.getfixturevalue(version),
    )

    assert places(wrong) == {("CLI101", "tool/cli.py", 16), ("CLI101", "tool/cli.py", 32)}, output
    assert right == []


def test_a_target_that_is_no_group_is_red(tmp_path, newest):
    """And so is one that can't be imported."""
    files = {"pyproject.toml": MANIFEST, "tool/__init__.py": "", "tool/cli.py": "def main(): ...\n"}

    found, output = harness.run_tests(write(tmp_path, files), newest)

    assert {finding["code"] for finding in found} == {"CLI101"}, output
    assert "not a group" in found[0]["message"]
