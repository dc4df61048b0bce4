"""Plays to start from, with the sources' words and numbers; made switched off.

Source: HubSpot guide (Zoody), "Setting thresholds and sales handoff triggers": workflow 1 (hot PQL
handoff, 61 and more), workflow 2 (urgent upgrade-ready handoff, limit hit or premium attempted and
a score greater than 50), and its FAQ (80 and more and the usage limit: sales' Slack channel).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from leads.models import Product
from routing.models import Play
from routing.models.alert import Severity
from routing.models.lead_mark import Stage
from routing.models.play import TriggerKind
from routing.models.qualification import State
from routing.models.task import Priority
from routing.plays.editing import save_play

LIMIT, PREMIUM = "usage_limit_hit", "premium_feature_attempted"
UPGRADE_MAIL = """\
Hi {first_name},

I saw that you {last_action}. That usually means {product} has become part of how {company} works.

I can get you past it today. Would a short call help, or shall I send you the upgrade link right \
away?

{rep_first_name}
"""
TRIAL_MAIL = """\
Hi {first_name},

your trial of {product} ends on {trial_end}. You have come a long way: {top_reason}.

Shall we spend 15 minutes on what {company} needs to go on with it?

{rep_first_name}
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A play to start from. ``values`` are the fields of the play."""

    name: str
    why: str
    values: Mapping[str, Any]


EXAMPLES: Mapping[str, Example] = {
    "hot-handoff": Example(
        "Hot hand-off",
        "HubSpot guide, workflow 1: a score of 61 or more is an AE's to work, within hours.",
        {
            "trigger": TriggerKind.TOTAL_REACHED,
            "trigger_params": {"at_least": 61},
            "severity": Severity.HIGH,
            "actions": [
                {
                    "kind": "task",
                    "title": "High-engagement PQL ready for outreach: {first_name}",
                    "note": "What counts most: {top_reason}. Last: {last_action}.",
                    "priority": Priority.NORMAL,
                    "hours": 4,
                },
                {
                    "kind": "alert",
                    "to": "rep",
                    "text": "{name} of {company|an unknown company} is hot now.",
                },
                {"kind": "stage", "stage": Stage.PQL, "may_go_back": False},
            ],
        },
    ),
    "upgrade-ready": Example(
        "Urgent: upgrade-ready",
        "HubSpot guide, workflow 2: limit hit or premium attempted, and a score greater than 50.",
        {
            "trigger": TriggerKind.READY,
            "trigger_params": {"signals": [LIMIT, PREMIUM], "at_least": 51, "days": 14},
            "severity": Severity.HIGH,
            "position": 5,
            "actions": [
                {
                    "kind": "task",
                    "title": "User hit limit, ready to upgrade: {first_name}",
                    "note": "Last: {last_action}.",
                    "priority": Priority.URGENT,
                    "hours": 2,
                },
                {"kind": "draft", "subject": "{product} for {company}", "text": UPGRADE_MAIL},
            ],
        },
    ),
    "limit-at-80": Example(
        "Urgent: 80 and at the limit",
        "HubSpot guide, FAQ: when the score reaches 80 and the usage limit is hit, tell sales.",
        {
            "trigger": TriggerKind.READY,
            "trigger_params": {"signals": [LIMIT], "at_least": 80, "days": 14},
            "severity": Severity.URGENT,
            "position": 5,
            "actions": [
                {
                    "kind": "alert",
                    "to": "rep",
                    "text": "{name} of {company|an unknown company} has hit the usage limit and is "
                    "very hot.",
                },
                {"kind": "tag", "name": "at the limit"},
            ],
        },
    ),
    "trial-ending": Example(
        "Hot lead, trial ending",
        "A hot lead whose trial ends within three days hears from a person before it does.",
        {
            "trigger": TriggerKind.TRIAL_ENDING,
            "trigger_params": {"days": 3},
            "conditions": [{"field": "total", "op": "at_least", "value": 61}],
            "severity": Severity.HIGH,
            "limit_days": None,
            "actions": [
                {
                    "kind": "task",
                    "title": "Call {first_name}: the trial ends on {trial_end}",
                    "note": "",
                    "priority": Priority.HIGH,
                    "hours": 8,
                },
                {"kind": "draft", "subject": "Your {product} trial", "text": TRIAL_MAIL},
            ],
        },
    ),
    "customer-won": Example(
        "Won: a customer",
        "The lifecycle stage follows the work: who was won is a customer.",
        {
            "trigger": TriggerKind.STATE_CHANGED,
            "trigger_params": {"states": [State.WON]},
            "limit_days": None,
            "actions": [{"kind": "stage", "stage": Stage.CUSTOMER, "may_go_back": False}],
        },
    ),
    "falling": Example(
        "Falling fast",
        "Somebody who was hot goes quiet: a fall by 20 within two weeks is worth a call.",
        {
            "trigger": TriggerKind.SCORE_FELL,
            "trigger_params": {"points": 20, "days": 14},
            "limit_days": 30,
            "actions": [
                {
                    "kind": "task",
                    "title": "Ask {first_name} what is missing",
                    "note": "The total fell by 20 or more within two weeks.",
                    "priority": Priority.NORMAL,
                    "hours": 16,
                },
                {"kind": "tag", "name": "falling"},
            ],
        },
    ),
}


def make_example(
    key: str, *, by: User | None, at: datetime, product: Product | None = None
) -> Play:
    """Make the play of an example, switched off; a second one gets a number."""
    example = EXAMPLES[key]
    taken = set(Play.objects.filter(name__startswith=example.name).values_list("name", flat=True))
    name, number = example.name, 2
    while name in taken:
        name, number = f"{example.name} {number}", number + 1
    play = Play(name=name, why=example.why, product=product, **example.values)
    return save_play(play, by=by, at=at)
