"""Signals hit: found among the hits as they come, whether a score changes or not."""

from typing import Any

from routing.models.play import PlaySource, TriggerKind
from routing.plays.triggers.base import Params, Trigger, Vocabulary
from routing.plays.triggers.scores import BEFORE

# By the event: remapping gives its hits new ids, and one that is hits of two signals is one cause.
HIT = """
SELECT h.lead_id, s.product_id, 'event:' || h.event_id AS cause, h.occurred_at,
  NULL::bigint AS qualification_id
FROM leads_hit AS h JOIN leads_signal AS s ON s.id = h.signal_id
WHERE {span} AND s.key = ANY(%(signals)s)
"""
REACHED_AFTER_HIT = f"""
SELECT c.lead_id, c.product_id, 'change:' || c.id AS cause, c.at AS occurred_at,
  NULL::bigint AS qualification_id
FROM rubrics_scorechange AS c {BEFORE}
WHERE {{span}} AND c.publication_id IS NULL
  AND c.total >= %(at_least)s AND coalesce(before.total, -1) < %(at_least)s
  AND EXISTS (
    SELECT FROM leads_hit AS h JOIN leads_signal AS s ON s.id = h.signal_id
    WHERE h.lead_id = c.lead_id AND s.product_id = c.product_id AND s.key = ANY(%(signals)s)
      AND h.occurred_at <= c.at AND h.occurred_at > c.at - %(days)s * interval '1 day')
"""  # noqa: S608  fixed text


class SignalHit(Trigger):
    """One of the signals is hit. Each event is one cause."""

    kind = TriggerKind.SIGNAL_HIT
    fields = ("signals",)
    sources = (PlaySource.HITS,)

    def words(self, params: Params, names: Vocabulary) -> str:
        return f"When a lead does {names.any_of(params['signals'])}"

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        return HIT, {"signals": params["signals"]}


class Ready(Trigger):
    """A signal is hit while the total is ``at_least``; or the total rises to it within ``days`` of
    a hit. Whichever comes last is the cause.

    An event that itself lifts the total is a cause twice, as event and as change; the play's limit
    lets it act once.

    Source: HubSpot guide, workflow 2: "product_usage_limit_hit is true OR
    product_premium_feature_attempted is true", with the score "greater than 50".
    """

    kind = TriggerKind.READY
    fields = ("signals", "at_least", "days")
    sources = (PlaySource.HITS, PlaySource.CHANGES)

    def words(self, params: Params, names: Vocabulary) -> str:
        return (
            f"When a lead does {names.any_of(params['signals'])} and has a total of "
            f"{params['at_least']} or more (whichever comes last, within {params['days']} days)"
        )

    def conditions(self, params: Params) -> list[dict[str, Any]]:
        return [{"field": "total", "op": "at_least", "value": params["at_least"]}]

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        if source == PlaySource.HITS:
            return HIT, {"signals": params["signals"]}
        return REACHED_AFTER_HIT, {name: params[name] for name in self.fields}
