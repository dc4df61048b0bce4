"""Which span of time a measure of hits looks at. The edges are those of design section 5."""

from psycopg import sql

from rubrics.measures.base import SpecError, duration_words, length_us

LIFETIME = ("lifetime", 0)


def parse_window(raw: object, where: str) -> tuple[str, int]:
    """``{first: 7d}``, ``{last: 30d}``, ``{trial_last: 3d}`` or nothing for the lifetime."""
    if raw is None or raw == "lifetime":
        return LIFETIME
    if isinstance(raw, dict) and len(raw) == 1:
        ((kind, length),) = raw.items()
        if kind in {"first", "last", "trial_last"}:
            return (kind, length_us(length, where))
    raise SpecError(where, "is {first: 7d}, {last: 30d}, {trial_last: 3d} or left out for lifetime")


def interval(microseconds: int) -> sql.Composed:
    """A span as an interval of hours and less, so that no day is ever 23 or 25 hours long."""
    hours, rest = divmod(microseconds, 3_600_000_000)
    return sql.SQL("make_interval(hours => {}, secs => {})").format(
        sql.Literal(hours), sql.Literal(rest / 1_000_000)
    )


def window_condition(window: tuple[str, int]) -> sql.Composable:
    """When ``h.occurred_at`` lies in the window, as SQL; hits after ``s.at`` never do."""
    kind, length = window
    span = interval(length)
    if kind == "last":  # (at - length, at]
        return sql.SQL("h.occurred_at <= s.at AND h.occurred_at > s.at - {}").format(span)
    if kind == "first":  # [sign-up, sign-up + length)
        return sql.SQL(
            "h.occurred_at <= s.at AND h.occurred_at >= s.started_at"
            " AND h.occurred_at < s.started_at + {}"
        ).format(span)
    if kind == "trial_last":  # [trial end - length, trial end)
        return sql.SQL(
            "h.occurred_at <= s.at AND h.occurred_at >= s.ends_at - {}"
            " AND h.occurred_at < s.ends_at"
        ).format(span)
    return sql.SQL("h.occurred_at <= s.at")


def window_words(window: tuple[str, int]) -> str:
    """`` in the first 7 days``, or nothing for the lifetime."""
    kind, length = window
    return {
        "first": f" in the first {duration_words(length)}",
        "last": f" in the last {duration_words(length)}",
        "trial_last": f" in the last {duration_words(length)} of the trial",
    }.get(kind, "")
