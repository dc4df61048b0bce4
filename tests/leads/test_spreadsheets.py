"""CSV that a spreadsheet opens without running anything."""

import csv
from io import StringIO
from typing import Any

import pytest

from leads.spreadsheets import csv_lines, csv_response, safe_cell


@pytest.mark.parametrize(
    "risky", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋", "－", "＠"]
)
def test_what_would_be_a_formula_is_text(risky: str) -> None:
    assert str(safe_cell(risky)).startswith("'")


@pytest.mark.parametrize(
    ("value", "cell"), [(-5, -5), (1.5, 1.5), (None, ""), ("a=b", "a=b"), ("a\rb", "a\nb")]
)
def test_what_is_harmless_stays(value: Any, cell: Any) -> None:
    assert safe_cell(value) == cell


def test_lines_are_read_back() -> None:
    text = "".join(csv_lines(("a", "b"), [("=x", 'say "hi", you'), ("two\r\nlines", -3)]))
    assert text.startswith("\ufeffa,b\r\n")
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[1:] == [["'=x", 'say "hi", you'], ["two\nlines", "-3"]]


def test_rows_are_asked_for_while_they_are_sent() -> None:
    asked = []

    def rows() -> Any:
        asked.append(1)
        yield (1,)

    response = csv_response("x.csv", ("a",), rows())
    assert not asked
    assert b"".join(response).endswith(b"1\r\n")
    assert response["Content-Disposition"] == 'attachment; filename="x.csv"'
