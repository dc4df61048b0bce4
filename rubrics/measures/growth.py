import math
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.base import (
    ACCOUNT,
    HitMeasure,
    Names,
    Params,
    SpecError,
    duration_words,
    length_us,
    parse_signals,
)
from rubrics.measures.windows import interval
from rubrics.scoring.steps import Need


class _OfTwoPeriods(HitMeasure):
    """Compares the last period, ``(at - period, at]``, with the one before it."""

    unit = "number"
    fields = frozenset({"signals", "period"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        period = length_us(raw.get("period"), f"{where}.period")
        return {
            "signals": parse_signals(raw.get("signals"), where),
            "period": period,
            "window": ("last", 2 * period),
        }

    def changes(self, params: Params, condition: sql.Composable) -> list[sql.Composable]:
        """A hit grows old twice: it leaves the last period, then the one before."""
        leaves_last = sql.SQL("min(h.occurred_at) FILTER (WHERE {} AND {}) + {}").format(
            condition, _is_last(params), interval(params["period"])
        )
        return [leaves_last, *super().changes(params, condition)]


def _is_last(params: Params) -> sql.Composable:
    return sql.SQL("h.occurred_at > s.at - {}").format(interval(params["period"]))


class Growth(_OfTwoPeriods):
    """How many more hits there were in the last ``period`` than in the one before.

    Returns:
        The difference; with ``as: percent`` in percent of the period before, or of 1 if that was
        empty. Negative where it became less.
    """

    key = "growth"
    label = "Growth from one period to the next"
    fields = frozenset({"signals", "period", "as"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        form = raw.get("as", "count")
        if form not in ("count", "percent"):
            raise SpecError(f"{where}.as", "is count or percent")
        return {**super().parse(raw, where, lists), "percent": form == "percent"}

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        both = sql.SQL("count(*) FILTER (WHERE {})").format(condition)
        last = sql.SQL("count(*) FILTER (WHERE {} AND {})").format(condition, _is_last(params))
        template = "2 * {last} - {both}"
        if params["percent"]:
            template = "100::float8 * (2 * {last} - {both}) / greatest({both} - {last}, 1)"
        return sql.SQL(template).format(last=last, both=both)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words}: {more_words(params, value, 'much')}"

    def adds_one(self, params: Params) -> bool:
        return not params["percent"]

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        words = f"“{names.words(params['signals'])}” {more_words(params, target, 'much')}"
        return Need(words, None if params["percent"] else math.ceil(target - value))


class UserGrowth(_OfTwoPeriods):
    """How many more of an account's users were active in the last ``period`` than before it.

    Active is who has a hit of the listed signals; a user active in both counts in both.
    """

    key = "user_growth"
    label = "Growth of active users from one period to the next"
    subjects = frozenset({ACCOUNT})

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        users = sql.SQL("count(DISTINCT h.lead_id) FILTER (WHERE {} AND {})")
        is_last = _is_last(params)
        is_before = sql.SQL("h.occurred_at <= s.at - {}").format(interval(params["period"]))
        return sql.SQL("{} - {}").format(
            users.format(condition, is_last), users.format(condition, is_before)
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        return f"Active users: {more_words(params, value, 'many')}"


def more_words(params: Params, value: float | None, as_before: str) -> str:
    """``4 more than in the 7 days before``, ``as much as in the 7 days before``."""
    before = f"in the {duration_words(params['period'])} before"
    if not value:
        return f"as {as_before} as {before}"
    number = f"{abs(value):.4g}{' %' if params.get('percent') else ''}"
    less = "fewer" if as_before == "many" else "less"
    return f"{number} {'more' if value > 0 else less} than {before}"
