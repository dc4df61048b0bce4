"""A PQL opens, or gets another state: found in the history of states."""

from typing import Any

from routing.models import StateChange
from routing.models.play import PlaySource, TriggerKind
from routing.models.qualification import State
from routing.plays.triggers.base import Params, Problems, Trigger, Vocabulary

OPENED = """
SELECT q.lead_id, q.product_id, 'pql:' || q.id AS cause, s.at AS occurred_at,
  q.id AS qualification_id
FROM routing_statechange AS s JOIN routing_qualification AS q ON q.id = s.qualification_id
WHERE {span} AND s.from_state = '' AND q.publication_id IS NULL
"""
CHANGED = """
SELECT q.lead_id, q.product_id, 'state:' || s.id AS cause, s.at AS occurred_at,
  q.id AS qualification_id
FROM routing_statechange AS s JOIN routing_qualification AS q ON q.id = s.qualification_id
WHERE {span} AND s.from_state <> '' AND s.to_state = ANY(%(states)s) AND s.from_state <> s.to_state
  AND s.undoes_id IS NULL
"""
STATES = (
    State.ACCEPTED,
    State.CONTACTED,
    State.OPPORTUNITY,
    State.WON,
    State.LOST,
    State.REJECTED,
    State.EXPIRED,
)
"""Those worth waiting for. That one is assigned is what an opened PQL comes to anyway."""


class PqlOpened(Trigger):
    """A lead meets all three thresholds and a PQL opens, by its own doing."""

    kind = TriggerKind.PQL_OPENED
    sources = (PlaySource.STATES,)

    def words(self, params: Params, names: Vocabulary) -> str:
        return "When a lead becomes a PQL"

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        return OPENED, {}


class StateChanged(Trigger):
    """A PQL comes into one of the ``states``. Acted on once nobody can undo it any more."""

    kind = TriggerKind.STATE_CHANGED
    fields = ("states",)
    sources = (PlaySource.STATES,)
    settles = True

    def check(self, params: Params) -> Problems:
        problems = super().check(params)
        if not problems and not set(params["states"]) <= set(STATES):
            problems["states"] = "Choose from the list: " + ", ".join(s.label for s in STATES) + "."
        return problems

    def words(self, params: Params, names: Vocabulary) -> str:
        states = " or ".join(State(state).label.lower() for state in params["states"])
        return f"When a PQL is {states}"

    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        return CHANGED, {"states": params["states"]}

    def was_undone(self, cause: str) -> bool:
        return StateChange.objects.filter(undoes=int(cause.removeprefix("state:"))).exists()
