"""Plays edited, switched on and off; what would not work is refused with the reason."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from leads import audit
from routing.dealing.conditions import ConditionError, read_conditions
from routing.models import Play
from routing.models.play import TriggerKind
from routing.plays.actions import ACTIONS
from routing.plays.finding import begin_now
from routing.plays.triggers import TRIGGERS
from routing.services.errors import RoutingError

KEPT = (
    "name",
    "why",
    "position",
    "severity",
    "trigger",
    "trigger_params",
    "conditions",
    "actions",
    "limit_days",
)


class PlayNotReady(RoutingError):
    """The play could not act; says what is missing."""


def problems_of(play: Play) -> list[str]:
    """Why a play could not act, in words; none if it can."""
    trigger = TRIGGERS.get(play.trigger)
    if trigger is None:
        return ["Choose what it waits for."]
    problems = [f"Trigger: {problem}" for problem in trigger.check(play.trigger_params).values()]
    try:
        read_conditions(play.conditions)
    except ConditionError as error:
        problems.append(str(error))
    if not play.actions:
        problems.append("Choose at least one action.")
    for document in play.actions:
        action = ACTIONS.get(document.get("kind"))
        if action is None:
            problems.append(f"There is no action “{document.get('kind')}”.")
        else:
            problems += [f"{action.label}: {text}" for text in action.check(document).values()]
    if play.trigger == TriggerKind.READY and play.limit_days is None:
        problems.append(
            "Set a limit: an event that lifts the total is both a hit and a rise, and would count "
            "twice."
        )
    return problems


def missing_for(play: Play) -> list[str]:
    """What a play names that is not there at present, in words; looked up each time."""
    known = [(ACTIONS.get(document.get("kind")), document) for document in play.actions]
    return [
        f"{action.label}: {text}"
        for action, document in known
        if action is not None
        for text in action.missing(document).values()
    ]


@transaction.atomic
def save_play(play: Play, *, by: User | None, at: datetime) -> Play:
    """Keep a new play, or what was changed of one. One that is on acts by the change from now on.

    Raises:
        PlayNotReady: it is on, and could not act any more.
    """
    before = Play.objects.select_for_update().filter(pk=play.pk).first()
    then = _document(before) if before else {}
    if before is not None:
        play.on_since = before.on_since
    if play.is_on and (problems := problems_of(play) or missing_for(play)):
        raise PlayNotReady(f"{play} is on and would not work: {problems[0]}")
    play.save()
    if before is not None and play.is_on and _waits_for(before) != _waits_for(play):
        _begin(play, at)
    changes = list(audit.differences(then, _document(play)))
    if changes:
        audit.record("edited" if before else "made", about=play, by=by, at=at, changes=changes)
    return play


@transaction.atomic
def turn_on(play: Play, *, by: User | None, at: datetime) -> bool:
    """Let a play act on what happens from now on; False if it was on.

    Raises:
        PlayNotReady: it could not act.
    """
    locked = Play.objects.select_for_update().get(pk=play.pk)
    if locked.is_on:
        return False
    if problems := problems_of(locked) or missing_for(locked):
        raise PlayNotReady(f"{locked} is not switched on: {problems[0]}")
    _begin(locked, at)
    play.on_since = locked.on_since
    audit.record("switched on", about=locked, by=by, at=at)
    return True


@transaction.atomic
def turn_off(play: Play, *, by: User | None, at: datetime) -> bool:
    """Let a play act no more; what it found and did not act on yet is left out. False if it was
    off."""
    if Play.objects.filter(pk=play.pk, on_since__isnull=False).update(on_since=None) != 1:
        return False
    play.on_since = None
    audit.record("switched off", about=play, by=by, at=at)
    return True


def _begin(play: Play, at: datetime) -> None:
    """Wait from now on; in sources that no other play searches, the search begins here too."""
    others = Play.objects.on().exclude(pk=play.pk)
    searched = {source for other in others for source in TRIGGERS[other.trigger].sources}
    begin_now([s for s in TRIGGERS[play.trigger].sources if s not in searched], at=at)
    play.on_since = at
    play.save(update_fields=["on_since"])


def _waits_for(play: Play) -> tuple[Any, ...]:
    return play.trigger, play.trigger_params, play.product_id


def _document(play: Play) -> dict[str, Any]:
    return {name: getattr(play, name) for name in KEPT} | {"product": play.product_id}
