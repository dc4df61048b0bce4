"""Somebody is told."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from routing.alerts import raise_alert
from routing.alerts.content import one_line
from routing.alerts.of_tasks import words_of
from routing.alerts.reading import TEXT_LENGTH
from routing.models import Task
from routing.models.alert import AlertKind, Severity
from routing.plays.actions.base import Action, Doing, Params, check_optional, found, names_of

TO = {"rep": "the rep", "manager": "the team's manager"}


class RaiseAlert(Action):
    """An alert, as severe as the play; Slack or e-mail is up to whoever gets it. A task that the
    play gives them is told along.

    Source: HubSpot guide, workflow 1: "Send internal Slack notification to sales channel".
    """

    kind = "alert"
    label = "Alert"
    fields = ("to", "text")

    def check(self, params: Params) -> dict[str, str]:
        return found(
            to=None if params.get("to") in TO else "Choose who is told.",
            text=check_optional(params.get("text"), 500),
        )

    def words(self, params: Params) -> str:
        return f"alert to {TO[params['to']]}"

    def do(self, doing: Doing, params: Params) -> str:
        users, words, why = _told(doing, params["to"])
        for user in users:
            _tell(doing, params, user, why)
        return words


def _told(doing: Doing, to: str) -> tuple[Sequence[User], str, str]:
    """Who is told; in words who and why; and why they are, where it is meant for somebody else.
    What would reach no rep goes to managers."""
    rep = doing.rep
    if rep is not None and to == "rep" and rep.user.is_active:
        return [rep.user], f"Alert to {rep}{doing.whose.clause}", ""
    if rep is None:
        why = doing.whose.why
    elif to == "rep":
        why = f"{rep}’s account is deactivated"
    else:
        why = "" if doing.managers == [rep.team.manager] else f"{rep.team} has no manager"
    words = f"Alert to {names_of(doing.managers)}"
    return doing.managers, f"{words}: {why}" if why else words, why


def _tell(doing: Doing, params: Params, user: User, why: str) -> None:
    task = _task_for(doing, user)
    text = doing.fill(params.get("text") or doing.play.why).subject
    if why:
        text = f"{why[:1].upper()}{why[1:]}. {text}"
    raise_alert(
        key=f"{doing.key(RaiseAlert.kind)}:{user.pk}",
        kind=AlertKind.PLAY,
        severity=Severity(doing.play.severity),
        user=user,
        lead=doing.lead,
        qualification=doing.qualification,
        at=doing.at,
        message=_with_task(text, task, user),
        title=f"{doing.play.name}: {doing.lead}"[:200],
        task=task,
    )


def _task_for(doing: Doing, user: User) -> Task | None:
    """The task that the same run gives to whom it alerts, or to nobody. Tasks are given before
    anybody is alerted."""
    people = ("rep__user", "qualification__rep__user")
    task = Task.objects.filter(run=doing.run).select_related(*people).first()
    is_anothers = task is not None and task.owner is not None and task.owner.user_id != user.pk
    return None if is_anothers else task


def _with_task(text: str, task: Task | None, user: User) -> str:
    """Whoever is given a task as well is told of both at once; the task is never cut off."""
    if task is None:
        return text
    words = words_of(task, user)
    return f"{one_line(text, TEXT_LENGTH - len(words) - 1)} {words}"
