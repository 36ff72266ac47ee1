"""Alembic's entry: runs the migrations over a given connection, or the service's database."""

from alembic import context
from catalog.models import Base
from catalog.settings import CatalogSettings
from contracts import ServiceName
from settings_kit import load
from sqlalchemy import Connection, NullPool, create_engine


def run(connection: Connection) -> None:
    """Run what is due in one transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def run_offline(url: str) -> None:
    """Write the SQL of what is due, for ``alembic upgrade --sql``."""
    context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database_url = load(CatalogSettings, ServiceName.CATALOG).database_url
    if context.is_offline_mode():
        run_offline(database_url)
    else:
        with create_engine(database_url, poolclass=NullPool).connect() as opened:
            run(opened)
