"""Write many outcomes at once."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from integrations.datasets.load import Load
from integrations.datasets.rows import OutcomeRow

ADD_OUTCOMES = """
INSERT INTO leads_outcome (lead_id, product_id, kind, occurred_at, currency, note, recorded_at)
SELECT lead_id, %(product)s, kind, occurred_at, '', '', received_at
FROM unnest(
    %(leads)s::bigint[], %(kinds)s::text[], %(moments)s::timestamptz[], %(received)s::timestamptz[]
) AS told (lead_id, kind, occurred_at, received_at)
ON CONFLICT ON CONSTRAINT outcome_recorded_once DO NOTHING
"""


@transaction.atomic
def write_outcomes(told: Sequence[tuple[int, OutcomeRow]], load: Load) -> int:
    """Write (lead id, outcome) pairs; return how many were new."""
    parameters: dict[str, Any] = {
        "product": load.product.pk,
        "leads": [lead_id for lead_id, _ in told],
        "kinds": [row.kind for _, row in told],
        "moments": [row.occurred_at for _, row in told],
        "received": [load.received_at(row.occurred_at) for _, row in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_OUTCOMES, parameters)
        return int(cursor.rowcount)
