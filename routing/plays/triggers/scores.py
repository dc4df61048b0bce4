"""The total rises, and the total falls: found in the history of scores.

What a version brings by going live is told in one digest (docs/adr/0014): it is no play's cause.
"""

from typing import Any

from routing.models.play import PlaySource, TriggerKind
from routing.plays.triggers.base import Params, Trigger, Vocabulary

# The total just before each change, by whatever version; -1 for the first one.
BEFORE = """
LEFT JOIN LATERAL (
  SELECT p.total, p.version_id FROM rubrics_scorechange AS p
  WHERE p.lead_id = c.lead_id AND p.product_id = c.product_id AND (p.at, p.id) < (c.at, c.id)
  ORDER BY p.at DESC, p.id DESC LIMIT 1) AS before ON true
"""
REACHED = f"""
SELECT c.lead_id, c.product_id, 'change:' || c.id AS cause, c.at AS occurred_at,
  NULL::bigint AS qualification_id
FROM rubrics_scorechange AS c {BEFORE}
WHERE {{span}} AND c.publication_id IS NULL
  AND c.total >= %(at_least)s AND coalesce(before.total, -1) < %(at_least)s
"""  # noqa: S608  fixed text

# Of totals by one version only: those of two are not to be compared. What was so when the days
# began counts too. Only the change that makes the fall deep enough is a cause, not those after it.
FELL = """
SELECT c.lead_id, c.product_id, 'change:' || c.id AS cause, c.at AS occurred_at,
  NULL::bigint AS qualification_id
FROM rubrics_scorechange AS c
JOIN LATERAL (
  SELECT p.total FROM rubrics_scorechange AS p
  WHERE p.lead_id = c.lead_id AND p.product_id = c.product_id AND p.version_id = c.version_id
    AND (p.at, p.id) < (c.at, c.id)
  ORDER BY p.at DESC, p.id DESC LIMIT 1) AS before ON before.total > c.total
LEFT JOIN LATERAL (
  SELECT p.total FROM rubrics_scorechange AS p
  WHERE p.lead_id = c.lead_id AND p.product_id = c.product_id AND p.version_id = c.version_id
    AND p.at <= c.at - %(days)s * interval '1 day'
  ORDER BY p.at DESC, p.id DESC LIMIT 1) AS start ON true
CROSS JOIN LATERAL (
  SELECT greatest(max(p.total), start.total) AS total FROM rubrics_scorechange AS p
  WHERE p.lead_id = c.lead_id AND p.product_id = c.product_id AND p.version_id = c.version_id
    AND p.at > c.at - %(days)s * interval '1 day' AND (p.at, p.id) < (c.at, c.id)) AS top
WHERE {span} AND c.publication_id IS NULL
  AND top.total - c.total >= %(points)s AND top.total - before.total < %(points)s
"""


class TotalReached(Trigger):
    """The total becomes ``at_least`` or more, having been less: by rising, or with a first score.

    Source: HubSpot guide, workflow 1: "Product Engagement Score changes to greater than or equal
    to 61".
    """

    kind = TriggerKind.TOTAL_REACHED
    fields = ("at_least",)
    sources = (PlaySource.CHANGES,)

    def words(self, params: Params, names: Vocabulary) -> str:
        band = names.total(params["at_least"])
        if band:
            return f"When a lead enters {band}"
        return f"When a lead's total rises to {params['at_least']} or more"

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        return REACHED, {"at_least": params["at_least"]}


class ScoreFell(Trigger):
    """The total is ``points`` or more below its highest of the last ``days``, first."""

    kind = TriggerKind.SCORE_FELL
    fields = ("points", "days")
    sources = (PlaySource.CHANGES,)

    def words(self, params: Params, names: Vocabulary) -> str:
        return (
            f"When a lead's total falls by {params['points']} or more within {params['days']} days"
        )

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        return FELL, {"points": params["points"], "days": params["days"]}
