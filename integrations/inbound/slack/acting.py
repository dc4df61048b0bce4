"""What a click does: the same services as in the queue, by the same rules, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integrations.inbound.slack import modal
from integrations.inbound.slack.payload import Click, Submission
from integrations.models import SlackAction, SlackUser
from integrations.outbound.secrets import MissingSecretError, secret
from integrations.outbound.slack.client import SlackProblem, call, client
from routing import plays, services
from routing.models import Qualification, Rep, Task
from routing.plays import reading
from routing.services import REVIEWED_ALREADY, RoutingError
from routing.viewers import Viewer

TOKEN_NAME = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of a variable
QUICK_S = 1
"""Slack waits three seconds for its answer, and so does whoever clicked."""
WAKE_HOUR = 8
UNKNOWN = (
    "Ripeline does not know who you are: no account has the e-mail address that you have in "
    "Slack. Ask whoever runs Ripeline to enter you under Slack users."
)

Find = Callable[[str, User], Qualification | Task]
"""Finds the PQL or task a button names, or says why it is not for this person."""
MAY_NOT_WORK = "You may not work PQLs. Ask whoever runs Ripeline for the right to."
Service = Callable[..., object]


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


def click(given: Click, *, at: datetime) -> dict[str, Any] | None:
    """Do what was clicked, unless it was done already.

    Returns:
        The form to open, where a reason has to be asked for first.

    Raises:
        NotDoneError: it is not possible (any more), or not theirs.
    """
    key, _, choice = given.value.partition(":")
    user = person_of(given.slack_id)
    if given.action in FORMS:
        find, _ = FORMS[given.action]
        return modal.reject_view(find(key, user).pk, given.action)
    if given.action not in BUTTONS:
        raise NotDoneError("This button does nothing any more: open the PQL instead.")
    find, service = BUTTONS[given.action]
    more = {"until": _until(choice, user, at)} if given.action == "pql_snooze" else {}
    act = partial(_act, find, service, key, by=user, at=at, **more)
    _once(given.slack_id, given.action_ts, act, at=at)
    return None


def submit(given: Submission, *, at: datetime) -> None:
    """Reject a PQL for the reason given, unless that was done already.

    Raises:
        NotDoneError: it is not possible (any more), or not theirs.
    """
    user = person_of(given.slack_id)
    if given.form not in FORMS:
        raise NotDoneError("This form does nothing any more: open the PQL instead.")
    find, reject = FORMS[given.form]
    why = {"reason": given.reason, "note": given.note}
    act = partial(_act, find, reject, given.value, by=user, at=at, **why)
    _once(given.slack_id, given.view_id, act, at=at)


@transaction.atomic
def _once(slack_id: str, action_ts: str, act: Callable[[], object], *, at: datetime) -> None:
    """Remember a click in the transaction of what it does; one that is known does nothing."""
    _, is_new = SlackAction.objects.get_or_create(
        slack_id=slack_id, action_ts=action_ts[:40], defaults={"at": at}
    )
    if not is_new:
        return
    try:
        act()
    except RoutingError as error:
        raise NotDoneError(str(error)) from error


def _act(find: Find, service: Service, key: str, *, by: User, at: datetime, **more: object) -> None:
    service(find(key, by), by=by, at=at, **more)


def _theirs(key: str, user: User) -> Qualification:
    """The PQL, if there is one and they may work it. It tells nobody else that there is one."""
    found = _found(key)
    viewer = Viewer.of(user)
    if found is None or not Qualification.objects.seen_by(viewer).filter(pk=found.pk).exists():
        raise NotDoneError("This PQL is not there any more, or another team works it.")
    if not viewer.may_act_on(found):
        if not viewer.may_work:
            raise NotDoneError(MAY_NOT_WORK)
        raise NotDoneError(f"This PQL is {found.rep}’s to work.")
    return found


def _to_review(key: str, user: User) -> Qualification:
    """The PQL, if it waits for its review and they may review."""
    if not Viewer.of(user).may_review:
        raise NotDoneError("You may not review PQLs. Ask whoever runs Ripeline for the right to.")
    found = _found(key)
    if found is None:
        raise NotDoneError("This PQL is not there any more.")
    if not found.waits_for_review:
        raise NotDoneError(REVIEWED_ALREADY)
    return found


def _their_task(key: str, user: User) -> Task:
    """The task, if there is one and they may do it: by the same rules as on its page."""
    viewer = Viewer.of(user)
    if not viewer.may_work:
        raise NotDoneError(MAY_NOT_WORK)
    seen = Task.objects.standing().seen_by(viewer)
    people = ("rep__user", "qualification__rep__user")
    found = seen.select_related(*people).filter(pk__in=_ids(key)).first()
    if found is None:
        raise NotDoneError("This task was taken back, or another team has it.")
    if not reading.may_act_on(viewer, found):
        raise NotDoneError(f"This task is {found.owner}’s to do.")
    return found


def _found(key: str) -> Qualification | None:
    return Qualification.objects.select_related("rep__user").filter(pk__in=_ids(key)).first()


def _ids(key: str) -> list[int]:
    """The id that a button carries; none where it is something else."""
    return [int(key)] if key.isascii() and key.isdigit() and len(key) < 19 else []


BUTTONS: dict[str, tuple[Find, Service]] = {
    "pql_accept": (_theirs, services.accept),
    "pql_snooze": (_theirs, services.snooze),
    "review_pass": (_to_review, services.pass_review),
    "task_done": (_their_task, plays.finish_task),
    "task_undone": (_their_task, plays.reopen_task),
}
FORMS: dict[str, tuple[Find, Service]] = {
    modal.REJECT: (_theirs, services.reject),
    modal.REJECT_IN_REVIEW: (_to_review, services.dismiss_in_review),
}
"""What a button, or a form and the button that opens it, does to which PQL or task."""


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
