"""Who reviews is told once of each PQL that waits, reminded, and their manager told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from routing import services, sla
from routing.models import Alert, AlertPreference, Qualification, ReviewPolicy, ReviewWait, Team
from routing.models.qualification import Review
from rubrics.models import Publication
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
)
from tests.factories.rubrics import AT, make_version
from tests.stock import written_twice

pytestmark = pytest.mark.django_db

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
DUE = AT + 4 * HOUR  # a Tuesday, 16:00; reviewers work 9 to 17 UTC
MANAGERS = AT.replace(day=11, hour=9, minute=30)  # one working hour and a half later


@pytest.fixture
@written_twice
def reviewers() -> list[User]:
    """Two of a team that reviews; its manager is Mara."""
    team = TeamFactory.create(
        name="First look", reviews=True, manager=UserFactory.create(first_name="Mara")
    )
    return [rep.user for rep in RepFactory.create_batch(2, team=team)]


@pytest.fixture
def policy() -> ReviewPolicy:
    return ReviewPolicy.objects.create(name="New rubric", tell_manager_after_minutes=90)


@written_twice
def held_back(**kwargs: Any) -> Qualification:
    return QualificationFactory.create(rep=None, review=Review.WAITING, **kwargs)


def watch(at: datetime) -> None:
    sla.tell_reviewers(at=at, limit=10)
    sla.take_review_steps(at=at, limit=10)


def told() -> list[tuple[User, str]]:
    return [(one.user, one.title) for one in Alert.objects.order_by("pk").select_related("user")]


def test_each_reviewer_is_told_once_and_where_to_look(
    reviewers: list[User], policy: ReviewPolicy
) -> None:
    RepFactory.create()
    pql = held_back(lead__name="Ada", lead__title="", lead__account=None)
    for _ in range(2):
        watch(AT)
    assert told() == [(user, "To review: Ada") for user in reviewers]
    alert = Alert.objects.all()[0]
    assert (alert.kind, alert.qualification) == ("review", pql)
    assert alert.content["path"] == f"/review/#review-{pql.pk}"
    assert alert.content["message"] == (
        "“New rubric” asks for a look before a rep gets it, within 4 working hours."
    )


def test_reminded_when_it_is_due_and_then_the_manager_is_told(
    reviewers: list[User], policy: ReviewPolicy
) -> None:
    held_back(lead__name="Ada")
    watch(AT)
    Alert.objects.all().delete()
    manager = Team.objects.get(reviews=True).manager
    assert manager is not None
    for moment, expected in (
        (DUE - TICK, []),
        (DUE, [(user, "Still to review: Ada") for user in reviewers]),
        (MANAGERS - TICK, []),
        (MANAGERS, [(manager, "Waits too long for a review: Ada")]),
        (MANAGERS + 9 * HOUR, []),
    ):
        before = Alert.objects.count()
        watch(moment)
        watch(moment)
        assert told()[before:] == expected, moment
    assert ReviewWait.objects.get().next_at is None


def test_quiet_hours_and_mutes_of_each_count(reviewers: list[User], policy: ReviewPolicy) -> None:
    quiet, muted = reviewers
    AlertPreference.objects.create(user=quiet, quiet_hours="off_work", urgent_at_once=False)
    AlertPreference.objects.create(user=muted, muted_kinds=["review"])
    held_back()
    night = AT.replace(hour=22)
    sla.tell_reviewers(at=night, limit=10)
    held, silent = (Alert.objects.get(user=user) for user in reviewers)
    assert (held.due_at, held.channels != []) == (night.replace(day=11, hour=9), True)
    assert (silent.due_at, silent.channels) == (night, [])


@pytest.mark.parametrize("verdict", ["pass", "dismiss"])
def test_what_was_reviewed_is_settled_for_all_and_told_no_more(
    reviewers: list[User], policy: ReviewPolicy, verdict: str
) -> None:
    pql = held_back()
    watch(AT)
    sent = Alert.objects.all()[0]
    Alert.objects.filter(pk=sent.pk).update(delivered_at=AT)
    other = held_back()
    watch(AT)
    by, later = reviewers[0], AT + HOUR
    if verdict == "pass":
        services.pass_review(pql, by=by, at=later)
    else:
        services.dismiss_in_review(pql, by=by, at=later, reason="no_intent")
    alerts = Alert.objects.filter(qualification=pql)
    assert {one.read_at for one in alerts} == {later}
    assert [bool(one.channels) for one in alerts.order_by("pk")] == [
        one.pk == sent.pk for one in alerts.order_by("pk")
    ]
    count = alerts.count()
    watch(MANAGERS)
    assert alerts.count() == count
    assert not ReviewWait.objects.filter(qualification=pql).exists()
    assert Alert.objects.unread().filter(qualification=other).exists()


def test_taken_back_it_waits_again_and_nobody_is_told_twice(
    reviewers: list[User], policy: ReviewPolicy
) -> None:
    pql = held_back()
    watch(AT)
    services.pass_review(pql, by=reviewers[0], at=DUE)
    watch(DUE)
    services.undo(pql.changes.get(), by=reviewers[0], at=DUE + timedelta(seconds=30))
    watch(DUE + timedelta(seconds=31))
    kinds = list(Alert.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["review"] * 2 + ["sla_reminder"] * 2


def test_other_moments_once_the_policy_changed(reviewers: list[User], policy: ReviewPolicy) -> None:
    held_back()
    watch(AT)
    policy.within_minutes = None
    policy.save()
    sla.reset_reviews()
    watch(AT)
    wait = ReviewWait.objects.get()
    assert (wait.policy, wait.due_at, wait.next_at) == (policy, None, None)
    assert Alert.objects.count() == 2


def test_without_such_a_team_whoever_may_review_is_told() -> None:
    gone, boss = UserFactory.create(permissions=["review_qualification"]), make_manager()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    holder = UserFactory.create(permissions=["review_qualification"])
    assert sla.reviews.reviewers() == [holder]
    assert list(sla.reviews.managers_of_reviewers()) == [boss]


def test_what_a_version_brings_is_told_in_one(reviewers: list[User], policy: ReviewPolicy) -> None:
    version = make_version()
    live = Publication.objects.filter(version=version).first()
    for _ in range(3):
        held_back(publication=live)
    watch(AT)
    watch(DUE)
    many = "since a new version went live"
    assert told() == [
        (user, f"{words}, {many}")
        for words in ("New PQLs to review", "PQLs still to review")
        for user in reviewers
    ]
    assert Alert.objects.all()[0].content["path"] == "/review/"
