"""Dates as sources write them, and texts that are none."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

UNKNOWN = object()
ODD_DATES = (
    "2026-02-30", "2026-02-29", "2026-13-01", "0000-01-01", "0001-01-01", "9999-12-31",
    "9999-12-31T23:59:59-14:00", "2026-3-1", "20260301", "2026-W10-1", "2026-03-01T24:00:00Z",
    "2026-03-01T12:00:60Z", "2026-03-01T12", "2026-03-01T", "2026-03-01T12:00:00+15:00", "now",
    "infinity", "today", " 2026-03-01", "2026-03-01\n", "2026-03-01x12:00", "2026-03-01T12:00.5Z",
    "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00 UTC", "٢٠٢٦-٠٣-٠١", "", 20260301, True,
    ["2026-03-01"], None, UNKNOWN,
)  # fmt: skip
DATE_FORMS: tuple[Callable[[datetime], str], ...] = (
    lambda moment: moment.isoformat(),
    lambda moment: moment.isoformat().replace("+00:00", "Z").replace("T", " "),
    lambda moment: moment.isoformat().replace("+00:00", ""),
    lambda moment: moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(),
    lambda moment: moment.astimezone(timezone(-timedelta(hours=9))).strftime("%Y-%m-%dt%H:%M%z"),
    lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "999z",
    lambda moment: moment.date().isoformat(),
)


@st.composite
def dates(draw: st.DrawFn, moments: SearchStrategy[datetime]) -> object:
    """One of the moments as a text in any form, or what is no date."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(ODD_DATES))
    return draw(st.sampled_from(DATE_FORMS))(draw(moments))
