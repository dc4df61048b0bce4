"""What plays do. Each action is one class: its words, its checks, and its deed."""

from collections.abc import Mapping

from routing.plays.actions.alerts import RaiseAlert
from routing.plays.actions.base import Action, Doing
from routing.plays.actions.drafts import WriteDraft
from routing.plays.actions.marks import PutTag, SetStage
from routing.plays.actions.tasks import GiveTask
from routing.plays.actions.webhooks import TellWebhook

ACTIONS: Mapping[str, Action] = {
    action.kind: action
    for action in (GiveTask(), WriteDraft(), RaiseAlert(), SetStage(), PutTag(), TellWebhook())
}
"""By kind, in the order in which a play does them: an alert suggests the draft that is there."""

__all__ = ["ACTIONS", "Action", "Doing"]
