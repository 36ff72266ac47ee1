"""The HTTP endpoints. Which there are is promised to the other services in ``contracts``."""

import hmac
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from contracts import ErrorCode
from flask import Blueprint, current_app, request

from catalog import products
from catalog.health import database_answers
from catalog.models import Product
from catalog.products import FIELDS, RefusedError
from catalog.states import ProductState

if TYPE_CHECKING:  # the application imports this module
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from catalog.app import Resources

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

blueprint = Blueprint("catalog", __name__)


def _resources() -> "Resources":
    return current_app.extensions["catalog"]


def _transaction() -> "AbstractContextManager[Session]":
    return _resources().sessions.begin()


def services_only(
    view: "Callable[Parameters, Answer]",
) -> "Callable[Parameters, Answer]":
    """Refuse callers that do not know the service token."""

    @wraps(view)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        expected = f"Bearer {_resources().settings.service_token.get_secret_value()}"
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise RefusedError(ErrorCode.UNAUTHENTICATED, "")
        return view(*args, **kwargs)

    return checked


@blueprint.get("/health")
def health() -> dict[str, str]:
    """Answer 200 when the database answers, else 503."""
    if not database_answers(_resources().engine):
        raise RefusedError(ErrorCode.DATABASE_UNAVAILABLE, "")
    return {"status": "ok"}


@blueprint.get("/products")
def list_products() -> dict[str, object]:
    """List what can be bought, by SKU; ``?after=`` takes the last SKU of the page before."""
    page_size = _resources().settings.page_size
    with _transaction() as session:
        page = products.published_products(session, page_size, request.args.get("after", ""))
        return {"products": [_document(product) for product in page]}


@blueprint.post("/products")
@services_only
def add_product() -> tuple[dict[str, str], int]:
    """Add a draft."""
    values = request.get_json(silent=True)
    if not isinstance(values, dict):
        raise RefusedError(ErrorCode.INVALID_REQUEST, "wanted: a JSON object")
    with _transaction() as session:
        return _document(products.add_product(session, values)), 201


@blueprint.get("/products/<sku>")
def get_product(sku: str) -> dict[str, str]:
    """Show one product, whatever its state."""
    with _transaction() as session:
        return _document(products.find_product(session, sku))


@blueprint.post("/products/<sku>/publish")
@services_only
def publish_product(sku: str) -> dict[str, str]:
    """Put a draft on offer."""
    return _moved(sku, ProductState.PUBLISHED)


@blueprint.post("/products/<sku>/retire")
@services_only
def retire_product(sku: str) -> dict[str, str]:
    """Take a product off the offer, for good."""
    return _moved(sku, ProductState.RETIRED)


@blueprint.get("/events")
@services_only
def list_events() -> dict[str, object]:
    """List what happened since ``?after=<position>``, oldest first."""
    after = request.args.get("after", "0")
    if not after.isdecimal():
        raise RefusedError(ErrorCode.INVALID_REQUEST, "after: a whole number")
    with _transaction() as session:
        page = products.events_after(session, int(after), _resources().settings.page_size)
        return {"events": [{"position": e.position, "event": e.event} for e in page]}


def _moved(sku: str, state: ProductState) -> dict[str, str]:
    with _transaction() as session:
        return _document(products.move_product(session, sku, state))


def _document(product: Product) -> dict[str, str]:
    return {field: getattr(product, field) for field in (*FIELDS, "state")}
