"""What can be done with products. The caller's transaction holds all of it."""

from collections.abc import Mapping, Sequence

from contracts import ErrorCode, Event
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import OutboxEntry, Product
from catalog.states import INITIAL, STATE_EVENTS, TRANSITIONS, Category, ProductState

FIELDS = ("sku", "name", "email", "category")
FEED_LOCK = 0x6F75_7462
"""The key of PostgreSQL's advisory lock on the end of the feed."""


class RefusedError(Exception):
    """A request that cannot be granted, with the code that says why."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        """Keep the code for the answer."""
        super().__init__(detail)
        self.code = code


def add_product(session: Session, values: Mapping[str, object]) -> Product:
    """Add a draft. ``values`` holds exactly ``FIELDS``, each of them text."""
    if set(values) != set(FIELDS) or not all(isinstance(v, str) and v for v in values.values()):
        raise RefusedError(ErrorCode.INVALID_REQUEST, f"wanted as text: {', '.join(FIELDS)}")
    if values["category"] not in list(Category):
        raise RefusedError(ErrorCode.INVALID_REQUEST, f"category: one of {', '.join(Category)}")
    if session.get(Product, values["sku"]) is not None:
        raise RefusedError(ErrorCode.ALREADY_EXISTS, f"there is a product {values['sku']}")
    product = Product(**values, state=INITIAL.value)
    session.add(product)
    return product


def published_products(session: Session, page_size: int, after: str) -> Sequence[Product]:
    """Return the next published products whose SKU sorts behind ``after``."""
    query = select(Product).where(Product.state == ProductState.PUBLISHED, Product.sku > after)
    return session.scalars(query.order_by(Product.sku).limit(page_size)).all()


def find_product(session: Session, sku: str) -> Product:
    """Return a product in whatever state; raise RefusedError when there is none."""
    product = session.get(Product, sku, with_for_update=True)
    if product is None:
        raise RefusedError(ErrorCode.NOT_FOUND, f"no product {sku}")
    return product


def move_product(session: Session, sku: str, state: ProductState) -> Product:
    """Change a product's state, and write the event that tells of it."""
    product = find_product(session, sku)
    if state not in TRANSITIONS[ProductState(product.state)]:
        raise RefusedError(ErrorCode.STATE_CONFLICT, f"what is {product.state} cannot become {state}")
    product.state = state.value
    payload = {"email": product.email, "sku": product.sku, "name": product.name}
    _append_to_feed(session, Event(type=STATE_EVENTS[state], payload=payload))
    return product


def events_after(session: Session, position: int, page_size: int) -> Sequence[OutboxEntry]:
    """Return the next entries of the feed behind ``position``, oldest first."""
    query = select(OutboxEntry).where(OutboxEntry.position > position)
    return session.scalars(query.order_by(OutboxEntry.position).limit(page_size)).all()


def _append_to_feed(session: Session, event: Event) -> None:
    # Writers take turns until they commit. Otherwise a later position could be visible before an
    # earlier one, and who reads on from it would never see the earlier.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(FEED_LOCK)))
    session.add(OutboxEntry.of(event))
