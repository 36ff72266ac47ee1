"""The Flask application: ``flask --app catalog.app run``."""

import logging
from dataclasses import dataclass

from contracts import ERRORS, ErrorCode, ServiceName, problem
from flask import Flask, Response
from flask.json import dumps
from settings_kit import load
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException

from catalog.endpoints import blueprint
from catalog.products import RefusedError
from catalog.settings import CatalogSettings

CONNECT_TIMEOUT_S = 3

HTTP_CODES = {
    400: ErrorCode.INVALID_REQUEST,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
}
"""The codes of the answers that Flask itself gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the endpoints work with; found in ``app.extensions["catalog"]``."""

    settings: CatalogSettings
    engine: Engine
    sessions: sessionmaker[Session]


def create_app(settings: CatalogSettings | None = None, engine: Engine | None = None) -> Flask:
    """Return the application, configured from the environment unless told otherwise.

    No connection is opened: the service starts, and is unhealthy, without its database.
    """
    settings = settings or load(CatalogSettings, ServiceName.CATALOG)
    engine = engine or create_engine(
        settings.database_url,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )
    logging.basicConfig(level=settings.log_level.value)
    app = Flask("catalog", static_folder=None)
    app.extensions["catalog"] = Resources(settings=settings, engine=engine, sessions=sessionmaker(engine))
    app.register_blueprint(blueprint)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    return app


def _refused(error: RefusedError) -> Response:
    return _problem(error.code, str(error))


def _http_error(error: HTTPException) -> Response | HTTPException:
    code = HTTP_CODES.get(error.code or 0)
    return _problem(code, "") if code else error


def _problem(code: ErrorCode, detail: str) -> Response:
    body = dumps(problem(code, detail))
    return Response(body, ERRORS[code].status.value, mimetype="application/problem+json")
