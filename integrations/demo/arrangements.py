"""How the demo's reps work: where they are, what they can take, and how soon they have to act."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from routing.dealing.rules import Pool, Way
from routing.models import AssignmentRule, DayOff, Qualification, Rep, SlaPolicy, Territory
from routing.models.qualification import State
from routing.services.rules import draft_rules, publish_rules

# Username: time zone, most new PQLs a day, weight, skills.
REPS = {
    "rita": ("America/New_York", 12, 2, ["enterprise"]),
    "omar": ("Europe/London", 10, 1, ["Arabic"]),
    "june": ("Europe/Berlin", 10, 1, ["German", "French"]),
}
# Territory: regions, and who works it.
TERRITORIES = {
    "Americas": (["NA", "LATAM"], ["rita"]),
    "Europe, Middle East, Africa": (["EMEA"], ["omar", "june"]),
}
FRESH = timedelta(days=1)
HOLIDAY = timedelta(days=5)


def arrange(*, at: datetime) -> None:
    """Give reps their clocks and limits, the team two SLAs and its rules, June a holiday soon."""
    for username, (zone, most_new, weight, skills) in REPS.items():
        Rep.objects.filter(user__username=username).update(
            time_zone=zone, max_new_a_day=most_new, weight=weight, skills=skills
        )
    away = at.date() + HOLIDAY
    june = Rep.objects.get(user__username="june")
    DayOff.objects.create(rep=june, first=away, last=away + HOLIDAY, note="Holiday")
    SlaPolicy.objects.create(
        name="Tier 1: half a day",
        conditions=[{"field": "tier", "op": "is", "value": 1}],
        position=1,
        first_touch_minutes=240,
        remind_before_minutes=60,
        escalate_after_minutes=0,
        reassign_after_minutes=240,
    )
    SlaPolicy.objects.create(
        name="Within a working day",
        position=2,
        first_touch_minutes=480,
        remind_before_minutes=60,
        escalate_after_minutes=240,
    )
    _make_rules(at=at)
    # SLAs are for what came lately: what has waited for weeks was never promised to anybody.
    long_ago = Qualification.objects.filter(state=State.ASSIGNED, assigned_at__lt=at - FRESH)
    long_ago.update(sla_set_for=F("assigned_at"))


def _make_rules(*, at: datetime) -> None:
    """Whoever knows the account first, then the territory's reps, then all by their weights."""
    for name, (regions, usernames) in TERRITORIES.items():
        territory = Territory.objects.create(name=name, regions=regions)
        territory.reps.set(Rep.objects.filter(user__username__in=usernames))
    draft = draft_rules(by=None, at=at)
    draft.note = "The demo's first rules"
    draft.save(update_fields=["note"])
    rules = (
        {"name": "Who knows the account", "pool": Pool.ACCOUNT, "way": Way.LEAST},
        {"name": "By territory", "pool": Pool.TERRITORY, "way": Way.WEIGHTED},
        {"name": "Everybody else", "pool": Pool.EVERYBODY, "way": Way.WEIGHTED},
    )
    for position, values in enumerate(rules, 1):
        AssignmentRule.objects.create(rule_set=draft, position=position, **values)
    publish_rules(draft, by=None, at=at)
