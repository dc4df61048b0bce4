"""Leads that stayed above the thresholds and had an episode: when another one opens."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing import services
from routing.models import LifecyclePolicy, Qualification, ReviewPolicy
from routing.models.qualification import ClosingReason, RejectReason, State
from rubrics.models import Score
from tests.factories.routing import RepFactory, make_pql
from tests.factories.rubrics import AT, LeadFactory, ScoreChangeFactory
from tests.stock import written_twice

pytestmark = pytest.mark.django_db

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
ENDS: dict[State, dict[str, Any]] = {
    State.REJECTED: {"reject_reason": RejectReason.NO_INTENT},
    State.LOST: {"closing_reason": ClosingReason.PRICE},
    State.EXPIRED: {"closing_reason": ClosingReason.QUIET},
    State.WON: {"closing_reason": ClosingReason.SALES},
}


@written_twice
def ended(
    state: State = State.REJECTED, *, ago: timedelta = 30 * DAY, **more: Any
) -> Qualification:
    """A closed episode (total 92) of a lead that is a PQL still and was active an hour ago."""
    values: dict[str, Any] = {
        "state": state, "closed_at": AT - ago, "opened_at": AT - ago - DAY, "closed_total": 92,
    }  # fmt: skip
    pql = make_pql(**{**values, **ENDS[state], **more})
    Score.objects.filter(lead=pql.lead).update(last_activity_at=AT - timedelta(hours=1))
    return pql


def score_of(pql: Qualification, **values: Any) -> None:
    assert Score.objects.filter(lead=pql.lead).update(**values) == 1


def test_opens_dealt_like_any_other_and_says_why() -> None:
    before = ended()
    assert services.let_come_back(at=AT, limit=10) == 1
    again = Qualification.objects.open().get()
    assert (again.lead, again.product, again.rep) == (before.lead, before.product, before.rep)
    assert (again.state, again.opened_by, again.opened_at) == (State.ASSIGNED, None, AT)
    assert sum(line["points"] for line in again.breakdown) == again.total == 92
    told = again.changes.get(to_state=State.NEW).reason
    assert told == (
        "Still meets all three thresholds after its rest. Qualified again: last time rejected "
        "on 8 Feb 2026"
    )
    assert services.let_come_back(at=AT, limit=10) == 0


@pytest.mark.parametrize(
    ("policy", "ago", "opened"),
    [
        pytest.param({}, 30 * DAY, 1, id="the rest ends at this very moment"),
        pytest.param({}, 30 * DAY - TICK, 0, id="a moment before, it rests"),
        pytest.param({"comes_back": False}, 90 * DAY, 0, id="where leads wait to cross anew"),
        pytest.param({"cooldown_days": 0}, 2 * DAY, 1, id="without any rest"),
        pytest.param({"early_rise": 20}, 2 * DAY, 0, id="19 points above: it rests"),
    ],
)
def test_rest(policy: dict[str, Any], ago: timedelta, opened: int) -> None:
    LifecyclePolicy.objects.create(**policy)
    ended(ago=ago, closed_total=73)
    assert services.let_come_back(at=AT, limit=10) == opened


@pytest.mark.parametrize(
    ("closed_total", "opened"),
    [
        pytest.param(72, 1, id="climbed 20: at once"),
        pytest.param(73, 0, id="climbed 19: it rests"),
        pytest.param(None, 0, id="its total then is not known"),
    ],
)
def test_who_climbed_on_since_it_was_rejected_comes_sooner(
    closed_total: int | None, opened: int
) -> None:
    LifecyclePolicy.objects.create(early_rise=20)
    ended(ago=2 * DAY, closed_total=closed_total)
    assert services.let_come_back(at=AT, limit=10) == opened


def test_a_products_own_policy_replaces_everybodys() -> None:
    own = ended(ago=10 * DAY)
    LifecyclePolicy.objects.create(cooldown_days=0, comes_back=False)
    assert services.let_come_back(at=AT, limit=10) == 0
    policy = LifecyclePolicy.objects.create(product=own.product, cooldown_days=10)
    assert services.let_come_back(at=AT, limit=10) == 1
    Qualification.objects.open().delete()
    policy.comes_back = False
    policy.save()
    LifecyclePolicy.objects.filter(product=None).update(comes_back=True)
    assert services.let_come_back(at=AT, limit=10) == 0


@pytest.mark.parametrize(
    ("state", "opened"),
    [(State.REJECTED, 1), (State.LOST, 1), (State.EXPIRED, 1), (State.WON, 0)],
)
def test_who_was_won_is_a_customer(state: State, opened: int) -> None:
    ended(state)
    assert services.let_come_back(at=AT, limit=10) == opened


def test_no_news_is_who_did_nothing_since_is_no_pql_or_merged_away() -> None:
    idle, fallen, merged = ended(), ended(), ended()
    score_of(idle, last_activity_at=idle.closed_at)
    score_of(fallen, is_pql=False)
    merged.lead.merged_into = LeadFactory.create()
    merged.lead.save()
    assert services.let_come_back(at=AT, limit=10) == 0
    assert idle.closed_at is not None
    score_of(idle, last_activity_at=idle.closed_at + TICK)
    assert services.let_come_back(at=AT, limit=10) == 1


def test_only_the_last_episode_counts() -> None:
    before = ended(ago=90 * DAY)
    last = Qualification.objects.create(
        lead=before.lead, product=before.product, version=before.version, fit=32, behavior=60,
        total=92, opened_at=AT - 9 * DAY, state=State.WON, closed_at=AT - 8 * DAY,
    )  # fmt: skip
    assert services.let_come_back(at=AT, limit=10) == 0
    Qualification.objects.filter(pk=last.pk).update(state=State.ASSIGNED, closed_at=None)
    assert services.let_come_back(at=AT, limit=10) == 0


def test_a_crossing_within_the_rest_is_not_lost() -> None:
    before = ended(ago=30 * DAY - timedelta(hours=2))
    ScoreChangeFactory.create(score=Score.objects.get(lead=before.lead))
    assert services.open_qualifications(at=AT, limit=10) == 1
    assert not Qualification.objects.open().exists()
    score_of(before, last_activity_at=AT)
    assert services.let_come_back(at=AT + timedelta(hours=2), limit=10) == 1


def test_waits_for_review_where_a_policy_asks_for_it() -> None:
    ended()
    ReviewPolicy.objects.create(name="All")
    services.let_come_back(at=AT, limit=10)
    assert Qualification.objects.to_review().count() == 1


def test_longest_closed_first_in_a_fixed_number_of_queries() -> None:
    RepFactory.create()

    def asked(count: int) -> int:
        for number in range(count):
            ended(ago=(40 + number) * DAY)
        with CaptureQueriesContext(connection) as queries:
            assert services.let_come_back(at=AT, limit=count) == count
        return len(queries)

    asked(1)
    assert asked(2) == asked(6)
    first, second = ended(ago=31 * DAY), ended(ago=32 * DAY)
    assert services.let_come_back(at=AT, limit=1) == 1
    assert Qualification.objects.open().filter(lead=second.lead).exists()
    assert not Qualification.objects.open().filter(lead=first.lead).exists()
