from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from leads.models import Lead, Product
from routing.models.lifecycle import Lifecycles
from routing.models.qualification_indexes import CLOCK_IS_TO_BE_SET, INDEXES
from routing.models.rep import Rep
from routing.models.sla import SlaPolicy
from routing.models.states import (
    CLOSED_STATES,
    COOLED_STATES,
    EXPIRED_REASONS,
    LOST_CHOICES,
    LOST_REASONS,
    OPEN_STATES,
    UNREVIEWED,
    WON_REASONS,
    ClosingReason,
    RejectReason,
    Review,
    State,
)
from rubrics.models import Publication, RubricVersion, ScoreChange

if TYPE_CHECKING:
    from routing.viewers import Viewer

# With the words that its fields are made of.
__all__ = [
    "CLOCK_IS_TO_BE_SET",
    "CLOSED_STATES",
    "COOLED_STATES",
    "EXPIRED_REASONS",
    "LOST_CHOICES",
    "LOST_REASONS",
    "OPEN_STATES",
    "UNREVIEWED",
    "WON_REASONS",
    "ClosingReason",
    "Qualification",
    "QualificationQuerySet",
    "RejectReason",
    "Review",
    "State",
]


class QualificationQuerySet(models.QuerySet["Qualification"]):
    def open(self) -> QualificationQuerySet:
        """Episodes still being worked."""
        return self.filter(state__in=OPEN_STATES)

    def closed(self) -> QualificationQuerySet:
        """Episodes that ended; said in both ways there are, of which the index knows one."""
        return self.filter(state__in=CLOSED_STATES, closed_at__isnull=False)

    def in_queue(self) -> QualificationQuerySet:
        """Open and not snoozed: what a rep should look at."""
        return self.open().exclude(state=State.SNOOZED).exclude(review=Review.WAITING)

    def undealt(self) -> QualificationQuerySet:
        """Those no rep was there for when they opened."""
        return self.filter(state=State.NEW, rep=None).exclude(review__in=UNREVIEWED)

    def to_review(self) -> QualificationQuerySet:
        """Those that wait for somebody to say whether they are worth working; best first."""
        waiting = self.filter(review=Review.WAITING, state=State.NEW)
        return waiting.order_by("-total", "opened_at", "pk")

    def unwatched(self) -> QualificationQuerySet:
        """Those that wait for a review of which nobody was told yet."""
        return self.to_review().filter(review_wait=None)

    def without_clock(self) -> QualificationQuerySet:
        """Assigned ones whose SLA was not worked out for this assignment yet (or anew)."""
        return self.filter(CLOCK_IS_TO_BE_SET)

    def sla_due(self, at: datetime) -> QualificationQuerySet:
        """Those about which their SLA says to do something by now; longest due first."""
        return self.filter(sla_next_at__lte=at).order_by("sla_next_at", "pk")

    def for_rep(self, user_id: int) -> QualificationQuerySet:
        """Those dealt to the rep with this user id."""
        return self.filter(rep__user_id=user_id)

    def snooze_over(self, at: datetime) -> QualificationQuerySet:
        """Snoozed ones whose time has come."""
        return self.filter(state=State.SNOOZED, snoozed_until__lte=at)

    def seen_by(self, viewer: Viewer) -> QualificationQuerySet:
        """A rep sees their own, their teams', and what is nobody's; some people see all."""
        if viewer.sees_all:
            return self
        theirs = Q(rep=None) | Q(rep=viewer.rep_id) | Q(rep__team__in=viewer.team_ids)
        return self.filter(theirs).exclude(review__in=UNREVIEWED)

    def hidden_from(self, viewer: Viewer) -> QualificationQuerySet:
        """Open ones that another team works."""
        if viewer.sees_all:
            return self.none()
        others = self.open().filter(rep__isnull=False)
        return others.exclude(rep=viewer.rep_id).exclude(rep__team__in=viewer.team_ids)

    def with_score(self) -> QualificationQuerySet:
        """Each with ``score``: what its lead is worth now for the product."""
        # By way of the few products, not of the many leads: half the time on 20,000 rows.
        now = models.FilteredRelation(
            "product__scores", condition=Q(product__scores__lead=models.F("lead"))
        )
        return self.annotate(score=now)

    def born_of(self, publication_id: int) -> QualificationQuerySet:
        """Those that a version opened by going live."""
        return self.filter(publication=publication_id)

    def lost_by(self, publication_id: int) -> QualificationQuerySet:
        """Open ones whose lead met the thresholds until this version went live."""
        lost = ScoreChange.objects.filter(
            publication=publication_id,
            lost=True,
            lead=OuterRef("lead"),
            product=OuterRef("product"),
        )
        no_more = Q(score__is_pql=False) | Q(score=None)
        return self.open().with_score().filter(no_more, Exists(lost))

    def of_teams(self, team_ids: Iterable[int]) -> QualificationQuerySet:
        """Those that reps of these teams work."""
        return self.filter(rep__team__in=team_ids)

    def falling_by(self, moment: datetime) -> QualificationQuerySet:
        """PQLs of now that are none at ``moment`` if nothing happens until then."""
        falling = self.filter(forecast__falls_at__lte=moment)
        return falling.with_score().filter(Q(score__is_pql=True))

    def unforetold(self, at: datetime) -> QualificationQuerySet:
        """Open ones of which nothing is foretold yet, or from a score or a time gone by."""
        same = Q(forecast__lead=models.F("lead"), forecast__product=models.F("product"))
        fresh = same & Q(forecast__revision=models.F("score__revision"), forecast__due_at__gt=at)
        scored = self.open().with_score().filter(Q(score__isnull=False))
        return scored.filter(Q(forecast=None) | ~fresh)

    def of_merged_leads(self) -> QualificationQuerySet:
        """Those whose lead was merged into another one and that have not followed it yet."""
        return self.filter(lead__merged_into__isnull=False)

    def barred(
        self, totals: Mapping[tuple[int, int], int], *, at: datetime, lifecycles: Lifecycles
    ) -> set[tuple[int, int]]:
        """Of these (lead, product) pairs with their totals, those that may open no new one.

        One is open, or one closed too lately and the lead has not risen enough since. One that was
        won bars nothing: what the customer does next is a new story.
        """
        cooling = Q(state__in=COOLED_STATES, closed_at__gt=at - lifecycles.longest_cooldown)
        found = self.filter(
            Q(state__in=OPEN_STATES) | cooling, lead__in={lead_id for lead_id, _ in totals}
        )
        barred = set()
        for lead_id, product_id, closed_at, closed_total in found.values_list(
            "lead_id", "product_id", "closed_at", "closed_total"
        ):
            key, lifecycle = (lead_id, product_id), lifecycles.of(product_id)
            if key in totals and (
                closed_at is None
                or (
                    lifecycle.is_cooling(closed_at=closed_at, at=at)
                    and not lifecycle.is_risen(total=totals[key], closed_total=closed_total)
                )
            ):
                barred.add(key)
        return barred

    def coming_back(self, at: datetime, lifecycles: Lifecycles) -> QualificationQuerySet:
        """Closed ones whose lead still meets the thresholds and may have another by now; those
        closed longest ago first.

        Only a lead's last episode for a product counts, unless it was won, and only if the lead
        has done something since: who just sits above the thresholds is no news.
        """
        same = Qualification.objects.filter(lead=OuterRef("lead"), product=OuterRef("product"))
        later = same.filter(
            Q(closed_at=None)
            | Q(closed_at__gt=OuterRef("closed_at"))
            | Q(closed_at=OuterRef("closed_at"), pk__gt=OuterRef("pk"))
        )
        ended = self.filter(state__in=COOLED_STATES, lead__merged_into=None).with_score()
        still = Q(score__is_pql=True, score__last_activity_at__gt=models.F("closed_at"))
        back = ended.filter(still, lifecycles.may_come_back(at), ~Exists(later))
        return back.order_by("closed_at", "pk")

    def ended_last(self, lead_ids: Iterable[int]) -> QualificationQuerySet:
        """Of each of these leads and product the last closed one, with its history."""
        closed = self.filter(lead__in=lead_ids, closed_at__isnull=False)
        newest = closed.order_by("lead_id", "product_id", "-opened_at", "-pk")
        newest = newest.distinct("lead_id", "product_id").defer("breakdown")
        return newest.prefetch_related("changes__by")

    def gone_quiet(self, at: datetime, lifecycles: Lifecycles) -> QualificationQuerySet:
        """Those nobody has begun whose lead has been no PQL for as long as its product allows;
        longest first.

        Each with ``quiet_since``: when the lead was lost, or the PQL opened if no score tells.
        """
        lost = ScoreChange.objects.filter(
            lead=OuterRef("lead"), product=OuterRef("product"), lost=True
        ).order_by("-at", "-pk")
        untouched = self.filter(state__in=(State.NEW, State.ASSIGNED), first_touched_at=None)
        no_more = untouched.with_score().filter(Q(score__is_pql=False) | Q(score=None))
        since = Greatest("opened_at", Subquery(lost.values("at")[:1]))
        quiet = no_more.annotate(quiet_since=since)
        return quiet.order_by("quiet_since", "pk").filter(
            quiet_since__lte=lifecycles.let_go_from(at)
        )


class Qualification(models.Model):
    """One episode of work that a lead's crossing of all three thresholds opened.

    ``fit``, ``behavior``, ``total`` and ``breakdown`` are frozen as they were at that moment;
    ``breakdown`` is a list of ``{"key", "axis", "label", "points", "reason"}`` that sums to them.
    State changes are made by :mod:`routing.services` only, each leaving a :class:`StateChange`.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="qualifications")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    version = models.ForeignKey(RubricVersion, on_delete=models.PROTECT)
    opened_by = models.OneToOneField(
        ScoreChange, on_delete=models.SET_NULL, null=True, related_name="qualification"
    )
    publication = models.ForeignKey(
        Publication,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="qualifications",
        db_index=False,
        help_text="The version going live that opened it, with many others; empty: the lead's own "
        "doing.",
    )
    state = models.CharField(max_length=11, choices=State, default=State.NEW)
    review = models.CharField(max_length=9, choices=Review, default=Review.NONE, blank=True)
    rep = models.ForeignKey(
        Rep,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="qualifications",
        db_index=False,  # found by qualification_by_assignment
    )
    fit = models.SmallIntegerField()
    behavior = models.SmallIntegerField()
    total = models.SmallIntegerField()
    breakdown = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    first_touched_at = models.DateTimeField(null=True, blank=True)
    # The SLA's clock (routing.sla): which policy, by when the first touch is due, when there is
    # something to do next, and for which assignment all this was worked out.
    sla_policy = models.ForeignKey(
        SlaPolicy, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sla_due_at = models.DateTimeField(null=True, blank=True)
    sla_next_at = models.DateTimeField(null=True, blank=True, editable=False)
    sla_set_for = models.DateTimeField(null=True, blank=True, editable=False)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    state_before_snooze = models.CharField(max_length=11, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reject_reason = models.CharField(max_length=20, choices=RejectReason, blank=True)
    closing_reason = models.CharField(max_length=11, choices=ClosingReason, blank=True)
    closed_total = models.SmallIntegerField(
        null=True, blank=True, help_text="The lead's total when it was closed without being won."
    )

    objects = QualificationQuerySet.as_manager()

    class Meta:
        permissions = [
            ("work_qualification", "Can work PQLs: accept, reject, snooze"),
            ("view_all_qualifications", "Can see every rep's PQLs"),
            ("review_qualification", "Can say which PQLs are worth working, before reps see them"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "product"],
                condition=Q(state__in=OPEN_STATES),
                name="one_open_qualification",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (Q(closed_at=None) & ~Q(state__in=CLOSED_STATES)),
                name="qualification_closed_has_its_time",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.REJECTED) & ~Q(reject_reason=""))
                | (~Q(state=State.REJECTED) & Q(reject_reason="")),
                name="qualification_rejected_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(closing_reason="")
                | Q(state=State.WON, closing_reason__in=WON_REASONS)
                | Q(state=State.LOST, closing_reason__in=LOST_REASONS)
                | Q(state=State.EXPIRED, closing_reason__in=EXPIRED_REASONS),
                name="qualification_closing_reason_fits",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SNOOZED, snoozed_until__isnull=False)
                | (Q(snoozed_until=None) & ~Q(state=State.SNOOZED)),
                name="qualification_snoozed_has_its_end",
            ),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return f"PQL {self.pk}: lead {self.lead_id}, {self.get_state_display()}"

    @property
    def waits_for_review(self) -> bool:
        return self.review == Review.WAITING and self.state == State.NEW

    @property
    def waits_for_touch(self) -> bool:
        """Assigned, and its rep has done nothing with it since."""
        if self.state != State.ASSIGNED or self.assigned_at is None:
            return False
        return self.first_touched_at is None or self.first_touched_at < self.assigned_at
