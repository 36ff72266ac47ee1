"""Configuration, commands and variables that the pages show are those of the program."""

from __future__ import annotations

import re
import shlex
import tomllib

import click
import pytest

from integrity.backing.docker.addresses import HOST_VARIABLE
from integrity.backing.leases import variable_of
from integrity.cli import cli, split
from integrity.errors import UnitFault
from integrity.inside.wire import ATTEMPT_VARIABLE, STREAM_VARIABLE
from integrity.model.unit import Kind, ManifestKind, Unit
from integrity.settings import OPTIONS, load_root, unit_settings
from integrity.settings.kinds import KINDS
from integrity.settings.option import ROOT_ONLY
from tests.docs.pages import PAGES, ROOT, blocks, code, page, rows
from tests.monorepo import make_monorepo

FOLDER = "services/billing"
ROOTS_OWN = {option.name for option in OPTIONS if option.scopes == ROOT_ONLY}
OF_NEEDS = {"REPORTS", "SEARCH"}  # names of needs on the pages
OF_TESTS = {"INTEGRITY_TEST_BROWSER", "INTEGRITY_TEST_DOCKER"}  # of this project's own tests


def files_of(text):
    """The files that a block shows: it names each in a comment above it, or shows one."""
    parts = re.split(r"(?m)^# (\S+\.toml)\n", text)
    named = list(zip(parts[1::2], parts[2::2], strict=True))
    return named or [("", text)]


def configurations():
    """Each `[tool.integrity]` on a page: its place, the root's above it on the page, and its own text where it is a unit's."""
    for path in PAGES:
        top = ""
        for line, text in blocks(path, "toml"):
            for name, part in files_of(text):
                table = tomllib.loads(part).get("tool", {}).get("integrity")
                if table is None:
                    continue
                is_root = name == "pyproject.toml" or (not name and bool(table.keys() & ROOTS_OWN))
                top = part if is_root else top
                yield pytest.param(top, "" if is_root else part, id=f"{path.relative_to(ROOT)}:{line}")


CONFIGURATIONS = list(configurations())


def settings_of(folder, top, own):
    """The settings of a unit whose manifest is `own`; the files that it names are there."""
    table = tomllib.loads(own).get("tool", {}).get("integrity", {})
    needs = table.get("needs", {})
    tables = [need for need in needs.values() if isinstance(need, dict)] if isinstance(needs, dict) else []
    named = [*table.get("env-file", ()), *(name for need in tables for name in need.get("init", ()))]
    files = {"pyproject.toml": top, f"{FOLDER}/pyproject.toml": own, **{f"{FOLDER}/{name}": "" for name in named}}
    make_monorepo(folder, files)
    unit = Unit(
        path=FOLDER,
        name="billing",
        kind=Kind.SERVICE,
        manifest=ManifestKind.PEP621,
        table=table,
        document=tomllib.loads(own),
    )
    return unit_settings(load_root(folder, environ={}, flags={}), unit)


@pytest.mark.parametrize(("top", "own"), CONFIGURATIONS)
def test_configuration_is_accepted(tmp_path, top, own):
    """A table that a page shows is one that the settings take."""
    settings_of(tmp_path, top, own)


def test_configurations_were_found():
    """The test above looked at roots and at units; one that is wrong would be refused."""
    units = [parameters.values[1] for parameters in CONFIGURATIONS]

    assert sum(bool(own) for own in units) > 12
    assert sum(not own for own in units) > 3


def test_wrong_configuration_would_be_seen(tmp_path):
    """A key that is not there is refused, as in any manifest."""
    with pytest.raises(UnitFault, match="readi"):
        settings_of(tmp_path, "", '[tool.integrity.needs.x]\nimage = "x:1"\nport = 1\nreadi = { tcp = 1 }')


@pytest.mark.parametrize(
    "command", [code(cells[1])[0] for cells in rows(page("how-to/services.md"), "| with | command")]
)
def test_commands_that_serve_are_accepted(tmp_path, command):
    """Each takes a port, so that no `ready` is needed."""
    (process,) = settings_of(tmp_path, "", f"[tool.integrity.serve]\ncommand = '{command}'").serve

    assert any("{port}" in word for word in process.command)


@pytest.mark.parametrize("ready", [code(cells[0])[0] for cells in rows(page("how-to/own-image.md"), "| `ready =` |")])
def test_forms_of_ready_are_accepted(tmp_path, ready):
    """What the table shows can be written so."""
    own = f'[tool.integrity.needs.x]\nimage = "x:1"\nport = 1\nready = {ready}\nenv = {{ X = "{{port}}" }}'

    (need,) = settings_of(tmp_path, "", own).needs

    assert need.kind.ready.by in ready


def command_lines():
    """What follows `integrity` on the pages: in consoles, and between backticks."""
    for path in PAGES:
        lines = [line for _, text in blocks(path, "console") for line in re.findall(r"(?m)^\$ (.*?)(?: +# .*)?$", text)]
        lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", path.read_text(encoding="utf-8"))
        for line in lines:
            through_nox = re.search(r"nox -s integrity -- (.+)", line)
            direct = re.search(r"(?:^|[ (/])integrity ([a-z][^)|]*)", line)
            arguments = f"run {through_nox[1]}" if through_nox else direct[1] if direct else ""
            if arguments and not re.search(r"…|[A-Z]{4}", arguments):
                yield pytest.param(arguments, id=f"{path.name}: {arguments}")


COMMAND_LINES = list(command_lines())


def parsed(arguments):
    """Let click judge a command line to its last argument; nothing is run."""
    words, _ = split(shlex.split(arguments))
    command, context = cli, None
    while isinstance(command, click.Group):
        name, *words = words
        context = click.Context(command, info_name=name, parent=context, **command.context_settings)
        if (command := command.get_command(context, name)) is None:
            raise click.UsageError(f"there is no command {name}")
    command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("arguments", COMMAND_LINES)
def test_command_line_is_understood(arguments):
    """Commands, flags and their values are those that there are."""
    parsed(arguments)


def test_command_lines_were_found():
    """The test above looked at each kind of them; wrong ones are refused."""
    found = {parameters.values[0] for parameters in COMMAND_LINES}

    assert {"run --services embedded", "run --keep billing", "services up billing", "run billing -- -k plans"} <= found
    for wrong in ("run --services podman", "services stop", "run --keeping"):
        with pytest.raises(click.UsageError):
            parsed(wrong)


def test_variables_of_the_tool_are_those_that_it_reads():
    """No page names an `INTEGRITY_…` variable that nothing reads."""
    read = {option.variable for option in OPTIONS} | {HOST_VARIABLE, ATTEMPT_VARIABLE, STREAM_VARIABLE} | OF_TESTS
    read |= {parameter.envvar for command in cli.commands.values() for parameter in command.params}
    read |= {variable_of(name) for name in (*KINDS, *OF_NEEDS)}
    named = {
        (path.name, name)
        for path in PAGES
        for name in re.findall(r"\bINTEGRITY_[A-Z][A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }

    assert {(place, name) for place, name in named if name not in read} == set()
    assert len(named) >= 8
