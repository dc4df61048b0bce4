import math
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.base import (
    Hits,
    Names,
    NestedMeasure,
    Params,
    SpecError,
    duration_words,
    length_us,
    more_words,
    parse_signals,
)
from rubrics.measures.windows import interval, parse_window, signals_condition, window_words
from rubrics.scoring.steps import Need


class StepSequence(NestedMeasure):
    """How often ``steps`` were taken one after the other within ``within``.

    Args:
        steps: two to four, each one or more signals of which any will do.
        within: from the first step to the last, ends included.
        window: where all the steps' hits lie.
    Returns:
        How many hits of the last step have hits of all steps before it, in order and each strictly
        later than the one before. Hits are shared: a first step may lead to several last ones.
    Raises:
        SpecError: fewer than two or more than four steps. Raised at publishing.
    """

    key = "sequence"
    label = "How often steps were taken in order"
    fields = frozenset({"steps", "within", "window"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        steps = raw.get("steps")
        if not isinstance(steps, list | tuple) or not 2 <= len(steps) <= 4:
            raise SpecError(f"{where}.steps", "are two to four, e.g. [[saw_pricing], [upgraded]]")
        parsed = tuple(
            parse_signals(step, f"{where}.steps[{number}]") for number, step in enumerate(steps, 1)
        )
        return {
            "signals": tuple(sorted({key for step in parsed for key in step})),
            "steps": parsed,
            "within": length_us(raw.get("within"), f"{where}.within"),
            "window": parse_window(raw.get("window"), f"{where}.window"),
        }

    def subquery(
        self, params: Params, names: Names, condition: sql.Composable, hits: Hits
    ) -> sql.Composable:
        """Step by step: of each hit, the latest first step from which a chain leads to it.

        If that one is too long ago, every other is. GROUPS counts moments, not rows, so that hits
        at one moment never follow each other; the frame only grows, so it is one pass a step.
        """
        steps = [
            signals_condition([names.signal_ids[key] for key in step]) for step in params["steps"]
        ]
        chain: sql.Composable = sql.SQL(
            "SELECT {key} AS id, h.occurred_at, h.signal_id,"
            " CASE WHEN {step} THEN h.occurred_at END AS start"
            " FROM {source} WHERE {scope} AND {condition}"
        ).format(
            key=hits.key, step=steps[0], source=hits.source, scope=hits.scope, condition=condition
        )
        for step in steps[1:]:
            chain = sql.SQL(
                "SELECT h.id, h.occurred_at, h.signal_id, CASE WHEN {step} THEN max(h.start) OVER"
                " (PARTITION BY h.id ORDER BY h.occurred_at"
                " GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS start"
                " FROM ({chain}) AS h"
            ).format(step=step, chain=chain)
        return sql.SQL(
            "SELECT id, count(*)::float8 AS value FROM ({chain}) AS chains"
            " WHERE occurred_at <= start + {within} GROUP BY id"
        ).format(chain=chain, within=interval(params["within"]))

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        steps = ", then ".join(names.words(step) for step in params["steps"])
        times = "" if value == 1 else f" ×{value or 0:g}"
        within = f" within {duration_words(params['within'])}"
        return f"{steps}{within}{times}{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        steps = ", then ".join(f"“{names.words(step)}”" for step in params["steps"])
        within = f" within {duration_words(params['within'])}"
        words = f"{steps}{within}{more_words(value, missing)}{window_words(params['window'])}"
        # The whole chain once; after that the last step alone completes it again.
        return Need(words, len(params["steps"]) + missing - 1)
