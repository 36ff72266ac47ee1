"""What is wrong with values inside of needs and serve, and in which words."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrity.settings.option import Scope
from integrity.settings.service_keys import SERVE_KEYS
from integrity.settings.values import problems, value_problems

OWN = {"image": "x:1", "port": 1, "ready": {"tcp": 1}}


def need(**keys):
    """A unit's table with one need of these keys."""
    return {"needs": {"db": {name.replace("_", "-"): value for name, value in keys.items()}}}


def ready(**keys):
    """A unit's table with one need that is ready so."""
    return need(**{**OWN, "ready": keys})


def serve(**keys):
    """A unit's table with one process."""
    return {"serve": {"command": "x", **{name.replace("_", "-"): value for name, value in keys.items()}}}


@pytest.mark.parametrize(
    ("table", "path", "words"),
    [
        ({"needs": 3}, (), "needs has to be a list of strings, or a table, not 3"),
        ({"needs": "redis"}, (), 'Write needs = ["redis"].'),
        ({"needs": [{"kind": "redis"}]}, (0,), 'needs has to be a kind, with a tag or without one, such as "postgres:17"'),
        ({"needs": ["library/redis:7"]}, (0,), "Any other image stands in a table: [tool.integrity.needs.NAME]"),
        ({"needs": ["redis:"]}, (0,), '"redis:" in needs is not a kind'),
        ({"needs": ["redis:"]}, (0,), 'Write "redis", or a tag behind the colon.'),
        ({"needs": {"1db": "7"}}, ("1db",), "\"1db\" in needs is not a name: letters, digits, '-' and '_'"),
        ({"needs": {"redis": 7}}, ("redis",), 'Write it in quotes: redis = "7"'),
        ({"needs": {"redis": 3.1}}, ("redis",), "(TOML reads 3.10 as 3.1)"),
        ({"needs": {"db": "postgres:17"}}, ("db",), 'write db = { kind = "…", image = "postgres:17" }'),
        ({"needs": {"db": True}}, ("db",), 'needs.db has to be a tag such as "17", or a table, not true'),
        (need(imag="x:1"), ("db", "imag"), "needs.db: unknown key \"imag\". Did you mean 'image'?"),
        (need(volumes=["x"]), ("db", "volumes"), "The keys are: kind, unit, external, image"),
        (need(image="mongo"), ("db", "image"), 'names neither a tag nor a digest. Name the tag that you mean, such as "mongo:1"'),
        (need(image="host:5000/x"), ("db", "image"), "names neither a tag nor a digest"),
        (need(image="Mongo:1"), ("db", "image"), "is not an image with its tag or digest"),
        (need(memory="512"), ("db", "memory"), 'megabytes or gigabytes, such as "512m" or "2g"'),
        (need(memory=512), ("db", "memory"), "not 512"),
        (need(isolation="own"), ("db", "isolation"), 'needs.db: isolation has to be "shared" or "server", not "own"'),
        (need(pull="no"), ("db", "pull"), '"missing" or "always" or "never"'),
        (need(timeout=0), ("db", "timeout"), "more than 0"),
        (need(port=70000), ("db", "port"), "a whole number from 1 to 65535, not 70000"),
        (need(env_var="A-B"), ("db", "env-var"), "is not a variable's name"),
        (need(env_var="PYTHONPATH"), ("db", "env-var"), "never reaches a unit's tests"),
        (need(env={"A": "{hots}"}), ("db", "env", "A"), "{hots} in env is no placeholder. Did you mean 'host'?"),
        (need(env={"A": "{host!r}"}), ("db", "env", "A"), "{host!r} in env is no placeholder."),
        (need(env={"A": "{port:http}"}), ("db", "env", "A"), "{port:http} in env is no placeholder"),
        (need(env={"A": "{"}), ("db", "env", "A"), "has a { without its other half. Known are {host}"),
        (need(env={"A": "{a}}"}), ("db", "env", "A"), "{a} in env is no placeholder"),
        (need(env={"A": 1}), ("db", "env", "A"), 'Write it in quotes: A = "1"'),
        (need(environment={"A=B": "x"}), ("db", "environment", "A=B"), "without '=' and spaces"),
        (need(url="http://{hsot}"), ("db", "url"), "Did you mean 'host'?"),
        (need(url=""), ("db", "url"), "is not a URL"),
        (need(command="a 'b"), ("db", "command"), "a quote or a backslash ends nowhere. Write it as a list of strings"),
        (need(command=" "), ("db", "command"), "it is blank"),
        (need(command=[]), ("db", "command"), "command is empty"),
        (need(command=["a", 1]), ("db", "command", 1), "command has to be"),
        (need(command=["a", "{x}"]), ("db", "command", 1), "{x} in command is no placeholder"),
        (need(external="nowhere"), ("db", "external"), "what stands in external is not a URL"),
        (need(init=[]), ("db", "init"), "empty list"),
        (need(init="/etc/x.sql"), ("db", "init", 0), "a file or folder of the repository"),
        (need(unit="a b"), ("db", "unit"), "the name or path of a unit"),
        (need(**{**OWN, "ready": "/health"}), ("db", "ready"), 'a table such as { http = "/health" }, not "/health"'),
        (ready(), ("db", "ready"), "exactly one of http, tcp, log, exec, health; it holds none"),
        (ready(http="/", tcp=1), ("db", "ready"), "it holds http and tcp"),
        (ready(http="health"), ("db", "ready", "http"), 'needs.db.ready: "health" in http is not a path that starts with'),
        (ready(log="("), ("db", "ready", "log"), "is no regular expression: missing )"),
        (ready(health=False), ("db", "ready", "health"), "health has to be true, not false"),
        (ready(tcp=1, port=2), ("db", "ready", "port"), "needs.db.ready: port says only of http which port is asked"),
        ({"serve": 3}, (), "serve has to be a table with a command, or a table of such tables"),
        ({"serve": {"ready": {"http": "/"}}}, (), "serve has no command. Add what starts it"),
        ({"serve": {"web": {}}}, ("web",), "serve.web has no command"),
        ({"serve": {"comand": "x"}}, ("comand",), "serve: unknown key \"comand\". Did you mean 'command'?"),
        (serve(ready={"tcp": 1}, command="x"), ("ready", "tcp"), 'serve.ready: unknown key "tcp"'),
        (serve(command="x {url}"), ("command",), "{url} in command is no placeholder"),
        (serve(command="x --json={}"), ("command",), "a brace that stands for itself is doubled"),
        (serve(before=["a", "'"]), ("before", 1), "is not a command, its quotes closed"),
        (serve(url="{port:80}"), ("url",), "{port:80} in url is no placeholder"),
    ],
)  # fmt: skip
def test_wrong_value_is_named_in_words(table, path, words):
    """Each wrong value is told once at its own path, says which table it stands in and what it has to be."""
    found = {problem.path: f"{problem.message} {problem.hint}" for problem in problems(table, Scope.UNIT)}

    assert words in found[(next(iter(table)), *path)]


def test_every_problem_of_a_table_is_found():
    """Several problems in several tables are all told."""
    table = {"needs": {"a": {"port": 0, "x": 1}, "b": 3}, "serve": {"web": {"timeout": 0}}}

    assert [problem.path for problem in problems(table, Scope.UNIT)] == [
        ("needs", "a", "port"),
        ("needs", "a", "x"),
        ("needs", "b"),
        ("serve", "web", "timeout"),
        ("serve", "web"),
    ]


@given(st.text("ab '\"\\", max_size=8))
@example("a\\")
@example('"a\\"')
def test_command_is_judged_as_it_is_split(text):
    """A string is refused as a command if and only if it can't be split, or is blank."""
    command = next(key for key in SERVE_KEYS if key.name == "command")
    try:
        is_command = bool(shlex.split(text))
    except ValueError:
        is_command = False

    assert (not list(value_problems(command, text))) == is_command
