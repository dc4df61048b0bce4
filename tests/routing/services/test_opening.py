from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from routing import services
from routing.models import (
    LifecyclePolicy,
    Pilot,
    PilotCase,
    Qualification,
    Rep,
    ReviewPolicy,
    StateChange,
)
from routing.models.qualification import State
from rubrics.models import ScoreChange
from tests.factories.routing import QualificationFactory, RepFactory, TeamFactory, UserFactory
from tests.factories.rubrics import AT, LeadFactory, ScoreChangeFactory, ScoreFactory

pytestmark = pytest.mark.django_db


def test_open_deals_in_turn_and_keeps_who_when_why() -> None:
    first, second = RepFactory.create(), RepFactory.create()
    ScoreChangeFactory.create_batch(3)

    assert services.open_qualifications(at=AT, limit=10) == 3

    dealt = Counter(Qualification.objects.values_list("rep_id", flat=True))
    assert dealt == {first.pk: 2, second.pk: 1}
    changes = list(StateChange.objects.values_list("from_state", "to_state", "reason", "at"))
    assert changes[:2] == [
        ("", State.NEW, "Met all three thresholds", AT),
        (State.NEW, State.ASSIGNED, "Fallback: everybody in turn: next in turn among 2", AT),
    ]
    assert not ScoreChange.objects.unrouted().exists()


def test_open_freezes_the_breakdown_and_it_sums() -> None:
    RepFactory.create()
    change = ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    opened = Qualification.objects.get()
    assert (opened.fit, opened.behavior, opened.total) == (32, 60, 92)
    for axis in ("fit", "behavior"):
        lines = [line for line in opened.breakdown if line["axis"] == axis]
        assert sum(line["points"] for line in lines) == getattr(opened, axis)
    assert opened.opened_by == change
    assert opened.opened_at == opened.assigned_at == AT


def test_open_with_nobody_available_leaves_it_new_and_says_so() -> None:
    RepFactory.create(is_available=False)
    RepFactory.create(user__is_active=False)
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    opened = Qualification.objects.get()
    assert (opened.state, opened.rep, opened.assigned_at) == (State.NEW, None, None)
    assert opened.changes.get().reason.endswith("Nobody it is for can take it now: 2 reps off")


def test_deal_waiting_gives_them_to_reps_who_came_back_oldest_first() -> None:
    reps = [RepFactory.create(is_available=False) for _ in range(2)]
    ScoreChangeFactory.create_batch(3)
    services.open_qualifications(at=AT, limit=10)
    assert services.deal_waiting(at=AT, limit=10) == 0

    Rep.objects.update(is_available=True)
    later = AT + timedelta(hours=1)
    assert services.deal_waiting(at=later, limit=2) == 2
    dealt = Qualification.objects.filter(rep__isnull=False).order_by("pk")
    assert [(pql.state, pql.rep_id, pql.assigned_at) for pql in dealt] == [
        (State.ASSIGNED, rep.pk, later) for rep in reps
    ]
    assert services.deal_waiting(at=later, limit=2) == 1
    assert Qualification.objects.undealt().count() == 0
    changes = list(dealt[0].changes.values_list("from_state", "to_state", "rep_id", "at"))
    assert changes[1] == (State.NEW, State.ASSIGNED, reps[0].pk, later)


def test_open_looks_at_no_more_than_the_limit() -> None:
    ScoreChangeFactory.create_batch(3)
    assert services.open_qualifications(at=AT, limit=2) == 2
    assert services.open_qualifications(at=AT, limit=2) == 1
    assert services.open_qualifications(at=AT, limit=2) == 0
    assert Qualification.objects.count() == 3


def test_open_only_one_for_two_crossings_of_a_lead() -> None:
    change = ScoreChangeFactory.create()
    ScoreChange.objects.create(
        lead=change.lead, product=change.product, rubric=change.rubric, version=change.version,
        at=AT, fit=32, behavior=60, total=92, is_pql=True, crossed=True,
    )  # fmt: skip
    assert services.open_qualifications(at=AT, limit=10) == 2
    assert Qualification.objects.count() == 1


def test_open_leaves_a_lead_with_an_open_one_alone() -> None:
    change = ScoreChangeFactory.create()
    QualificationFactory.create(lead=change.lead)
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.count() == 1
    assert not ScoreChange.objects.unrouted().exists()


@pytest.mark.parametrize(
    ("state", "days_ago", "opened"),
    [
        pytest.param(State.REJECTED, 29, 0, id="rejected: cooling down"),
        pytest.param(State.LOST, 29, 0, id="lost: cooling down"),
        pytest.param(State.EXPIRED, 29, 0, id="expired: cooling down"),
        pytest.param(State.REJECTED, 30, 1, id="the cool-down is over after 30 days"),
        pytest.param(State.WON, 1, 1, id="won bars nothing"),
    ],
)
def test_open_respects_the_cool_down(state: State, days_ago: int, opened: int) -> None:
    change = ScoreChangeFactory.create()
    QualificationFactory.create(
        lead=change.lead,
        state=state,
        closed_at=AT - timedelta(days=days_ago),
        reject_reason="no_intent" if state == State.REJECTED else "",
    )
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.open().count() == opened


def _rejected(change: ScoreChange, *, days_ago: int = 5, **kwargs: Any) -> Qualification:
    closed_at = AT - timedelta(days=days_ago)
    pql: Qualification = QualificationFactory.create(
        **{"lead": change.lead, "state": State.REJECTED, "reject_reason": "no_intent"}
        | {"opened_at": closed_at - timedelta(days=1), "closed_at": closed_at}
        | kwargs
    )
    return pql


@pytest.mark.parametrize(
    ("own", "everybody", "opened"),
    [
        pytest.param(4, 90, 1, id="the product's own policy counts"),
        pytest.param(6, 0, 0, id="also where it is the longer one"),
        pytest.param(None, 4, 1, id="everybody's where it has none"),
    ],
)
def test_open_lets_leads_rest_as_their_products_policy_says(
    own: int | None, everybody: int, opened: int
) -> None:
    change = ScoreChangeFactory.create()
    _rejected(change)
    LifecyclePolicy.objects.create(cooldown_days=everybody)
    if own is not None:
        LifecyclePolicy.objects.create(product=change.product, cooldown_days=own)
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.open().count() == opened


@pytest.mark.parametrize(
    ("closed_total", "opened"),
    [
        pytest.param(72, 1, id="20 points above: at once"),
        pytest.param(73, 0, id="19 points above: it waits"),
        pytest.param(None, 0, id="its total then is not known: it waits"),
    ],
)
def test_open_lets_a_lead_that_rose_qualify_sooner(closed_total: int | None, opened: int) -> None:
    change = ScoreChangeFactory.create()
    _rejected(change, closed_total=closed_total)
    LifecyclePolicy.objects.create(early_rise=20)
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.open().count() == opened


def test_open_never_opens_a_second_one_however_much_it_rose() -> None:
    change = ScoreChangeFactory.create()
    QualificationFactory.create(lead=change.lead, closed_total=1)
    LifecyclePolicy.objects.create(early_rise=1, cooldown_days=0)
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.count() == 1


def test_open_says_how_the_last_one_of_the_product_ended() -> None:
    person = UserFactory.create(first_name="Maya", last_name="Lind")
    change, first = ScoreChangeFactory.create(), ScoreChangeFactory.create()
    for days_ago, reason in ((90, "Long ago"), (40, "Not looking to buy: " + "x" * 270)):
        before = _rejected(change, days_ago=days_ago, rep=None)
        StateChange.objects.create(
            qualification=before, to_state=State.REJECTED, by=person, at=AT,
            reason=reason,
        )  # fmt: skip
    services.open_qualifications(at=AT, limit=10)
    history = Qualification.objects.open().get(lead=change.lead).changes.get(to_state=State.NEW)
    told = "Qualified again: last time rejected on 29 Jan 2026 by Maya Lind because “Not looking"
    assert history.reason.startswith(f"Met all three thresholds. {told}")
    assert len(history.reason) == 300
    assert history.reason.endswith("…. There are no reps")
    new = Qualification.objects.get(lead=first.lead).changes.get()
    assert new.reason == "Met all three thresholds. There are no reps"


def test_open_asks_the_database_no_more_for_more_leads_that_come_back() -> None:
    RepFactory.create()
    LifecyclePolicy.objects.create(early_rise=20)

    def asked(leads: int) -> int:
        for change in ScoreChangeFactory.create_batch(leads):
            before = _rejected(change, days_ago=40)
            StateChange.objects.create(qualification=before, to_state=State.REJECTED, at=AT)
        with CaptureQueriesContext(connection) as queries:
            services.open_qualifications(at=AT, limit=50)
        return len(queries)

    asked(1)
    assert asked(2) == asked(9)


def test_open_skips_merged_leads_and_scores_that_fell_again() -> None:
    ScoreChangeFactory.create(score__lead__merged_into=LeadFactory.create())
    fallen = ScoreFactory.create()
    ScoreChangeFactory.create(score=fallen)
    type(fallen).objects.filter(pk=fallen.pk).update(is_pql=False)
    assert services.open_qualifications(at=AT, limit=10) == 2
    assert not Qualification.objects.exists()
    assert not ScoreChange.objects.unrouted().exists()


@pytest.mark.django_db(transaction=True)
def test_open_deals_fairly_and_once_when_run_at_once() -> None:
    team = TeamFactory.create()
    reps = RepFactory.create_batch(4, team=team)
    ScoreChangeFactory.create_batch(40)

    def work(_: int) -> int:
        done = 0
        try:
            for _ in range(20):
                done += services.open_qualifications(at=AT, limit=3)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 40

    dealt = Counter(Qualification.objects.values_list("rep_id", flat=True))
    assert dealt == {rep.pk: 10 for rep in reps}
    assert StateChange.objects.count() == 80
    turns = list(Rep.objects.values_list("last_dealt_at", flat=True))
    assert len(set(turns)) == 4
    assert Qualification.objects.aggregate(Sum("total")) == {"total__sum": 40 * 92}


@pytest.mark.django_db(transaction=True)
def test_open_one_lead_crossing_twice_at_once_opens_one() -> None:
    lead = LeadFactory.create()
    score = ScoreFactory.create(lead=lead)
    for _ in range(12):
        ScoreChangeFactory.create(score=score)

    def work(_: int) -> int:
        try:
            return sum(services.open_qualifications(at=AT, limit=1) for _ in range(4))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert Qualification.objects.count() == 1
    assert Lead.objects.count() == 1


def test_open_holds_back_what_a_policy_wants_reviewed() -> None:
    rep = RepFactory.create()
    change, other = ScoreChangeFactory.create(), ScoreChangeFactory.create(score__behavior=90)
    ReviewPolicy.objects.create(
        name="Few points", conditions=[{"field": "total", "op": "at_most", "value": 100}]
    )
    services.open_qualifications(at=AT, limit=10)
    held, dealt = (Qualification.objects.get(opened_by=one) for one in (change, other))
    assert (held.state, held.review, held.rep) == (State.NEW, "waiting", None)
    assert (dealt.state, dealt.review, dealt.rep) == (State.ASSIGNED, "", rep)
    assert held.changes.get().reason == "Met all three thresholds. Waits for its review"
    assert held.changes.get().announced_at == AT
    assert not held.decisions.exists()
    assert dealt.decisions.exists()


def _pilot(rep: Rep, share: int) -> Pilot:
    pilot = Pilot.objects.create(
        name="March", starts_at=AT, ends_at=AT + timedelta(days=1), share=share
    )
    pilot.reps.add(rep)
    return pilot


def test_open_gives_a_pilots_pqls_to_its_reps_alone_and_keeps_their_arm() -> None:
    chosen, other = RepFactory.create_batch(2)
    pilot = _pilot(chosen, 50)
    ScoreChangeFactory.create_batch(24)
    services.open_qualifications(at=AT, limit=50)
    cases = PilotCase.objects.select_related("qualification")
    assert len(cases) == 24
    arms = {case.arm: {c.qualification.rep for c in cases if c.arm == case.arm} for case in cases}
    assert arms == {"pilot": {chosen}, "comparison": {other}}
    assert all(case.arm == pilot.terms.arm_of(case.qualification.lead_id) for case in cases)
    reason = cases.filter(arm="pilot")[0].qualification.decisions.get().rule_name
    assert reason == "Pilot March"


def test_a_pilots_pql_waits_for_its_reps_and_is_anybodys_once_it_is_over() -> None:
    chosen, other = RepFactory.create(is_available=False), RepFactory.create()
    _pilot(chosen, 0)
    ScoreChangeFactory.create_batch(2)
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.undealt().count() == 2
    services.deal_waiting(at=AT, limit=10)
    assert Qualification.objects.undealt().count() == 2
    Rep.objects.filter(pk=chosen.pk).update(is_available=True)
    services.deal_waiting(at=AT, limit=1)
    assert Qualification.objects.filter(rep=chosen).count() == 1
    Rep.objects.filter(pk=chosen.pk).update(is_available=False)
    services.deal_waiting(at=AT + timedelta(days=1), limit=10)
    assert Qualification.objects.filter(rep=other).count() == 1
