"""What all writers of one load share."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from leads.merging import mark_changed
from leads.models import Product, Source


@dataclass(frozen=True, slots=True)
class Load:
    """Which source tells of which product, and when.

    ``as_it_happened``: treat every row as received the moment it happened (a demo's history), not
    at the moment of the load.
    """

    source: Source
    product: Product
    at: datetime
    as_it_happened: bool = False

    @property
    def namespace(self) -> str:
        """Where the source's user ids count."""
        return self.source.namespace

    def received_at(self, happened: datetime) -> datetime:
        """When a row that says it happened at ``happened`` reached us."""
        return happened if self.as_it_happened else self.at

    def mark_changed(self, lead_ids: Collection[int]) -> None:
        """Ask for new scores; belongs into the transaction that changed the leads."""
        mark_changed(list(lead_ids), self.at)
