"""Trials that are about to end: found by the clock, once a trial."""

from typing import Any

from routing.models.play import PlaySource, TriggerKind
from routing.plays.triggers.base import Params, Trigger, Vocabulary

# A trial shorter than the days is about to end from its beginning on. What ended is past.
ENDING = """
SELECT t.lead_id, t.product_id, 'trial:' || t.id AS cause,
  greatest(t.ends_at - %(days)s * interval '1 day', t.started_at) AS occurred_at,
  NULL::bigint AS qualification_id
FROM leads_trial AS t
WHERE {span} AND t.ends_at IS NOT NULL
"""


class TrialEnding(Trigger):
    """A trial ends within ``days``. Once a trial, also if its end is put off."""

    kind = TriggerKind.TRIAL_ENDING
    fields = ("days",)
    sources = (PlaySource.TRIALS,)

    def words(self, params: Params, names: Vocabulary) -> str:
        days = params["days"]
        return f"When a trial ends within {days} day{'' if days == 1 else 's'}"

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        return ENDING, {"days": params["days"]}
