"""Where a product is between being written and being gone, and what is told about it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from contracts import EventType


class Category(StrEnum):
    """What kind of thing a product is. The values are stored."""

    BOOK = "book"
    COURSE = "course"
    SOFTWARE = "software"
    TOOL = "tool"


class ProductState(StrEnum):
    """Only a published product can be bought. The values are stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


INITIAL = ProductState.DRAFT

TRANSITIONS: Mapping[ProductState, frozenset[ProductState]] = MappingProxyType(
    {
        ProductState.DRAFT: frozenset({ProductState.PUBLISHED}),
        ProductState.PUBLISHED: frozenset({ProductState.RETIRED}),
        ProductState.RETIRED: frozenset(),
    }
)

STATE_EVENTS: Mapping[ProductState, EventType] = MappingProxyType(
    {
        ProductState.PUBLISHED: EventType.PRODUCT_PUBLISHED,
        ProductState.RETIRED: EventType.PRODUCT_RETIRED,
    }
)
"""The event that tells of a product's arrival in a state."""
