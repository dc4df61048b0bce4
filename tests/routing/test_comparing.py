"""Days as a lead's page takes them; the comparing itself: views/test_leads_view.py."""

from datetime import UTC, datetime

import pytest

from routing.comparing import day_end

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("2026-05-03", datetime(2026, 5, 3, 23, 59, 59, 999999, UTC), id="a past day"),
        pytest.param("2026-05-04", NOW, id="today ends now"),
        pytest.param("2026-05-05", NOW, id="what is to come"),
        pytest.param("9999-12-31", NOW, id="the last day there is"),
        pytest.param("0001-01-01", None, id="before any product"),
        pytest.param("2026-02-30", None, id="no such day"),
        pytest.param("yesterday", None, id="no day"),
    ],
)
def test_day_ends(text: str, end: datetime | None) -> None:
    assert day_end(text, NOW) == end
