"""SQLAlchemy's tables as they really are, at the oldest and the newest version."""

from __future__ import annotations

import pytest

from tests.checks import harness

BEGIN = """import enum

from sqlalchemy import Column, Enum, Index, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class State(enum.Enum):
    NEW = "new"
    PAID = "paid"


def stored(kind):
    return [each.value for each in kind]


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    kind = Column(String(20))
    state = Column(Enum(State), default=State.NEW)
    value = Column(Enum(State, values_callable=stored), default=State.PAID, server_default="new")
    number = Column(String(3), default=lambda: "far too long")
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "order"}


class Special(Order):
    __mapper_args__ = {"polymorphic_identity": "special"}
"""
VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])


def run(folder, request, version, source, base="shop:Base"):
    files = {"pyproject.toml": f'[tool.integrity.checks.models]\nbase = "{base}"\n', "shop.py": BEGIN + source}
    return harness.run_tests(harness.write(folder, files), request.getfixturevalue(version))


def told(found):
    return sorted((each["code"], each["entry"]) for each in found)


@VERSIONS
def test_whole_metadata_is_silent(tmp_path, request, version):
    """Members of an Enum as default, values_callable, callables and single-table inheritance are no findings."""
    found, output = run(tmp_path, request, version, "")

    assert found == [], output


@VERSIONS
def test_defaults_are_judged_as_they_are_stored(tmp_path, request, version):
    """A computed default outside the Enum's names, and one that is too long for its String, each at its line."""
    source = (
        "\n\nclass Offer(Base):\n    __tablename__ = 'offers'\n    id = Column(Integer, primary_key=True)\n"
        "    state = Column(Enum(State), server_default=str('new'))\n    number = Column(String(2), default=str(100))\n"
    )

    found, output = run(tmp_path, request, version, source)

    assert told(found) == [("MIG104", "shop.Offer.number default"), ("MIG104", "shop.Offer.state default")], output
    assert sorted(each["places"][0]["line"] for each in found) == [
        len(BEGIN.splitlines()) + 6,
        len(BEGIN.splitlines()) + 7,
    ]


@VERSIONS
def test_names_of_indexes_are_unique_in_a_schema(tmp_path, request, version):
    """An index and a unique constraint of one computed name clash; in another schema they don't."""
    source = (
        "\n\nname = 'by' + '_number'\nIndex(name, Order.__table__.c.number)\n"
        "Table('other', Base.metadata, Column('a', Integer), UniqueConstraint('a', name=name))\n"
        "Table('third', Base.metadata, Column('a', Integer), UniqueConstraint('a', name=name), schema='x')\n"
    )

    found, output = run(tmp_path, request, version, source)

    assert told(found) == [("MIG106", "by_number")], output


@VERSIONS
def test_metadata_alone_is_enough(tmp_path, request, version):
    """A MetaData without classes is examined too; anything else is red, and says what to pass."""
    source = "\n\nmetadata = MetaData()\nTable('a', metadata, Column('b', String(1), default='x' * 2))\n"

    assert told(run(tmp_path, request, version, source, "shop:metadata")[0]) == [("MIG104", "a.b default")]
    found, output = run(tmp_path / "other", request, version, source, "shop:State")
    assert {each["code"] for each in found} == {"REG002"}
    assert "Name the declarative base" in output
