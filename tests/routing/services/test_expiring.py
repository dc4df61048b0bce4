from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from routing import services
from routing.models import LifecyclePolicy, Qualification
from routing.models.qualification import ClosingReason, Review, State
from rubrics.models import Score, ScoreChange
from tests.factories.routing import QualificationFactory, make_pql
from tests.factories.rubrics import AT, ProductFactory, ScoreChangeFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _quiet(*, lost_at: datetime, **kwargs: Any) -> Qualification:
    """A PQL whose lead fell below at that moment."""
    pql = make_pql(**{"opened_at": AT - 30 * DAY, **kwargs})
    score = Score.objects.get(lead=pql.lead_id)
    Score.objects.filter(pk=score.pk).update(is_pql=False, total=55)
    ScoreChangeFactory.create(score=score, at=lost_at, total=55, is_pql=False, lost=True)
    return pql


def _expire(limit: int = 10) -> int:
    return services.expire_quiet(at=AT, limit=limit)


def test_expire_closes_what_is_none_for_so_long_and_says_since_when() -> None:
    LifecyclePolicy.objects.create(expire_after_days=7)
    pql = _quiet(lost_at=AT - 7 * DAY)
    assert _expire() == 1
    pql.refresh_from_db()
    assert (pql.state, pql.closed_at, pql.closing_reason) == (
        State.EXPIRED,
        AT,
        ClosingReason.QUIET,
    )
    assert pql.closed_total == 55
    change = pql.changes.get()
    assert change.reason == "No PQL any more since 3 Mar 2026, and nobody had begun"
    assert (change.from_state, change.rep_id, change.by) == (State.ASSIGNED, pql.rep_id, None)
    assert _expire() == 0


def test_expire_also_takes_what_is_nobodys_or_waits_for_its_review() -> None:
    LifecyclePolicy.objects.create(expire_after_days=7)
    _quiet(lost_at=AT - 9 * DAY, rep=None)
    _quiet(lost_at=AT - 9 * DAY, rep=None, review=Review.WAITING)
    assert _expire() == 2


def test_expire_counts_from_when_it_was_lost_last() -> None:
    """It fell, rose and fell again: the time before counts no more."""
    LifecyclePolicy.objects.create(expire_after_days=7)
    pql = _quiet(lost_at=AT - 6 * DAY)
    first = ScoreChange.objects.get()
    first.pk, first.at = None, AT - 20 * DAY
    first.save()
    assert _expire() == 0
    assert services.expire_quiet(at=AT + DAY, limit=10) == 1
    pql.refresh_from_db()
    assert "since 4 Mar 2026" in pql.changes.get().reason


def test_expire_of_a_lead_without_a_score_counts_from_the_opening() -> None:
    LifecyclePolicy.objects.create(expire_after_days=7)
    old = QualificationFactory.create(opened_at=AT - 7 * DAY)
    QualificationFactory.create(opened_at=AT - 6 * DAY)
    assert _expire() == 1
    assert Qualification.objects.get(state=State.EXPIRED) == old


def test_expire_leaves_a_lead_that_meets_the_thresholds() -> None:
    LifecyclePolicy.objects.create(expire_after_days=1)
    pql = _quiet(lost_at=AT - 20 * DAY)
    Score.objects.filter(lead=pql.lead_id).update(is_pql=True)
    assert _expire() == 0


@pytest.mark.parametrize(
    "worked",
    [
        {"state": State.ACCEPTED},
        {"state": State.CONTACTED},
        {"state": State.OPPORTUNITY},
        {"state": State.SNOOZED, "snoozed_until": AT + DAY, "state_before_snooze": State.ASSIGNED},
        {"state": State.ASSIGNED, "first_touched_at": AT - 29 * DAY},
    ],
    ids=lambda worked: worked["state"],
)
def test_expire_leaves_what_somebody_has_begun(worked: dict[str, Any]) -> None:
    LifecyclePolicy.objects.create(expire_after_days=1)
    _quiet(lost_at=AT - 20 * DAY, **worked)
    assert _expire() == 0


def test_expire_goes_by_the_products_own_policy() -> None:
    pql = _quiet(lost_at=AT - 5 * DAY)
    assert _expire() == 0  # no policy: nothing is let go
    everybodys = LifecyclePolicy.objects.create(expire_after_days=1)
    own = LifecyclePolicy.objects.create(product=pql.product)
    assert _expire() == 0
    everybodys.delete()
    LifecyclePolicy.objects.create(product=ProductFactory.create(key="o"), expire_after_days=1)
    assert _expire() == 0
    own.expire_after_days = 5
    own.save()
    assert _expire() == 1


def test_expire_takes_the_longest_quiet_first_and_no_more_than_the_limit() -> None:
    LifecyclePolicy.objects.create(expire_after_days=1)
    late, early = (_quiet(lost_at=AT - days * DAY) for days in (3, 9))
    assert _expire(limit=1) == 1
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.state, late.state) == (State.EXPIRED, State.ASSIGNED)


@pytest.mark.django_db(transaction=True)
def test_expire_at_once_closes_each_once() -> None:
    LifecyclePolicy.objects.create(expire_after_days=1)
    pqls = [_quiet(lost_at=AT - 3 * DAY) for _ in range(12)]

    def work(_: int) -> int:
        try:
            return sum(_expire(limit=2) for _ in range(8))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 12
    assert all(pql.changes.count() == 1 for pql in pqls)
