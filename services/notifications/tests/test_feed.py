"""Reading catalog's feed."""

import httpx
import pytest
from contracts import Event
from notifications.feed import events_after
from notifications.settings import NotificationSettings


def test_feed_is_read_page_after_page(settings: NotificationSettings, event: Event) -> None:
    """Reading ends at the first empty page; each request names the last position seen."""
    pages = {"2": [3, 5], "5": [6], "6": []}
    requests = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        page = pages[request.url.params["after"]]
        entries = [{"position": position, "event": event.to_document()} for position in page]
        return httpx.Response(200, json={"events": entries})

    read = list(events_after(2, settings, httpx.MockTransport(answer)))

    assert read == [(3, event), (5, event), (6, event)]
    assert requests[0].url.path == "/events"
    assert requests[0].headers["Authorization"] == "Bearer placeholder"


def test_refusal_is_an_error(settings: NotificationSettings) -> None:
    """A wrong token must not look like a feed without news."""
    refusing = httpx.MockTransport(lambda _: httpx.Response(401))

    with pytest.raises(httpx.HTTPStatusError):
        list(events_after(0, settings, refusing))
