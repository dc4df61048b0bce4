"""A preview's leads as a CSV file that a spreadsheet opens without running anything in it."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from rubrics.models import Preview, PreviewLead

HEADER = (
    "What becomes of them", "Lead", "Name", "E-mail", "Company", "Country",
    "Total now", "Total then", "Fit now", "Fit then", "Behavior now", "Behavior then",
    "Rubric now", "Rubric then", "Why",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class _Echo:
    """A file that hands back what is written to it, line by line."""

    def write(self, line: str) -> str:
        return line


def csv_response(preview: Preview) -> StreamingHttpResponse:
    """Everybody whom the preview keeps by name, as a download."""
    name = f"preview-{preview.pk}.csv"
    return StreamingHttpResponse(
        csv_lines(preview),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def csv_lines(preview: Preview) -> Iterator[str]:
    """The header and one line each, the largest difference first."""
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADER)
    rows = preview.leads.select_related("lead__account", "account")
    for row in rows.order_by("movement", "-weight", "pk").iterator(chunk_size=1000):
        yield writer.writerow([safe_cell(value) for value in _cells(row)])


def safe_cell(value: Any) -> Any:
    """The value, as a text that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


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
