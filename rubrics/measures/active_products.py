from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.base import Hits, Names, NestedMeasure, Params, plural, rolling
from rubrics.measures.windows import parse_window, window_condition, window_words


class ActiveProducts(NestedMeasure):
    """In how many products there was a hit of any signal that counts as using the product.

    Of all products, not only the rubric's; the windows of a trial are of the rubric's trial.
    """

    key = "active_products"
    label = "How many products are used"
    fields = frozenset({"window"})
    tells_next = True

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        return {"signals": (), "window": parse_window(raw.get("window"), f"{where}.window")}

    def changes(self, params: Params, condition: sql.Composable) -> list[sql.Composable]:
        """None among the rubric's signals: the subquery sees to those of all products."""
        return []

    def subquery(
        self, params: Params, names: Names, condition: sql.Composable, hits: Hits
    ) -> sql.Composable:
        """Each product's last hit within the window; a product goes when that one leaves."""
        inside = window_condition(params["window"])
        leaves = [
            sql.SQL("max(h.occurred_at) FILTER (WHERE {}) + {}").format(inside, length)
            for length in rolling(params)
        ]
        comes = sql.SQL("min(h.occurred_at) FILTER (WHERE h.occurred_at > s.at)")
        return sql.SQL(
            "SELECT id, count(*) FILTER (WHERE is_active)::float8 AS value,"
            " min(next_at) AS next_at FROM (SELECT {key} AS id, bool_or({inside}) AS is_active,"
            " least({moments}) AS next_at FROM {source}"
            " JOIN leads_signal AS signal ON signal.id = h.signal_id AND signal.is_activity"
            " WHERE {scope} GROUP BY {key}, signal.product_id) AS products GROUP BY id"
        ).format(
            key=hits.key,
            inside=inside,
            moments=sql.SQL(", ").join([comes, *leaves]),
            source=hits.source,
            scope=hits.scope,
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        return f"Active in {plural(value or 0, 'product')}{window_words(params['window'])}"
