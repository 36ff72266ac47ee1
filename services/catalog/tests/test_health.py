"""What the health endpoint answers, and when."""

from catalog.app import create_app
from catalog.settings import CatalogSettings
from flask.testing import FlaskClient
from sqlalchemy import create_engine


def test_service_is_well_while_the_database_answers(stranger: FlaskClient) -> None:
    """Health needs no token."""
    assert stranger.get("/health").json == {"status": "ok"}


def test_service_without_database_says_so(settings: CatalogSettings) -> None:
    """The application starts without its database, and answers 503."""
    away = create_engine("sqlite:////nonexistent/catalog.sqlite3")

    answer = create_app(settings, away).test_client().get("/health")

    assert (answer.status_code, answer.json["code"]) == (503, "database-unavailable")
