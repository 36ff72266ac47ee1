"""How servers are told how many units share them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrity.backing.server import Spec
from integrity.backing.tuning import max_connections, tuned_command
from integrity.model.need import Pull
from integrity.settings.kinds import KINDS

POSTGRES = Spec(kind=KINDS["postgres"], image="postgres:17", pull=Pull.MISSING, leases=20)


@pytest.mark.parametrize(("leases", "connections"), [(1, 100), (2, 140), (20, 1220), (100, 2000)])
def test_connections_grow_with_units_within_bounds(leases, connections):
    """Few units get what PostgreSQL allows by itself, many get 60 each, and memory bounds it."""
    assert max_connections(leases) == connections


def test_postgres_gets_room_behind_its_own_command():
    """The option is added to the kind's command, or to the need's own."""
    assert tuned_command(POSTGRES) == (*KINDS["postgres"].command, "-c", "max_connections=1220")
    assert tuned_command(replace(POSTGRES, command=("-c", "x=1"))) == ("-c", "x=1", "-c", "max_connections=1220")


def test_mysql_gets_room_too():
    """Its own number is soon used up by units that may have 50 each."""
    assert tuned_command(replace(POSTGRES, kind=KINDS["mysql"])) == ("--max-connections=1220",)


def test_given_number_of_connections_stays():
    """Who sets it knows why."""
    command = ("-c", "max_connections=7")

    assert tuned_command(replace(POSTGRES, command=command)) == command
    mysql = replace(POSTGRES, kind=KINDS["mysql"], command=("--max-connections=7",))
    assert tuned_command(mysql) == ("--max-connections=7",)


def test_other_kinds_keep_their_command():
    """Only databases count connections so tightly."""
    redis = replace(POSTGRES, kind=KINDS["redis"])

    assert tuned_command(redis) == KINDS["redis"].command
