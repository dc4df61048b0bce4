"""Which span of time a measure of hits looks at. The edges are those of design section 5."""

from collections.abc import Sequence

from psycopg import sql

from rubrics.measures.base import SpecError, duration_words, length_us

LIFETIME = ("lifetime", 0)
WORDS = ("lifetime", "trial", "after_trial")
"""Windows that have no length."""


def parse_window(raw: object, where: str) -> tuple[str, int]:
    """``{first: 7d}``, ``{last: 30d}``, ``{trial_last: 3d}``, ``trial``, ``after_trial`` or nothing
    for the lifetime."""
    if raw is None:
        return LIFETIME
    if isinstance(raw, str) and raw in WORDS:
        return (raw, 0)
    if isinstance(raw, dict) and len(raw) == 1:
        ((kind, length),) = raw.items()
        if kind in {"first", "last", "trial_last"}:
            return (kind, length_us(length, where))
    raise SpecError(
        where,
        "is {first: 7d}, {last: 30d}, {trial_last: 3d}, trial, after_trial or left out",
    )


def interval(microseconds: int) -> sql.Composed:
    """A span as an interval of hours and less, so that no day is ever 23 or 25 hours long."""
    hours, rest = divmod(microseconds, 3_600_000_000)
    return sql.SQL("make_interval(hours => {}, secs => {})").format(
        sql.Literal(hours), sql.Literal(rest / 1_000_000)
    )


def window_condition(window: tuple[str, int]) -> sql.Composable:
    """When ``h.occurred_at`` lies in the window, as SQL; hits after ``s.at`` never do."""
    return sql.SQL("h.occurred_at <= s.at AND {}").format(within_window(window))


def within_window(window: tuple[str, int]) -> sql.Composable:
    """The same of hits that are known not to be after ``s.at``: one comparison less for each."""
    kind, length = window
    span = interval(length)
    if kind == "last":  # (at - length, at]
        return sql.SQL("h.occurred_at > s.at - {}").format(span)
    if kind == "first":  # [sign-up, sign-up + length)
        return sql.SQL(
            "h.occurred_at >= s.started_at AND h.occurred_at < s.started_at + {}"
        ).format(span)
    if kind == "trial_last":  # [trial end - length, trial end)
        return sql.SQL("h.occurred_at >= s.ends_at - {} AND h.occurred_at < s.ends_at").format(span)
    if kind == "trial":  # [sign-up, trial end); a trial without an end still runs
        return sql.SQL(
            "h.occurred_at >= s.started_at AND h.occurred_at < coalesce(s.ends_at, 'infinity')"
        )
    if kind == "after_trial":  # [trial end, at]
        return sql.SQL("h.occurred_at >= s.ends_at")
    return sql.SQL("true")


def signals_condition(ids: Sequence[int]) -> sql.Composable:
    """When a hit ``h`` is one of these signals, as SQL."""
    if not ids:
        return sql.SQL("false")
    if len(ids) == 1:  # an integer comparison, the cheapest test there is
        return sql.SQL("h.signal_id = {}").format(sql.Literal(ids[0]))
    return sql.SQL("h.signal_id = ANY({}::bigint[])").format(sql.Literal(list(ids)))


def window_words(window: tuple[str, int]) -> str:
    """`` in the first 7 days``, or nothing for the lifetime."""
    kind, length = window
    return {
        "first": f" in the first {duration_words(length)}",
        "last": f" in the last {duration_words(length)}",
        "trial_last": f" in the last {duration_words(length)} of the trial",
        "trial": " during the trial",
        "after_trial": " after the trial",
    }.get(kind, "")
