"""Commands of one name in one group: told where the sources are sure."""

from __future__ import annotations

import pytest

from tests.checks.harness import examined, write

GROUP = "import click\n@click.group()\ndef main(): ...\n"
SILENT = {
    "another group": GROUP
    + "@main.group()\ndef sub(): ...\n@main.command('x')\ndef a(): ...\n@sub.command('x')\ndef b(): ...\n",
    "a branch": GROUP
    + "if main:\n    @main.command('x')\n    def a(): ...\nelse:\n    @main.command('x')\n    def a(): ...\n",
    "an own class of group": (
        "import click\n@click.group(cls=Own)\ndef main(): ...\n@main.command('x')\ndef a(): ...\n@main.command('x')\ndef b(): ...\n"
    ),
    "no group": "from other import main\n@main.command('x')\ndef a(): ...\n@main.command('x')\ndef b(): ...\n",
    "a computed name": GROUP + "@main.command(name())\ndef a(): ...\n@main.command(name())\ndef b(): ...\n",
}
TOLD = {
    "a given name": GROUP + "@main.command('x')\ndef a(): ...\n@main.command(name='x')\ndef b(): ...\n",
    "a function's name": GROUP + "@main.command()\ndef do_it(): ...\n@main.command('do-it')\ndef b(): ...\n",
    "a nested group": GROUP
    + "@main.group()\ndef sub(): ...\n@sub.command('x')\ndef a(): ...\n@sub.command('x')\ndef b(): ...\n",
    "a group by a call": "from click import Group\nmain = Group()\n@main.command('x')\ndef a(): ...\n@main.command('x')\ndef b(): ...\n",
    "Flask": "from flask import Flask\napp = Flask('x')\n@app.cli.command('x')\ndef a(): ...\n@app.cli.command('x')\ndef b(): ...\n",
    "Typer": "import typer\napp = typer.Typer()\n@app.command()\ndef a(): ...\n@app.command('a')\ndef b(): ...\n",
}


@pytest.mark.parametrize("kind", SILENT)
def test_what_may_be_meant_is_not_told(tmp_path, kind):
    """Nothing is guessed."""
    assert examined(write(tmp_path, {"pyproject.toml": "", "tool.py": SILENT[kind]})) == []


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_sure_is_told(tmp_path, kind):
    """At both lines."""
    (finding,) = examined(write(tmp_path, {"pyproject.toml": "", "tool.py": TOLD[kind]}))

    assert finding.code == "CLI101"
    assert [place.role for place in finding.places] == ["declared", "duplicate"]
