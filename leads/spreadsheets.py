"""CSV that is safe to open in a spreadsheet, written row by row."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# What a spreadsheet takes for the beginning of a formula, full-width forms included, or reads as
# the end of a cell. Quoting does not help.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Rows as a file to download. They are asked for while it is being sent."""
    return StreamingHttpResponse(
        csv_lines(head, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of a CSV file, the head first; the mark in front tells Excel that it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def safe_cell(value: Any) -> Any:
    """The value as no spreadsheet takes it for a formula; numbers stay numbers."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if str(value).startswith(RISKY) else text
