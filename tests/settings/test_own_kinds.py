"""Kinds that the root describes."""

from __future__ import annotations

import pytest

from integrity.errors import ConfigError
from integrity.model.need import Isolation, Kind, Ready, ReadyBy
from integrity.settings import load_root
from integrity.settings.kinds import KINDS
from tests.monorepo import make_monorepo
from tests.settings.configured import fault_of, needs_of

MONGODB = """
[tool.integrity.kinds.mongodb]
image = "team/mongo:8"
port = 27017
ready = { exec = "mongosh --eval 1" }
url = "mongodb://{user}:{password}@{host}:{port}"
env-var = "MONGODB_URL"
env = { MONGODB_HOST = "{host}" }
environment = { MONGO_INITDB_ROOT_PASSWORD = "{password}" }
command = "--quiet"
isolation = "shared"
memory = "1g"
"""


def test_kind_of_the_root_is_used_like_one_that_ships(tmp_path):
    """A unit names it with a tag; everything that the root says of it holds."""
    need = needs_of(tmp_path, 'needs = ["mongodb:7"]', top=MONGODB)["mongodb"]

    assert need.kind == Kind(
        name="mongodb",
        image="team/mongo:8",
        port=27017,
        ready=Ready(by=ReadyBy.EXEC, command=("mongosh", "--eval", "1")),
        url="mongodb://{user}:{password}@{host}:{port}",
        variables={"MONGODB_URL": "{url}", "MONGODB_HOST": "{host}"},
        environment={"MONGO_INITDB_ROOT_PASSWORD": "{password}"},
        command=("--quiet",),
        isolation=Isolation.SHARED,
        memory="1g",
    )
    assert (need.image, need.version, need.isolation) == ("team/mongo:7", "7", Isolation.SHARED)
    assert need.variables == need.kind.variables


def test_units_share_one_value_of_a_kind(tmp_path):
    """Two needs of an own kind are of the same kind, so that their servers can be the same."""
    needs = needs_of(tmp_path, 'needs.a = { kind = "mongodb" }\nneeds.b = { kind = "mongodb" }', top=MONGODB)

    assert needs["a"].kind is needs["b"].kind
    assert set(needs["b"].variables) == {"B_MONGODB_URL", "B_MONGODB_HOST"}


def test_root_knows_all_kinds(tmp_path):
    """The root's kinds stand beside those that ship."""
    make_monorepo(tmp_path, {"pyproject.toml": MONGODB})

    assert set(load_root(tmp_path, environ={}, flags={}).kinds) == {*KINDS, "mongodb"}


@pytest.mark.parametrize(
    ("table", "place", "words"),
    [
        ("[tool.integrity.kinds.postgres]\n", 1, '"postgres" in kinds is a name that is taken'),
        ("[tool.integrity.kinds.unit]\n", 1, '"unit" in kinds is a name that is taken'),
        ("[tool.integrity]\nkinds.x = 3\n", 2, "kinds.x has to be a table, not 3"),
        ("[tool.integrity]\nkinds = []\n", 2, "kinds has to be a table of tables, not a list"),
        (MONGODB.replace("port = 27017\n", ""), 1, "kinds.mongodb has no port. Add the port"),
        (MONGODB.replace("memory", "memry"), 11, "kinds.mongodb: unknown key \"memry\". Did you mean 'memory'?"),
        (MONGODB.replace('url = "', 'url = "{url}'), 5, "{url} in url is no placeholder"),
        (MONGODB.replace("url = ", "# "), 1, "kinds.mongodb gives the tests a URL and has no url. Add how"),
    ],
)
def test_wrong_kind_is_an_error_of_the_root(tmp_path, table, place, words):
    """What is wrong with a kind ends the command, with file and line."""
    make_monorepo(tmp_path, {"pyproject.toml": table})

    with pytest.raises(ConfigError) as caught:
        load_root(tmp_path, environ={}, flags={})

    told = f"{caught.value.message} {caught.value.hint}"
    assert words in told
    assert f"pyproject.toml:{place}: " in told


def test_need_can_give_a_kind_without_url_none(tmp_path):
    """Where the kind of the root has no URL, a need can't ask for it."""
    bare = '[tool.integrity.kinds.x]\nimage = "x:1"\nport = 1\nready = { tcp = 1 }\nenv = { X = "{host}" }\n'

    told = fault_of(tmp_path, 'needs.x = { env-var = "Y" }', top=bare)

    assert "needs.x gives the tests a URL, and the kind x has no url" in told
    assert "[tool.integrity.kinds.x]" in told
