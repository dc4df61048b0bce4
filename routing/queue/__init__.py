"""The queue a rep works: which PQLs, in which order, with what they are worth now."""

from routing.queue.examples import Example, ExampleKind, read_examples
from routing.queue.near import NearMiss, read_near_misses
from routing.queue.reading import EXPIRING_WITHIN, PAGE_SIZE, Page, Row, in_tab, read_page
from routing.queue.wanted import (
    ORDER_LABELS,
    TAB_LABELS,
    TASK_LABELS,
    Order,
    Tab,
    Wanted,
    WithTask,
    orders_of,
)

__all__ = [
    "EXPIRING_WITHIN",
    "ORDER_LABELS",
    "PAGE_SIZE",
    "TAB_LABELS",
    "TASK_LABELS",
    "Example",
    "ExampleKind",
    "NearMiss",
    "Order",
    "Page",
    "Row",
    "Tab",
    "Wanted",
    "WithTask",
    "in_tab",
    "orders_of",
    "read_examples",
    "read_near_misses",
    "read_page",
]
