"""What a click does: the same services as in the queue, by the same rules, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integrations.inbound.slack.payload import Click, Submission
from integrations.models import SlackAction, SlackUser
from integrations.outbound.secrets import MissingSecretError, secret
from integrations.outbound.slack.client import SlackProblem, call, client
from routing import services
from routing.models import Qualification, Rep
from routing.services import RoutingError
from routing.viewers import Viewer

TOKEN_NAME = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of a variable
QUICK_S = 1
"""Slack waits three seconds for its answer, and so does whoever clicked."""
WAKE_HOUR = 8
UNKNOWN = (
    "Ripeline does not know who you are: no account has the e-mail address that you have in "
    "Slack. Ask whoever runs Ripeline to enter you under Slack users."
)


class NotDoneError(Exception):
    """A click did nothing; says why, to who clicked."""


def person_of(slack_id: str) -> User:
    """Who clicked. Somebody new is found by their e-mail address, and remembered.

    Raises:
        NotDoneError: nobody of ours.
    """
    known = SlackUser.objects.filter(slack_id=slack_id).select_related("user").first()
    user = known.user if known else _by_address(slack_id)
    if user is None or not user.is_active:
        raise NotDoneError(UNKNOWN)
    return user


def _by_address(slack_id: str) -> User | None:
    try:
        answer = call(client(secret(TOKEN_NAME), timeout=QUICK_S), "users_info", user=slack_id)
    except (SlackProblem, MissingSecretError):
        return None
    email = str(((answer.get("user") or {}).get("profile") or {}).get("email") or "")
    found = list(User.objects.filter(email__iexact=email, is_active=True)[:2]) if email else []
    if len(found) != 1 or SlackUser.objects.filter(user=found[0]).exists():
        return None
    SlackUser.objects.get_or_create(user=found[0], defaults={"slack_id": slack_id})
    return found[0]


def click(given: Click, *, at: datetime) -> int | None:
    """Do what was clicked, unless it was done already.

    Returns:
        The PQL to ask a reason for, where that is what was clicked.

    Raises:
        NotDoneError: it is not possible (any more), or not theirs.
    """
    key, _, choice = given.value.partition(":")
    user = person_of(given.slack_id)
    if given.action == "pql_reject":
        return _theirs(key, user).pk
    if given.action == "pql_accept":
        _once(given.slack_id, given.action_ts, key, user, at, services.accept)
    elif given.action == "pql_snooze":
        until = _until(choice, user, at)
        _once(given.slack_id, given.action_ts, key, user, at, services.snooze, until=until)
    else:
        raise NotDoneError("This button does nothing any more: open the PQL instead.")
    return None


def submit(given: Submission, *, at: datetime) -> None:
    """Reject a PQL for the reason given, unless that was done already.

    Raises:
        NotDoneError: it is not possible (any more), or not theirs.
    """
    user = person_of(given.slack_id)
    why = {"reason": given.reason, "note": given.note}
    _once(given.slack_id, given.view_id, given.value, user, at, services.reject, **why)


@transaction.atomic
def _once(
    slack_id: str,
    action_ts: str,
    key: str,
    user: User,
    at: datetime,
    service: Callable[..., object],
    **given: Any,
) -> None:
    """Remember a click in the transaction of what it does; one that is known does nothing."""
    _, is_new = SlackAction.objects.get_or_create(
        slack_id=slack_id, action_ts=action_ts[:40], defaults={"at": at}
    )
    if not is_new:
        return
    try:
        service(_theirs(key, user), by=user, at=at, **given)
    except RoutingError as error:
        raise NotDoneError(str(error)) from error


def _theirs(key: str, user: User) -> Qualification:
    """The PQL, if there is one and they may work it. It tells nobody else that there is one."""
    found = None
    if key.isascii() and key.isdigit() and len(key) < 19:
        pqls = Qualification.objects.select_related("rep__user")
        found = pqls.filter(pk=int(key)).first()
    viewer = Viewer.of(user)
    if found is None or not Qualification.objects.seen_by(viewer).filter(pk=found.pk).exists():
        raise NotDoneError("This PQL is not there any more, or another team works it.")
    if not viewer.may_act_on(found):
        if not viewer.may_work:
            raise NotDoneError("You may not work PQLs. Ask whoever runs Ripeline for the right to.")
        raise NotDoneError(f"This PQL is {found.rep}’s to work.")
    return found


def _until(choice: str, user: User, at: datetime) -> datetime:
    """Eight in the morning where they are: tomorrow, or next Monday."""
    rep = Rep.objects.filter(user=user).first()
    zone = rep.zone if rep else timezone.get_default_timezone()
    today = at.astimezone(zone).date()
    if choice == "tomorrow":
        day = today + timedelta(days=1)
    elif choice == "week":
        day = today + timedelta(days=7 - today.weekday())
    else:
        raise NotDoneError("Choose until when.")
    return datetime(day.year, day.month, day.day, WAKE_HOUR, tzinfo=zone)
