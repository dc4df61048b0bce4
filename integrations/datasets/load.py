"""What all writers of one load share."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from leads.models import Product, Source

MARK_CHANGED = """
INSERT INTO leads_leadchange (lead_id, generation, changed_at, attempts)
SELECT lead_id, 1, %s, 0 FROM unnest(%s::bigint[]) AS told (lead_id) ORDER BY lead_id
ON CONFLICT (lead_id) DO UPDATE
    SET generation = leads_leadchange.generation + 1, changed_at = excluded.changed_at
"""


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
        if lead_ids:
            with connection.cursor() as cursor:
                cursor.execute(MARK_CHANGED, [self.at, list(lead_ids)])
