"""The tables. Each change here needs a migration of its own."""

from datetime import UTC, datetime
from typing import Any, Self

from contracts import Event
from sqlalchemy import JSON, DateTime, Index, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalog.states import INITIAL


class Base(DeclarativeBase):
    """Constraint names are derived, so that migrations can drop what they did not name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )


class Product(Base):
    """Something on offer. ``email`` is whom its events concern: who offers it."""

    __tablename__ = "products"
    __table_args__ = (Index(None, "state", "category"),)

    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    category: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=INITIAL.value)


class OutboxEntry(Base):
    """An event, at its place in the feed. ``position`` grows, perhaps with gaps."""

    __tablename__ = "outbox"

    position: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return an unsaved entry that carries ``event``."""
        return cls(event=event.to_document())
