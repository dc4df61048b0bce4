"""What waits for a review is told to who reviews; they are reminded, then their manager is told.

Whoever holds a PQL back knows nothing of this: one that waits and that nobody was told of is found
by having no :class:`ReviewWait`. Everything is keyed by its cause, so that whatever is killed or
begun anew tells nothing twice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from routing.alerts import Content, managers_of_all, raise_alert, raise_notice
from routing.availability import company_hours_of
from routing.dealing.deadlines import span_words
from routing.dealing.hours import NeverOpen, WorkingHours, office_hours
from routing.facts import facts_of
from routing.models import Alert, Qualification, Rep, ReviewPolicy, ReviewWait, Team
from routing.models.alert import AlertKind, Severity
from routing.models.rep import workspace_zone
from routing.services.reviewing import review_asked_by


@dataclass(frozen=True, slots=True)
class _News:
    """One thing that is told: ``step`` keys it, ``title`` and ``about_many`` begin its lines."""

    step: str
    kind: AlertKind
    severity: Severity | None
    title: str
    about_many: str


NEW = _News("new", AlertKind.REVIEW, None, "To review", "New PQLs to review")
REMINDER = _News(
    "remind", AlertKind.SLA_REMINDER, Severity.HIGH, "Still to review", "PQLs still to review"
)
MANAGER = _News(
    "manager",
    AlertKind.SLA_BREACH,
    Severity.HIGH,
    "Waits too long for a review",
    "PQLs wait too long for a review",
)


@transaction.atomic
def tell_reviewers(*, at: datetime, limit: int) -> int:
    """Tell the reviewers of up to ``limit`` PQLs that wait, once each; return how many."""
    waiting = list(
        Qualification.objects.unwatched()
        .select_related("lead__account", "product", "version")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not waiting:
        return 0
    people = reviewers()
    hours = _hours_of(people)
    policies = _policies_of(waiting, at=at)
    for pql in waiting:
        policy = policies.get(pql.pk)
        due = _first(hours, pql.opened_at, policy.within if policy else None)
        _tell(NEW, pql, people, _why(policy), at=at)
        ReviewWait.objects.create(
            qualification=pql,
            policy=policy,
            due_at=due,
            manager_at=_first(hours, pql.opened_at, policy.tell_manager_after if policy else None),
            next_at=due,
        )
    return len(waiting)


@transaction.atomic
def take_review_steps(*, at: datetime, limit: int) -> int:
    """Remind the reviewers, or tell their manager, of up to ``limit`` PQLs; return how many.

    Of one that was reviewed meanwhile nothing is said.
    """
    due = list(
        ReviewWait.objects.due(at)
        .select_related("policy", "qualification__lead__account")
        .select_for_update(skip_locked=True, of=("self", "qualification"))[:limit]
    )
    for wait in due:
        pql = wait.qualification
        if not pql.waits_for_review:
            Alert.objects.about(f"review:{pql.pk}").settle(at)
            wait.delete()
            continue
        words = f"Not reviewed within {_within(wait.policy)}."
        _tell(REMINDER, pql, reviewers(), words, at=at)
        is_managers = wait.manager_at is not None and wait.manager_at <= at
        if is_managers:
            _tell(MANAGER, pql, managers_of_reviewers(), words, at=at)
        wait.next_at = None if is_managers else wait.manager_at
        wait.save(update_fields=["next_at"])
    return len(due)


def reset_reviews() -> None:
    """Have the moments worked out anew, because policies changed. What was told stays told."""
    ReviewWait.objects.filter(qualification__in=Qualification.objects.to_review()).delete()


def reviewers() -> list[User]:
    """Who is told: the reps of the teams that review; without any, whoever holds the right to.

    Deactivated people never are. Superusers are the last resort: somebody is always told.
    """
    active = User.objects.filter(is_active=True).order_by("pk").distinct()
    right = "review_qualification"
    holds = Q(user_permissions__codename=right) | Q(groups__permissions__codename=right)
    return (
        list(active.filter(rep__team__reviews=True))
        or list(active.filter(holds))
        or list(active.filter(is_superuser=True))
    )


def managers_of_reviewers() -> Sequence[User]:
    """Who is told that a review waits too long: who leads the teams that review, else who answers
    for what is nobody's."""
    leading = Team.objects.filter(reviews=True, manager__is_active=True).values("manager")
    return list(User.objects.filter(pk__in=leading).order_by("pk")) or managers_of_all()


def _policies_of(pqls: Collection[Qualification], *, at: datetime) -> dict[int, ReviewPolicy]:
    """The policy that holds each back, by PQL id; none where it was changed since."""
    policies = list(ReviewPolicy.objects.in_force())
    known = facts_of([(pql.lead_id, pql.product_id) for pql in pqls], at=at)
    found = {}
    for pql in pqls:
        facts = known.get((pql.lead_id, pql.product_id))
        policy = review_asked_by(policies, facts) if facts else None
        if policy is not None:
            found[pql.pk] = policy
    return found


def _hours_of(people: Iterable[User]) -> list[WorkingHours]:
    """Everybody's week; office hours where none of them is a rep."""
    reps = Rep.objects.filter(user__in=people)
    return list(company_hours_of(reps).values()) or [office_hours(workspace_zone())]


def _first(
    hours: Iterable[WorkingHours], since: datetime, span: timedelta | None
) -> datetime | None:
    """When the first of them will have been at work for so long since then."""
    if span is None:
        return None
    found = []
    for one in hours:
        try:
            found.append(one.add_working(since, span))
        except NeverOpen:
            continue
    return min(found, default=None)


def _within(policy: ReviewPolicy | None) -> str:
    return span_words(policy.within) if policy and policy.within else "its time"


def _why(policy: ReviewPolicy | None) -> str:
    if policy is None:
        return "Say whether it is worth a rep's time."
    asked = f"“{policy}” asks for a look before a rep gets it"
    return f"{asked}, within {span_words(policy.within)}." if policy.within else f"{asked}."


def _tell(
    news: _News, pql: Qualification, people: Iterable[User], words: str, *, at: datetime
) -> None:
    """Tell each of them once; of what a version brought by going live, once of all together."""
    page = reverse("routing:review-list")
    for user in people:
        if pql.publication_id is not None:
            raise_notice(
                key=f"reviews:{pql.publication_id}:{news.step}:{user.pk}",
                kind=news.kind,
                severity=news.severity or Severity.NORMAL,
                user=user,
                title=f"{news.about_many}, since a new version went live",
                content=Content(message="They are listed under Review.", path=page),
                at=at,
            )
        else:
            raise_alert(
                key=f"review:{pql.pk}:{news.step}:{user.pk}",
                kind=news.kind,
                severity=news.severity,
                user=user,
                lead=pql.lead,
                qualification=pql,
                at=at,
                message=words,
                title="" if news is NEW else f"{news.title}: {pql.lead}",
                path=f"{page}#review-{pql.pk}",
            )
