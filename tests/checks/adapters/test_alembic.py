"""Alembic as it really compares, with SQLite, at the oldest and the newest version."""

from __future__ import annotations

import pytest

from tests.checks import harness

ENV = """from alembic import context
from sqlalchemy import create_engine, pool

from shop import Base

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """import sqlalchemy as sa
from alembic import op

revision = "1a"
down_revision = None


def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(9)))


def downgrade():
    op.drop_table("orders")
"""
MODELS = """from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    name = Column(String(9))
"""
VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])


def run(folder, request, version, models=MODELS, table="apply = true\n", **variables):
    files = {
        "pyproject.toml": f"[tool.integrity.checks.migrations]\n{table}",
        "alembic.ini": "[alembic]\nscript_location = %(here)s/db\n",
        "db/env.py": ENV,
        "db/versions/first.py": REVISION,
        "shop.py": models,
    }
    variables = variables or {"DATABASE_URL": f"sqlite:///{folder}/shop.db"}
    return harness.run_tests(harness.write(folder, files), request.getfixturevalue(version), **variables)


def told(found):
    return sorted((each["code"], each["entry"]) for each in found)


@VERSIONS
def test_models_that_are_migrated_are_silent(tmp_path, request, version):
    """The migrations are applied where that is asked for, and then nothing differs; a second run is silent too."""
    assert told(run(tmp_path, request, version)[0]) == []
    assert told(run(tmp_path, request, version, table="")[0]) == []


@VERSIONS
def test_every_difference_is_told(tmp_path, request, version):
    """A new table, a new column and a changed column are findings of their own."""
    models = MODELS.replace("String(9))", "String(9), nullable=False)") + (
        "    price = Column(Integer)\n\n\nclass Offer(Base):\n    __tablename__ = 'offers'\n    id = Column(Integer, primary_key=True)\n"
    )

    found, output = run(tmp_path, request, version, models)

    assert told(found) == [
        ("MIG101", "add_column orders.price"),
        ("MIG101", "add_table offers"),
        ("MIG101", "modify_nullable orders.name"),
    ], output


@VERSIONS
def test_database_behind_is_red(tmp_path, request, version):
    """Without `apply`, a database that lacks migrations can't be compared; the hint says what to do."""
    found, output = run(tmp_path, request, version, table="")

    assert told(found) == [("MIG101", "alembic.ini")]
    assert "not up to date" in output
    assert "apply = true" in output


@VERSIONS
def test_missing_variable_is_red(tmp_path, request, version):
    """Without a database nothing is compared, and that is never green."""
    found, output = run(tmp_path, request, version, table='url-env = "SHOP_URL"\n', OTHER="x")

    assert told(found) == [("MIG101", "alembic.ini")]
    assert "SHOP_URL is not set" in output


@VERSIONS
@pytest.mark.parametrize(
    "url", ["nonsense-s3cret", "postgresql+nothing://user:s3cret@host/name", "sqlite:////no/s3cret/x.db"]
)
def test_url_is_never_shown(tmp_path, request, version, url):
    """Whatever a driver says of a URL that doesn't work, neither it nor its password is in the output."""
    found, output = run(tmp_path, request, version, DATABASE_URL=url)

    assert told(found) == [("MIG101", "alembic.ini")]
    assert "s3cret" not in output
