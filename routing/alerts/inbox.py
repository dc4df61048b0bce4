"""A person's inbox: what they were told, what of it is new, and what they make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from routing.alerts.content import Content
from routing.alerts.preferences import kinds_for
from routing.models import Alert, Qualification, StateChange
from routing.models.alert import AlertKind
from routing.models.qualification import UNREVIEWED
from routing.viewers import Viewer

PAGE_SIZE = 25
LOOKED_BACK = 30
# Fewer say nothing about a habit.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """Which alerts somebody wants to see."""

    unread: bool = True
    severity: int | None = None
    kind: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """An alert with what it says, read from its document, and whether its reader may work the PQL
    that it is about."""

    alert: Alert
    content: Content
    may_act: bool

    @property
    def waits(self) -> bool:
        """Whether it goes out later: quiet hours, or with others."""
        is_out = self.alert.delivered_at is not None
        return self.alert.was_held and not is_out and bool(self.alert.channels)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an inbox."""

    items: Sequence[Item]
    number: int
    has_next: bool

    @property
    def newest(self) -> int:
        """Id of the newest alert shown; 0 for none."""
        return max((item.alert.pk for item in self.items), default=0)


@dataclass(frozen=True, slots=True)
class Habit:
    """Of the last alerts about PQLs: how many were followed by something their reader did."""

    acted: int
    told: int

    @property
    def is_tired(self) -> bool:
        """Most of them lead to nothing: fewer would be read more (facts/peers.md, row 62)."""
        return self.told >= FEWEST and self.acted * 2 < self.told


def inbox_page(viewer: Viewer, asked: Asked) -> Page:
    """One query."""
    people = ("lead", "qualification__lead", "qualification__rep__user")
    found = Alert.objects.of_user(viewer.user_id).select_related(*people)
    found = found.defer(
        "lead__attributes", "qualification__breakdown", "qualification__lead__attributes"
    )
    if asked.unread:
        found = found.unread()
    if asked.severity is not None:
        found = found.filter(severity=asked.severity)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    start = (asked.page - 1) * PAGE_SIZE
    cut = list(found[start : start + PAGE_SIZE + 1])
    items = [
        Item(alert, Content.from_json(alert.content), _may_act(viewer, alert.qualification))
        for alert in cut[:PAGE_SIZE]
    ]
    return Page(items, asked.page, len(cut) > PAGE_SIZE)


def _may_act(viewer: Viewer, pql: Qualification | None) -> bool:
    """Whether they work it: what waits for a review is passed on or rejected there."""
    return pql is not None and pql.review not in UNREVIEWED and viewer.may_act_on(pql)


def kinds_to_find(viewer: Viewer, asked: Asked) -> list[AlertKind]:
    """What the inbox can be narrowed to: kinds that they can get, and the one that is asked for."""
    can_get = kinds_for(viewer)
    return [kind for kind in AlertKind if kind in can_get or kind == asked.kind]


def habit_of(user: User) -> Habit:
    """What somebody made of the last ``LOOKED_BACK`` alerts about PQLs; one query."""
    did = StateChange.objects.filter(
        qualification=OuterRef("qualification"), by=user.pk, at__gte=OuterRef("created_at")
    )
    last = Alert.objects.of_user(user.pk).filter(qualification__isnull=False)
    followed = list(last.annotate(acted=Exists(did)).values_list("acted", flat=True)[:LOOKED_BACK])
    return Habit(sum(followed), len(followed))


def drop_old(*, at: datetime, days: int, limit: int) -> int:
    """Delete up to ``limit`` alerts older than ``days``; those still to go out stay."""
    old = Alert.objects.filter(
        created_at__lt=at - timedelta(days=days), delivered_at__isnull=False
    ).order_by("created_at")
    dropped, _ = Alert.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:limit])
    ).delete()
    return dropped


def read_alert(alert: Alert, *, at: datetime) -> None:
    """Take note of it; the first time counts."""
    Alert.objects.filter(pk=alert.pk).unread().update(read_at=at)


def unread_alert(alert: Alert) -> None:
    """Keep it for later."""
    Alert.objects.filter(pk=alert.pk).update(read_at=None)


def read_all(user: User, *, until: int, at: datetime) -> int:
    """Take note of everything up to the newest one seen; what came since stays new."""
    return Alert.objects.of_user(user.pk).unread().filter(pk__lte=until).update(read_at=at)
