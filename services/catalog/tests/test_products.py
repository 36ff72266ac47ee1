"""Products and their feed, as other services meet them."""

import pytest
from contracts import Event, EventType
from flask.testing import FlaskClient

BOOK = {"sku": "b-1", "name": "Notes", "email": "ada@example.org", "category": "book"}


def test_draft_is_not_on_offer_until_published(client: FlaskClient) -> None:
    """The list shows what can be bought, and nothing else."""
    added = client.post("/products", json=BOOK)
    before = client.get("/products").json

    client.post("/products/b-1/publish")

    assert (added.status_code, added.json) == (201, BOOK | {"state": "draft"})
    assert before == {"products": []}
    assert client.get("/products").json == {"products": [BOOK | {"state": "published"}]}


def test_event_is_in_the_feed_once(client: FlaskClient) -> None:
    """A refused change tells of nothing; reading on from the last position finds nothing."""
    client.post("/products", json=BOOK)
    published = client.post("/products/b-1/publish")
    again = client.post("/products/b-1/publish")

    (entry,) = client.get("/events").json["events"]

    assert (published.status_code, again.status_code) == (200, 409)
    assert again.json["code"] == "state-conflict"
    assert Event.from_document(entry["event"]).type == EventType.PRODUCT_PUBLISHED
    assert client.get(f"/events?after={entry['position']}").json == {"events": []}


def test_pages_follow_each_other(client: FlaskClient) -> None:
    """The last SKU of a page is where the next one starts."""
    for number in (3, 1, 2):
        client.post("/products", json=BOOK | {"sku": f"b-{number}"})
        client.post(f"/products/b-{number}/publish")

    first = [product["sku"] for product in client.get("/products").json["products"]]
    second = [product["sku"] for product in client.get("/products?after=b-2").json["products"]]

    assert (first, second) == (["b-1", "b-2"], ["b-3"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([], 400, "invalid-request"),
        (BOOK | {"category": "yacht"}, 400, "invalid-request"),
        (BOOK | {"price": "1"}, 400, "invalid-request"),
        (BOOK, 409, "already-exists"),
    ],
    ids=["not an object", "unknown category", "unknown field", "known product"],
)
def test_product_that_cannot_be_is_refused(client: FlaskClient, body: object, status: int, code: str) -> None:
    """Each refusal is a problem document with a code of its own."""
    client.post("/products", json=BOOK)

    answer = client.post("/products", json=body)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/products/none", "/nowhere"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    """A missing product and a missing route are answered alike."""
    assert client.get(path).json["code"] == "not-found"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/products"), ("POST", "/products/b-1/retire"), ("GET", "/events")],
)
def test_stranger_is_refused(stranger: FlaskClient, method: str, path: str) -> None:
    """Writing, and the feed with its addresses, are for services only."""
    assert stranger.open(path, method=method).status_code == 401
