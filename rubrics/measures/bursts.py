from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.base import (
    HitMeasure,
    Names,
    Params,
    SpecError,
    duration_words,
    length_us,
    parse_signals,
    plural,
)
from rubrics.measures.windows import LIFETIME, interval
from rubrics.scoring.steps import Need


class Bursts(HitMeasure):
    """Count bursts: ``size`` hits of the listed signals within ``window``.

    Args:
        signals: one or more; a hit of any of them counts. Order is irrelevant.
        size: hits per burst, 2 or more.
        window: closed: hits exactly 48 h apart share it.
    Returns:
        Bursts as a count, 0 for no hits. Greedy from the earliest; the next may start only after
        the window of the one before has passed, so the bonus is paid once per window.
    Raises:
        SpecError: ``size`` below 2, or no signals. Raised at publishing, never while scoring.
    Source: methodology section 4, "Velocity Bonus" (5 key actions in 48 h).
    """

    key = "bursts"
    label = "Bursts of activity"
    fields = frozenset({"signals", "size", "window"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        size = raw.get("size")
        if not isinstance(size, int) or isinstance(size, bool) or size < 2:
            raise SpecError(f"{where}.size", "is a whole number of hits, 2 or more")
        return {
            "signals": parse_signals(raw.get("signals"), where),
            "size": size,
            "span": length_us(raw.get("window"), f"{where}.window"),
            "window": LIFETIME,
        }

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        """The moments of the hits in their order: the scoring index gives them so."""
        return sql.SQL("array_agg(h.occurred_at ORDER BY h.occurred_at) FILTER (WHERE {})").format(
            condition
        )

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return sql.SQL(
            "CASE WHEN cardinality({found}) >= {size} THEN count_bursts({found}, {size}, {span})"
            " ELSE 0 END::float8"
        ).format(found=found, size=sql.Literal(params["size"]), span=interval(params["span"]))

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        span = duration_words(params["span"])
        if not value:
            return f"No burst of {params['size']} key actions within {span}"
        often = "" if value == 1 else f", {plural(value, 'time')}"
        return f"{params['size']}+ key actions within {span}{often}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        # A further burst may have to wait until the window of the last one is over.
        is_first = value == 0 and target <= 1
        words = f"{params['size']} key actions within {duration_words(params['span'])}"
        return Need(words if is_first else f"{words} again", params["size"] if is_first else None)
