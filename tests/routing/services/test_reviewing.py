from typing import Any

import pytest

from routing import services
from routing.dealing.facts import Facts
from routing.models import Qualification, ReviewPolicy
from routing.models.qualification import Review, State
from routing.queue import Tab
from routing.queue.reading import in_tab
from routing.reports import queue_figures
from routing.services.reviewing import review_asked_by
from routing.viewers import Viewer
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    UserFactory,
    make_manager,
    rep_of,
)
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def held_back(**kwargs: Any) -> Qualification:
    return QualificationFactory.create(rep=None, review=Review.WAITING, **kwargs)


def test_nobody_sees_works_or_is_dealt_what_waits_for_review() -> None:
    pql = held_back()
    rep = RepFactory.create()
    viewer = Viewer.of(rep.user)
    assert not Qualification.objects.seen_by(viewer).exists()
    assert not Qualification.objects.undealt().exists()
    for tab in (Tab.UNASSIGNED, Tab.TEAM):
        assert not in_tab(tab, Viewer.of(make_manager()), at=AT).exists()
    assert not any(queue_figures(viewer, at=AT).counts.values())
    assert list(Qualification.objects.to_review()) == [pql]
    assert services.deal_waiting(at=AT, limit=10) == 0
    for act in (
        lambda: services.accept(pql, by=rep.user, at=AT),
        lambda: services.assign(pql, rep=rep, by=None, at=AT),
        lambda: services.reject(pql, by=rep.user, at=AT, reason="no_intent"),
    ):
        with pytest.raises(services.TransitionNotAllowed, match="waits for its review"):
            act()


def test_what_is_worth_working_is_dealt_and_only_then_news() -> None:
    pql = held_back()
    rep, reviewer = RepFactory.create(), UserFactory.create()
    services.pass_review(pql, by=reviewer, at=AT, note="Asked for prices")
    change = pql.changes.get()
    assert (change.by, change.reason) == (reviewer, "Reviewed: worth working. Asked for prices")
    assert change.announced_at == AT
    assert services.deal_waiting(at=AT, limit=10) == 1
    pql.refresh_from_db()
    assert (pql.rep, pql.state, pql.review) == (rep, State.ASSIGNED, Review.PASSED)
    assert pql.changes.latest("pk").announced_at is None


def test_what_is_dismissed_closes_as_rejected_and_no_rep_sees_it() -> None:
    pql = held_back()
    services.dismiss_in_review(
        pql, by=UserFactory.create(), at=AT, reason="competitor", note="Works there"
    )
    assert (pql.state, pql.review, pql.closed_at) == (State.REJECTED, Review.DISMISSED, AT)
    assert pql.changes.get().reason == "In review: Competitor: Works there"
    assert not Qualification.objects.seen_by(Viewer.of(RepFactory.create().user)).exists()


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        pytest.param("", "from the list", id="none"),
        pytest.param("mood", "from the list", id="unknown"),
        pytest.param("other", "Say in the note", id="other without a note"),
    ],
)
def test_dismissing_needs_a_reason(reason: str, says: str) -> None:
    pql = held_back()
    with pytest.raises(services.InvalidRequest, match=says):
        services.dismiss_in_review(pql, by=UserFactory.create(), at=AT, reason=reason)
    assert Qualification.objects.to_review().get() == pql


def test_a_pql_is_reviewed_once() -> None:
    pql = held_back()
    services.pass_review(Qualification.objects.get(), by=UserFactory.create(), at=AT)
    late = Qualification.objects.get()
    for again in (
        lambda: services.pass_review(late, by=UserFactory.create(), at=AT),
        lambda: services.dismiss_in_review(
            late, by=UserFactory.create(), at=AT, reason="competitor"
        ),
    ):
        with pytest.raises(services.TransitionNotAllowed, match="reviewed already"):
            again()
    assert pql.changes.count() == 1


def test_a_word_on_a_pql_can_be_taken_back() -> None:
    pql = held_back()
    reviewer = make_manager()
    services.dismiss_in_review(pql, by=reviewer, at=AT, reason="competitor")
    services.undo(pql.changes.get(), by=reviewer, at=AT)
    assert Qualification.objects.to_review().get() == pql


def test_which_pqls_a_policy_holds_back() -> None:
    product = QualificationFactory.create().product
    policy = ReviewPolicy(
        product=product, conditions=[{"field": "total", "op": "at_most", "value": 100}]
    )
    facts = Facts(at=AT, lead_id=1, product=product.key, total=90)
    assert review_asked_by([policy], facts) == policy
    assert review_asked_by([policy], Facts(at=AT, lead_id=1, product="x", total=90)) is None
    assert (
        review_asked_by([policy], Facts(at=AT, lead_id=1, product=product.key, total=101)) is None
    )
    assert review_asked_by([ReviewPolicy()], facts) is not None


def test_who_reviews_is_who_holds_the_right_or_is_of_a_reviewing_team() -> None:
    rep = RepFactory.create()
    assert not Viewer.of(rep.user).may_review
    rep.team.reviews = True
    rep.team.save()
    assert Viewer.of(rep.user).may_review
    holder = UserFactory.create(permissions=("review_qualification",))
    assert Viewer.of(holder).may_review
    assert not Viewer.of(
        rep_of(QualificationFactory.create(rep__team__name="Others")).user
    ).may_review


@pytest.mark.parametrize("first", ["pass", "dismiss"])
def test_of_two_who_review_at_once_the_second_is_refused(first: str) -> None:
    pql, reviewer = held_back(), UserFactory.create()
    seen = Qualification.objects.get(pk=pql.pk)  # by the other one, before
    if first == "pass":
        services.pass_review(pql, by=reviewer, at=AT)
    else:
        services.dismiss_in_review(pql, by=reviewer, at=AT, reason="no_intent")
    with pytest.raises(services.TransitionNotAllowed, match="reviewed already"):
        services.pass_review(seen, by=reviewer, at=AT)
    with pytest.raises(services.TransitionNotAllowed, match="reviewed already"):
        services.dismiss_in_review(seen, by=reviewer, at=AT, reason="no_intent")
    assert pql.changes.count() == 1
