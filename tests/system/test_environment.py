"""What of the host's environment reaches a unit's tests and the tools."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.errors import UnitFault
from integrity.model.outcome import ErrorKind
from integrity.settings import UnitSettings
from integrity.system.environment import tool_environment, unit_environment

HOST = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home/someone",
    "LC_ALL": "C.UTF-8",
    "https_proxy": "http://proxy",
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "AWS_SECRET_ACCESS_KEY": "x",
    "BILLING_URL": "host",
    "BILLING_MODE": "host",
    "PYTHONPATH": "/x",
    "PYTEST_ADDOPTS": "-x",
    "UV_PYTHON": "3.9",
    "UV_INDEX_URL": "https://index",
    "INTEGRITY_STREAM": "/x",
    "INTEGRITY_ATTEMPT": "1",
    "GIT_DIR": "/x/.git",
    "GIT_INDEX_FILE": "/x/index",
    "GIT_SSH_COMMAND": "ssh -v",
    "SSH_AUTH_SOCK": "/agent",
}


def environment(folder, host=None, files=None, **values):
    """The environment of a unit in `folder`/unit, whose files are written there."""
    unit = folder / "unit"
    unit.mkdir(exist_ok=True)
    for name, content in (files or {}).items():
        (unit / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return unit_environment(
        HOST if host is None else host, UnitSettings(env_file=tuple(files or ()), **values), unit, folder
    )


def fault(folder, files, **values):
    """The error that reading such env files raises."""
    with pytest.raises(UnitFault) as caught:
        environment(folder, files=files, **values)
    assert caught.value.error.kind is ErrorKind.CONFIG
    return caught.value.error.message


def test_only_allowed_variables_get_through(tmp_path):
    """Without configuration the tests see the fixed list and nothing else of the host."""
    expected = {name: HOST[name] for name in ("PATH", "HOME", "LC_ALL", "https_proxy", "CI")}

    assert environment(tmp_path) == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*HOST, "VIRTUAL_ENV", "PYTHONHASHSEED"]), st.sampled_from(["a", "/x", ""])))
def test_reserved_names_never_get_through(tmp_path, host):
    """Even `pass-env = ["*"]` passes no name of Python's, of uv's choice of Python or of the tool's own."""
    passed = environment(tmp_path, host=host, pass_env=("*",))

    reserved = {"PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV", "UV_PYTHON", "INTEGRITY_STREAM", "INTEGRITY_ATTEMPT"}
    assert set(passed) == set(host) - reserved


def test_later_source_wins(tmp_path):
    """Host, env files in order, passed variables, `env`: the later one holds."""
    host = {"HOME": "host", "BILLING_C": "passed", "BILLING_D": "passed"}
    files = {"a.env": "HOME=a\nX=a\nBILLING_C=a\nBILLING_D=a\n", "b.env": "X=b\n"}

    seen = environment(tmp_path, host=host, files=files, pass_env=("BILLING_*",), env={"BILLING_D": "env"})

    assert seen == {"HOME": "a", "X": "b", "BILLING_C": "passed", "BILLING_D": "env"}


def test_pass_env_passes_what_matches(tmp_path):
    """Names and globs of pass-env bring host variables in, case by case."""
    seen = environment(
        tmp_path, host={"BILLING_URL": "1", "billing_url": "2", "OTHER": "3"}, pass_env=("BILLING_?RL", "ABSENT")
    )

    assert seen == {"BILLING_URL": "1"}


def test_programs_of_an_active_virtual_environment_are_out_of_reach(tmp_path):
    """The host's virtual environment is neither named nor on PATH."""
    host = {"PATH": "/venv/bin:/usr/bin:/venv/bin/", "VIRTUAL_ENV": "/venv"}

    assert environment(tmp_path, host=host) == {"PATH": "/usr/bin"}


def test_env_file_is_read_as_dotenv_reads_it(tmp_path):
    """Comments, quotes, export, several lines and a byte order mark are understood; a bare name sets nothing."""
    text = "\ufeff# comment\nexport A=1 # note\nB='x # y'\nC=\"l1\nl2\"\nD=\nE\nF={}\nPYTHONPATH=src\nG='{\"a\": 1}'"

    seen = environment(tmp_path, host={}, files={"x.env": text})

    assert seen == {"A": "1", "B": "x # y", "C": "l1\nl2", "D": "", "F": "{}", "G": '{"a": 1}'}


def test_references_see_only_what_the_tests_see(tmp_path):
    """`${NAME}` is a value from above, of an earlier file, or of the host where it gets through."""
    files = {
        "a.env": "USER_=u\nURL=pg://${USER_}@${HOME}/${NONE:-db}\n",
        "b.env": "COPY=${URL}-${BILLING_URL}\nPRICE=$5\n",
    }

    seen = environment(tmp_path, files=files, pass_env=("BILLING_URL",))

    assert seen["URL"] == "pg://u@/home/someone/db"
    assert seen["COPY"] == "pg://u@/home/someone/db-host"
    assert seen["PRICE"] == "$5"


def test_reference_to_a_hidden_host_variable_is_a_fault(tmp_path):
    """A host variable that does not get through can't be read through a reference, nor is it silently empty."""
    message = fault(tmp_path, {"x.env": "A=1\n\n\nB=${AWS_SECRET_ACCESS_KEY}\n"})

    assert message == "unit/x.env:4: B refers to AWS_SECRET_ACCESS_KEY, which nothing sets."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"A=1\nB=\xff\n", "unit/x.env:2: the env file is not UTF-8."),
        (b"A=1\n\nB='open\n", "unit/x.env:3: this is no line of an env file."),
        (b"A=a\x00b\n", "unit/x.env:1: A holds a NUL character, which no environment can hold."),
    ],
    ids=["encoding", "syntax", "nul"],
)
def test_env_file_that_cannot_be_understood_is_a_fault(tmp_path, content, message):
    """What python-dotenv would skip or mangle is an error of the unit, with its line."""
    assert fault(tmp_path, {"x.env": content}) == message


@pytest.mark.parametrize("name", ["absent.env", "sub"])
def test_env_file_that_is_no_file_is_a_fault(tmp_path, name):
    """A missing file and a folder are named."""
    (tmp_path / "unit" / "sub").mkdir(parents=True)

    with pytest.raises(UnitFault, match=rf"the env file unit/{name} (does not exist|is not a file)"):
        unit_environment({}, UnitSettings(env_file=(name,)), tmp_path / "unit", tmp_path)


@pytest.mark.parametrize("name", ["../../outside.env", "link.env"])
def test_env_file_outside_of_the_repository_is_a_fault(tmp_path, name):
    """Neither `..` nor a link leads an env file out of the repository."""
    unit = tmp_path / "root" / "unit"
    unit.mkdir(parents=True)
    (tmp_path / "outside.env").write_text("A=1\n", encoding="utf-8")
    (unit / "link.env").symlink_to(tmp_path / "outside.env")

    with pytest.raises(UnitFault, match="leads out of the repository"):
        unit_environment({}, UnitSettings(env_file=(name,)), unit, tmp_path / "root")


def test_tools_see_index_and_credentials_but_no_choice_of_python():
    """Uv and git get the user's index, proxy and ssh settings; nothing points them at another project or repository."""
    host = {
        **HOST,
        "UV_PROJECT_ENVIRONMENT": "/x",
        "UV_SYSTEM_PYTHON": "1",
        "VIRTUAL_ENV": "/v",
        "XDG_CACHE_HOME": "/c",
        "UV_INDEX_A_PASSWORD": "p",
    }

    seen = tool_environment(host)

    assert set(seen) == {
        *("PATH", "HOME", "LC_ALL", "https_proxy", "CI", "UV_INDEX_URL", "UV_INDEX_A_PASSWORD"),
        *("GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "XDG_CACHE_HOME", "GIT_TERMINAL_PROMPT"),
    }


def test_git_asks_nobody_unless_told():
    """Git never waits for a person at the terminal, unless the host's own setting says so."""
    assert tool_environment({})["GIT_TERMINAL_PROMPT"] == "0"
    assert tool_environment({"GIT_TERMINAL_PROMPT": "1"})["GIT_TERMINAL_PROMPT"] == "1"
