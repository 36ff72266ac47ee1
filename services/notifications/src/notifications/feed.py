"""Reading catalog's feed of events."""

from collections.abc import Iterator

import httpx
from contracts import Event, endpoint

from notifications.settings import NotificationSettings

FEED = endpoint("catalog.list_events")
TIMEOUT_S = 10


def events_after(
    position: int, settings: NotificationSettings, transport: httpx.BaseTransport | None = None
) -> Iterator[tuple[int, Event]]:
    """Yield the events behind ``position`` with their own, oldest first, page after page.

    Raises httpx.HTTPError when catalog does not answer as promised; what was yielded stands.
    """
    with httpx.Client(
        base_url=str(settings.catalog_url),
        headers={"Authorization": f"Bearer {settings.service_token.get_secret_value()}"},
        timeout=TIMEOUT_S,
        transport=transport,
    ) as client:
        while page := _page(client, position):
            for entry in page:
                position = int(entry["position"])
                yield position, Event.from_document(entry["event"])


def _page(client: httpx.Client, position: int) -> list[dict]:
    answer = client.request(FEED.method, FEED.path, params={"after": position})
    return answer.raise_for_status().json()["events"]
