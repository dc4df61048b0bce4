"""A preview's leads as rows of a CSV file."""

from collections.abc import Iterator
from typing import Any

from rubrics.models import Preview, PreviewLead

HEADER = (
    "What becomes of them", "Lead", "Name", "E-mail", "Company", "Country",
    "Total now", "Total then", "Fit now", "Fit then", "Behavior now", "Behavior then",
    "Rubric now", "Rubric then", "Why",
)  # fmt: skip


def csv_rows(preview: Preview) -> Iterator[list[Any]]:
    """One row each, the largest difference first."""
    rows = preview.leads.select_related("lead__account", "account")
    for row in rows.order_by("movement", "-weight", "pk").iterator(chunk_size=1000):
        yield list(_cells(row))


def _cells(row: PreviewLead) -> Iterator[Any]:
    lead = row.lead
    account = lead.account if lead else row.account
    yield row.get_movement_display()
    yield row.lead_id or row.account_id
    yield lead.name if lead else ""
    yield lead.email if lead else ""
    yield str(account or "")
    known = [owner.attributes.get("country") for owner in (account, lead) if owner]
    yield next((country for country in known if country), "")
    yield from (row.now_total, row.then_total, row.now_fit, row.then_fit)
    yield from (row.now_behavior, row.then_behavior, row.now_rubric, row.then_rubric)
    yield row.why
