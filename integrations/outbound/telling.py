"""What a message says, whichever way it goes: read when it is sent, so that it is true then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from integrations.models import Delivery, DeliveryKind
from integrations.outbound.news import Past, past_of
from integrations.outbound.outcomes import Refused
from routing.alerts import Content
from routing.models import Alert, Qualification, Task
from routing.models.alert import Severity
from routing.models.qualification import Review, State
from routing.viewers import Viewer

MOST_LINES = 40  # of a digest; Slack shows 50 blocks
NOTHING = Content()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a digest."""

    title: str
    url: str
    news: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """A message in words. Everything in it may come from outside: each channel escapes it.

    Args:
        reference: what people quote when they ask about it, and find it by.
        news: how things stand, where they have moved on: "Accepted by Ada Long, 3 minutes after".
        acts_on: the PQL that can still be accepted, rejected or snoozed from here.
        asks_about: the PQL that can be passed on or rejected from here, for it waits for a review.
        does: the task that can be ticked off from here; ``undoes`` is one that can be put back.
        items: of a digest; then there is no content.
        more: how many items are not shown.
        shown_change: the newest change of the PQL that it tells.
    """

    reference: str
    title: str
    url: str
    severity: Severity = Severity.NORMAL
    content: Content = NOTHING
    news: str = ""
    acts_on: int | None = None
    asks_about: int | None = None
    does: int | None = None
    undoes: int | None = None
    items: tuple[Item, ...] = ()
    more: int = 0
    shown_change: int | None = None

    @property
    def links(self) -> list[tuple[str, str]]:
        """Answers that are one tap away: their words, and where they are given."""
        return [(link.text, _url(link.path)) for link in self.content.links]

    @property
    def about(self) -> str:
        """Who it is about, where the title does not say so already, and what they try."""
        who = "" if self.content.who in self.title else self.content.who
        return " · ".join(part for part in (who, self.content.product) if part)


def telling_of(delivery: Delivery) -> Telling | Refused:
    """What a delivery says at this moment."""
    if delivery.kind == DeliveryKind.TEST:
        return Telling("Test", "Ripeline can write to you here.", settings.PUBLIC_URL)
    about = delivery.original or delivery
    alerts = list(
        Alert.objects.filter(pk__in=about.alert_ids)
        .select_related(
            "qualification__rep", "user", "task__rep__user", "task__qualification__rep__user"
        )
        .order_by("-severity", "pk")
    )
    if not alerts:
        return Refused("What it was about is gone.")
    past = past_of(alerts)
    if about.alert_id is None:
        return _digest(alerts, past, is_shared=about.user_id is None)
    return _alone(alerts[0], past, is_shared=about.user_id is None)


def _digest(alerts: Sequence[Alert], past: Past, *, is_shared: bool) -> Telling:
    items = tuple(
        Item(alert.title, _url(Content.from_json(alert.content).path), past.news_for(alert))
        for alert in alerts[:MOST_LINES]
    )
    count = f"{len(alerts)} thing{'s' if len(alerts) > 1 else ''}"
    others = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    return Telling(
        reference=f"Alert {min(alert.pk for alert in alerts)}{others}",
        title=f"{count} to look at" if is_shared else f"{count} for you",
        # A channel has no inbox.
        url=_url(reverse("routing:queue" if is_shared else "routing:inbox")),
        severity=Severity(alerts[0].severity),
        items=items,
        more=len(alerts) - len(items),
    )


def _alone(alert: Alert, past: Past, *, is_shared: bool) -> Telling:
    content = Content.from_json(alert.content)
    pql = alert.qualification
    last = past.last.get(pql.pk) if pql else None
    may_act = pql is not None and _may_act(alert, pql, is_shared=is_shared)
    may_review = pql is not None and _may_review(alert, pql, is_shared=is_shared)
    task = alert.task if alert.task and _may_do(alert, alert.task, is_shared=is_shared) else None
    return Telling(
        reference=f"Alert {alert.pk}",
        title=alert.title,
        url=_url(content.path),
        severity=Severity(alert.severity),
        content=content,
        news=past.news_for(alert),
        acts_on=pql.pk if pql and may_act else None,
        asks_about=pql.pk if pql and may_review else None,
        does=task.pk if task and task.done_at is None else None,
        undoes=task.pk if task and task.done_at is not None else None,
        shown_change=last.pk if last else None,
    )


def _may_act(alert: Alert, pql: Qualification, *, is_shared: bool) -> bool:
    """Whether it waits for whom the message is for. In a channel, whoever clicks is asked then."""
    if pql.state not in {State.NEW, State.ASSIGNED} or pql.review == Review.WAITING:
        return False
    if alert.asks_for_review:
        return False  # that was done
    return is_shared or pql.rep is None or pql.rep.user_id == alert.user_id


def _may_review(alert: Alert, pql: Qualification, *, is_shared: bool) -> bool:
    """Whether it waits for a review that whom the message is for may give; as above. Of those who
    are told that it waits too long, not everybody may."""
    if not (alert.asks_for_review and pql.waits_for_review):
        return False
    return is_shared or Viewer.of(alert.user).may_review


def _may_do(alert: Alert, task: Task, *, is_shared: bool) -> bool:
    """Whether it is still a matter of whom the message is for, done or not; as above."""
    if task.removed_at is not None or task.is_settled:
        return False
    return is_shared or task.owner is None or task.owner.user_id == alert.user_id


def numbers(content: Content) -> list[tuple[str, str]]:
    """The scores with their maxima and labels, or a summary's figures."""
    found = [(figure.name, figure.value) for figure in content.figures]
    if of := content.scores:
        labels = ", ".join(part for part in (of.band, of.tier) if part)
        found += [
            ("Fit", f"{of.fit} of {of.max_fit}"),
            ("Behavior", f"{of.behavior} of {of.max_behavior}"),
            ("Total", f"{of.total} of {of.max_total}" + (f" ({labels})" if labels else "")),
        ]
    return found


def _url(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
