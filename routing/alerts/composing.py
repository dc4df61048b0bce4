"""An alert is put together: what it says, how pressing it is, when and how it goes out."""

from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User

from leads.models import Lead
from routing.alerts import reading
from routing.alerts.content import Content, one_line
from routing.alerts.preferences import Manner, manner_of
from routing.alerts.severity import DEFAULTS, Rule, severity_of
from routing.models import Alert, Qualification, SeverityRule, Task
from routing.models.alert import AlertKind

TITLES = {
    AlertKind.NEW_PQL: "New PQL: {who}",
    AlertKind.HANDED_PQL: "Handed to you: {who}",
    AlertKind.WOKEN_PQL: "Snooze over: {who}",
    AlertKind.REVIEW: "To review: {who}",
    AlertKind.UNASSIGNED_PQL: "Nobody has this PQL: {who}",
    AlertKind.SLA_REMINDER: "Still waiting: {who}",
    AlertKind.SLA_BREACH: "Waited too long: {who}",
    AlertKind.TASK: "Task about {who}",
    AlertKind.TASK_DUE: "Task due about {who}",
    AlertKind.PLAY: "{who}",
    AlertKind.PILOT: "Pilot: {who}",
}


class Desk:
    """Puts alerts together. What they share, rules and people's preferences, is read once."""

    def __init__(self) -> None:
        self._rules: tuple[Rule, ...] | None = None
        self._manners: dict[int, Manner] = {}

    def manner(self, user: User) -> Manner:
        """How to tell this person."""
        if user.pk not in self._manners:
            self._manners[user.pk] = manner_of(user)
        return self._manners[user.pk]

    def compose(
        self,
        *,
        key: str,
        kind: AlertKind,
        severity: int | None,
        user: User,
        lead: Lead,
        qualification: Qualification | None,
        at: datetime,
        message: str,
        title: str = "",
        path: str = "",
        task: Task | None = None,
    ) -> Alert:
        """An alert about a lead, not saved yet; see :func:`routing.alerts.raise_alert`."""
        manner = self.manner(user)
        score = reading.score_for(lead, qualification)
        content = reading.describe(lead, qualification, score, zone=manner.zone, message=message)
        if path:
            content = replace(content, path=path)
        if severity is None:
            severity = severity_of(
                self._known_rules(),
                product_id=score.product_id if score else None,
                total=content.scores.total if content.scores else 0,
                tier=score.tier if score else None,
            )
        return Alert(
            key=key,
            kind=kind,
            severity=severity,
            user=user,
            lead=lead,
            qualification=qualification,
            task=task,
            title=one_line(title or TITLES[kind].format(who=content.who)),
            content=content.as_json(),
            channels=manner.channels(kind, severity, at),
            created_at=at,
            due_at=manner.due_at(at, severity),
        )

    def compose_notice(
        self, *, key: str, kind: AlertKind, severity: int, user: User, title: str, content: Content,
        at: datetime,
    ) -> Alert:  # fmt: skip
        """An alert about no single lead, not saved yet."""
        manner = self.manner(user)
        return Alert(
            key=key,
            kind=kind,
            severity=severity,
            user=user,
            title=one_line(title),
            content=content.as_json(),
            channels=manner.channels(kind, severity, at),
            created_at=at,
            due_at=manner.due_at(at, severity),
        )

    def _known_rules(self) -> tuple[Rule, ...]:
        """The rules of the admin; the sources' where there are none at all."""
        if self._rules is None:
            names = ("severity", "product_id", "at_least", "tier")
            self._rules = tuple(Rule(*row) for row in SeverityRule.objects.values_list(*names))
        return self._rules or DEFAULTS
