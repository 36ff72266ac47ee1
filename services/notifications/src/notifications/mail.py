"""From an event to the mail that tells of it."""

from email.message import EmailMessage
from importlib.resources import files
from string import Template

from contracts import Event, EventType

TEMPLATES = files("notifications") / "templates"


def template_of(event_type: EventType) -> tuple[Template, Template]:
    """Return the templates of subject and text; the file is named after the event type."""
    source = (TEMPLATES / f"{event_type}.txt").read_text(encoding="utf-8")
    subject, _, text = source.partition("\n\n")
    return Template(subject.strip()), Template(text)


def mail_about(event: Event, sender: str) -> EmailMessage:
    """Return the mail to whom the event concerns. Its identity is the event's."""
    subject, text = template_of(event.type)
    mail = EmailMessage()
    mail["Subject"] = " ".join(subject.substitute(event.payload).split())
    mail["From"] = sender
    mail["To"] = event.payload["email"]
    mail["Date"] = event.occurred_at
    mail["Message-ID"] = f"<{event.event_id}@{sender.partition('@')[2]}>"
    mail.set_content(text.substitute(event.payload))
    return mail
