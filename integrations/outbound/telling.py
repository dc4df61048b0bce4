"""What a message says, whichever way it goes: read when it is sent, so that it is true then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Manager, QuerySet
from django.urls import reverse

from integrations.models import Delivery, DeliveryKind
from integrations.outbound.outcomes import Refused
from routing.alerts import Content
from routing.models import Alert, Qualification, StateChange
from routing.models.alert import Severity
from routing.models.qualification import CLOSED_STATES, Review, State
from routing.viewers import Viewer

MOST_LINES = 40  # of a digest; Slack shows 50 blocks
NOTHING = Content()
DONE = {
    State.ACCEPTED: "Accepted",
    State.CONTACTED: "Contacted",
    State.OPPORTUNITY: "Made an opportunity",
    State.WON: "Won",
    State.LOST: "Lost",
    State.REJECTED: "Rejected",
    State.SNOOZED: "Snoozed",
    State.EXPIRED: "Expired",
    State.ASSIGNED: "Given",
    State.NEW: "Put back",
}
REVIEWED = {Review.PASSED: "Passed on", Review.DISMISSED: "Rejected"}


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
        .select_related("qualification__rep", "user")
        .order_by("-severity", "pk")
    )
    if not alerts:
        return Refused("What it was about is gone.")
    past = _past_of(alerts)
    if about.alert_id is None:
        return _digest(alerts, past, is_shared=about.user_id is None)
    return _alone(alerts[0], past, is_shared=about.user_id is None)


@dataclass(frozen=True, slots=True)
class _Past:
    """What became of the PQLs that alerts are about: the newest change of each, by its id, and the
    one that decided its review."""

    last: Mapping[int, StateChange]
    reviews: Mapping[int, StateChange]

    def news_for(self, alert: Alert) -> StateChange | None:
        """What counts to whoever got the alert: a reviewer is not told who works it by now."""
        about = alert.qualification_id or 0
        last = self.last.get(about)
        return self.reviews.get(about, last) if alert.asks_for_review else last


def _past_of(alerts: Iterable[Alert]) -> _Past:
    """Two queries; one where nothing asks for a review."""
    about = {alert.qualification_id for alert in alerts}
    reviewed = {alert.qualification_id for alert in alerts if alert.asks_for_review}
    decided = StateChange.objects.filter(before__review=Review.WAITING, undone_by=None)
    return _Past(_newest(StateChange.objects, about), _newest(decided, reviewed))


def _newest(
    changes: QuerySet[StateChange] | Manager[StateChange], qualification_ids: Iterable[int | None]
) -> dict[int, StateChange]:
    """The newest of the changes, of each PQL."""
    newest = (
        changes.filter(qualification__in=[pk for pk in qualification_ids if pk])
        .select_related("by", "rep__user")
        .order_by("qualification_id", "-pk")
        .distinct("qualification_id")
    )
    return {change.qualification_id: change for change in newest}


def _digest(alerts: Sequence[Alert], past: _Past, *, is_shared: bool) -> Telling:
    items = tuple(
        Item(alert.title, _url(Content.from_json(alert.content).path), _news(alert, past))
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


def _alone(alert: Alert, past: _Past, *, is_shared: bool) -> Telling:
    content = Content.from_json(alert.content)
    pql = alert.qualification
    last = past.last.get(pql.pk) if pql else None
    may_act = pql is not None and _may_act(alert, pql, is_shared=is_shared)
    may_review = pql is not None and _may_review(alert, pql, is_shared=is_shared)
    return Telling(
        reference=f"Alert {alert.pk}",
        title=alert.title,
        url=_url(content.path),
        severity=Severity(alert.severity),
        content=content,
        news=_news(alert, past),
        acts_on=pql.pk if pql and may_act else None,
        asks_about=pql.pk if pql and may_review else None,
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


def _news(alert: Alert, past: _Past) -> str:
    """What became of it since; empty where it is as the alert says."""
    last = past.news_for(alert)
    if last is None or last.at <= alert.created_at:
        return ""
    word = DONE.get(State(last.to_state), "Changed")
    if alert.asks_for_review and alert.qualification:
        word = REVIEWED.get(Review(alert.qualification.review), word)
    to = f" to {last.rep}" if word == "Given" and last.rep else ""
    by = f" by {last.by.get_full_name() or last.by.get_username()}" if last.by else ""
    why = f": {last.reason}" if last.to_state in CLOSED_STATES and last.reason else ""
    return f"{word}{to}{by}, {span_words(last.at - alert.created_at)} after{why}"


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


def span_words(span: timedelta) -> str:
    """``3 minutes``: in the largest unit that fits, rounded down."""
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if count := seconds // size:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "a moment"


def _url(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
