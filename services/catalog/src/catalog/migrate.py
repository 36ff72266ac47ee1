"""The ``catalog-migrate`` command: brings the database to the newest schema."""

from alembic import command
from alembic.config import Config


def migrations() -> Config:
    """Return Alembic's configuration for the migrations that are shipped with the package."""
    config = Config()
    config.set_main_option("script_location", "catalog:migrations")
    return config


def main() -> None:
    """Upgrade the database that the environment names."""
    command.upgrade(migrations(), "head")
