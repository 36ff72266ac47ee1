"""From an event to the mail that tells of it, once."""

from collections.abc import Iterator
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread

import pytest
from celery import Celery
from conftest import ForgetfulMemory
from contracts import Event, EventType, RemoteTask
from notifications import tasks
from notifications.assembly import create_worker
from notifications.mail import mail_about
from notifications.settings import ChannelName, NotificationSettings
from notifications.tasks import deliver_once

ANSWERS = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
RECEIVED: list[str] = []


class OneMail(StreamRequestHandler):
    """Speaks as much SMTP as it takes to be handed one mail."""

    def handle(self) -> None:
        """Answer each command, and keep what follows DATA."""
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            command = line.strip().upper()
            self.wfile.write(ANSWERS.get(command, b"250 fine\r\n"))
            if command == b"DATA":
                RECEIVED.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"250 taken\r\n")


@pytest.fixture
def smtp_port() -> Iterator[int]:
    """Return the port of a mail server that takes one mail."""
    RECEIVED.clear()
    with TCPServer(("127.0.0.1", 0), OneMail) as server:
        server.timeout = 10
        thread = Thread(target=server.handle_request)
        thread.start()
        yield server.server_address[1]
        thread.join()


@pytest.fixture
def worker(settings: NotificationSettings, memory: ForgetfulMemory, monkeypatch: pytest.MonkeyPatch) -> Celery:
    """Return a worker that does its tasks at once."""
    monkeypatch.setattr(tasks, "current_settings", lambda: settings)
    monkeypatch.setattr(tasks, "current_memory", lambda: memory)
    worker = create_worker(settings)
    worker.conf.update(task_always_eager=True, task_eager_propagates=True)
    worker.loader.import_default_modules()
    worker.set_current()
    return worker


def test_mail_tells_of_the_event(event: Event) -> None:
    """Whom, what, and as which message are taken from the event."""
    mail = mail_about(event, "shop@example.org")

    assert mail["To"] == "ada@example.org"
    assert mail["Subject"] == "Welcome to the plan team"
    assert mail["Message-ID"] == f"<{event.event_id}@example.org>"
    assert "ada@example.org" in mail.get_content()


def test_line_break_in_a_name_does_not_make_a_header() -> None:
    """What customers write cannot add recipients."""
    payload = {"email": "ada@example.org", "sku": "b-1", "name": "Notes\nBcc: eve@example.org"}
    mail = mail_about(Event(type=EventType.PRODUCT_PUBLISHED, payload=payload), "s@example.org")

    assert mail["Bcc"] is None
    assert mail["Subject"] == "Notes Bcc: eve@example.org is on offer"


def test_mail_server_is_handed_the_mail(
    settings: NotificationSettings, memory: ForgetfulMemory, event: Event, smtp_port: int
) -> None:
    """The channel smtp speaks to a server, and the event is remembered afterwards."""
    by_smtp = settings.model_copy(
        update={"channel": ChannelName.SMTP, "smtp_host": "127.0.0.1", "smtp_port": smtp_port}
    )

    deliver_once(event, by_smtp, memory)

    assert "Subject: Welcome to the plan team" in RECEIVED[0]
    assert memory.is_delivered(event.event_id)


def test_event_that_could_not_be_sent_is_not_remembered(
    settings: NotificationSettings, memory: ForgetfulMemory, event: Event
) -> None:
    """A mail server that is away means: later, not never."""
    by_smtp = settings.model_copy(update={"channel": ChannelName.SMTP, "smtp_host": "127.0.0.1", "smtp_port": 1})

    with pytest.raises(OSError, match="refused"):
        deliver_once(event, by_smtp, memory)

    assert not memory.is_delivered(event.event_id)


def test_event_is_delivered_once(worker: Celery, event: Event, caplog: pytest.LogCaptureFixture) -> None:
    """The broker may deliver a task twice; people are told once."""
    caplog.set_level("INFO")
    task = worker.tasks[RemoteTask.DELIVER_EVENT]

    task.delay(event.to_document())
    task.delay(event.to_document())

    told = [r for r in caplog.records if r.getMessage().startswith("to ada@example.org")]
    assert len(told) == 1


def test_feed_is_read_on_from_where_it_was_left(
    worker: Celery, event: Event, memory: ForgetfulMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every new event is delivered, and the position moves behind the last."""
    feed = [(4, event), (6, Event(type=event.type, payload=event.payload))]
    monkeypatch.setattr(tasks, "events_after", lambda position, _: (e for e in feed if e[0] > position))
    task = worker.tasks["notifications.read_catalog"]

    counts = [task.delay().get(), task.delay().get()]

    assert counts == [2, 0]
    assert memory.position() == 6
    assert memory.delivered == {each.event_id for _, each in feed}
