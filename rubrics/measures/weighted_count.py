import math
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.base import (
    HitMeasure,
    Names,
    Params,
    duration_words,
    length_us,
    more_words,
)
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need

FORGOTTEN = 1000
"""After so many half-lives a hit weighs nothing: long before, it weighs less than any number."""


class WeightedCount(HitMeasure):
    """How often the listed signals happened, each time weighing half after every ``half_life``.

    Returns:
        The sum of ``0.5 ** (age / half_life)`` over the hits, 0 for none; a hit of age 0 weighs 1.
        Added up from the oldest hit to the newest, so that the same hits give the same number
        whatever order they are read in. While the hits stay it only fades: after a further time
        ``d`` it is itself times ``0.5 ** (d / half_life)``.
    Source: design section 5, "Points": each hit weighs 0.5^(age/half-life).
    """

    key = "weighted_count"
    label = "How often something was done, recent times weighing more"
    unit = "fading"
    fields = frozenset({"signals", "window", "half_life"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        half_life = length_us(raw.get("half_life"), f"{where}.half_life")
        return {**super().parse(raw, where, lists), "half_life": half_life}

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        # Whole microseconds as float8: exact, and faster than numeric for each of many hits.
        return sql.SQL(
            "sum(CASE WHEN {age} <= {forgotten} THEN power(0.5::float8, {age} / {half_life})"
            " ELSE 0 END ORDER BY h.occurred_at) FILTER (WHERE {condition})"
        ).format(
            age=sql.SQL("round(date_part('epoch', s.at - h.occurred_at) * 1000000)"),
            half_life=sql.SQL("{}::float8").format(sql.Literal(params["half_life"])),
            forgotten=sql.Literal(FORGOTTEN * params["half_life"]),
            condition=condition,
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        fades = f"each halved every {duration_words(params['half_life'])}"
        return f"{words} ×{value or 0:.1f}{window_words(params['window'])}, {fades}"

    def adds_one(self, params: Params) -> bool:
        return True

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        words = f"“{names.words(params['signals'])}”{more_words(value, missing)}"
        return Need(f"{words}{window_words(params['window'])}", missing)
