from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from routing import services, sla
from routing.models import Qualification, SlaEvent
from routing.models.qualification import State
from routing.sla import steps
from tests.factories.routing import QualificationFactory, RepFactory, UserFactory, rep_of
from tests.factories.rubrics import AT
from tests.routing.sla.cases import DUE, HOUR, STEPS, make_policy, start, steps_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_steps_happen_when_they_are_due_and_once() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    seen = []
    for moment in (DUE - HOUR - MINUTE, DUE - HOUR, DUE, DUE + HOUR / 2, DUE + HOUR / 2):
        sla.take_steps(at=moment, limit=10)
        seen.append(len(steps_of(pql)))
    assert seen == [0, 1, 3, 4, 4]
    assert steps_of(pql) == ["remind", "breach", "escalate", "remind_late"]
    event = pql.sla_events.get(step="breach")
    assert (event.rep, event.due_at, event.at) == (pql.rep, DUE, DUE)
    assert event.reason == "Not touched within 4 working hours"
    reminder = pql.sla_events.get(step="remind")
    assert reminder.reason == "First touch is due by Tue 10 Mar, 16:00"


def test_a_reminder_that_comes_too_late_is_left_out() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    sla.take_steps(at=DUE + MINUTE, limit=10)
    assert steps_of(pql) == ["breach", "escalate"]


def test_who_touched_it_in_time_is_left_alone() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    services.accept(pql, by=rep_of(pql).user, at=DUE)
    assert sla.take_steps(at=DUE + HOUR, limit=10) == 1
    assert sla.take_steps(at=DUE + HOUR, limit=10) == 0
    assert steps_of(pql) == []


def test_a_touch_that_came_late_is_a_breach_even_if_nothing_ran_between() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    services.reject(pql, by=rep_of(pql).user, at=DUE + HOUR / 2, reason="no_intent")
    sla.take_steps(at=DUE + 2 * HOUR, limit=10)
    assert steps_of(pql) == ["breach"]
    assert pql.sla_events.get().reason == "Touched 30 working minutes late"


def test_a_snoozed_pql_that_comes_back_was_touched() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    services.snooze(pql, by=rep_of(pql).user, at=AT, until=DUE)
    services.wake_snoozed(at=DUE, limit=1)
    sla.take_steps(at=DUE + HOUR, limit=10)
    assert steps_of(pql) == []


def test_reassign_gives_it_to_whose_turn_it_is_among_those_at_work() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    RepFactory.create(is_available=False)
    RepFactory.create(working_hours={"mon": [["9:00", "17:00"]]})
    RepFactory.create(max_open=0)
    RepFactory.create(team__name="Elsewhere")
    other = RepFactory.create(last_dealt_at=AT)
    start(pql)
    at = (DUE + timedelta(days=1)).replace(hour=9)  # 16:00 and one working hour
    silent = rep_of(pql)
    sla.take_steps(at=at, limit=10)
    pql.refresh_from_db()
    assert (pql.rep, pql.state, pql.assigned_at) == (other, State.ASSIGNED, at)
    change = pql.changes.latest("pk")
    assert change.by is None
    assert change.reason == (
        f"Not touched within 4 working hours by {silent}. Passed on to {other}: "
        "the only one who can take it now"
    )
    event = pql.sla_events.get(step="reassign")
    assert (event.rep, event.assigned_at) == (silent, AT)
    other.refresh_from_db()
    assert other.last_dealt_at == at
    assert pql.decisions.get().trigger == "sla"
    start(pql)
    assert pql.sla_due_at == at + 4 * HOUR


def test_reassign_happens_as_often_as_the_policy_says() -> None:
    make_policy(**STEPS)
    first = RepFactory.create()
    RepFactory.create()
    pql = QualificationFactory.create(rep=first)
    start(pql)
    at = DUE + timedelta(days=1)
    sla.take_steps(at=at, limit=10)
    start(pql)
    second = rep_of(pql)
    assert second != first
    sla.take_steps(at=at + timedelta(days=2), limit=10)
    pql.refresh_from_db()
    assert pql.rep == second
    assert pql.sla_events.filter(step="reassign").count() == 1
    assert pql.sla_events.filter(step="breach").count() == 2
    assert pql.sla_next_at is None


def test_reassign_waits_for_somebody_to_be_there() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    at = DUE + timedelta(days=1)
    sla.take_steps(at=at, limit=10)
    pql.refresh_from_db()
    assert "reassign" not in steps_of(pql)
    assert pql.sla_next_at == at + steps.LOOK_AGAIN
    other = RepFactory.create()
    sla.take_steps(at=at + steps.LOOK_AGAIN, limit=10)
    pql.refresh_from_db()
    assert pql.rep == other


def test_the_clock_of_an_assignment_that_is_over_does_nothing() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    services.assign(pql, rep=RepFactory.create(), by=UserFactory.create(), at=DUE - MINUTE)
    sla.take_steps(at=DUE + HOUR / 2, limit=10)
    assert steps_of(pql) == []


def test_one_batch_is_bounded_and_takes_the_longest_due_first() -> None:
    make_policy()
    early = QualificationFactory.create(opened_at=AT - HOUR)
    QualificationFactory.create_batch(2)
    start()
    assert sla.take_steps(at=DUE, limit=1) == 1
    assert steps_of(early) == ["breach"]


def test_a_rep_who_is_gone_leaves_nothing_that_fails() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    rep_of(pql).delete()
    assert sla.take_steps(at=DUE, limit=10) == 1
    pql.refresh_from_db()
    assert (steps_of(pql), pql.sla_next_at) == ([], None)


@pytest.mark.django_db(transaction=True)
def test_killed_on_the_way_nothing_is_half_done_and_nothing_done_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_policy(**STEPS)
    pql, other = QualificationFactory.create(), RepFactory.create()
    start(pql)

    def dies(*args: object) -> None:
        raise KeyboardInterrupt

    at = DUE + timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(steps, "_schedule", dies)
        with pytest.raises(KeyboardInterrupt):
            sla.take_steps(at=at, limit=10)
    pql.refresh_from_db()
    assert (pql.rep == other, steps_of(pql)) == (False, [])
    sla.take_steps(at=at, limit=10)
    pql.refresh_from_db()
    assert pql.rep == other
    assert sorted(steps_of(pql)) == ["breach", "escalate", "reassign", "remind_late"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_take_each_step_once() -> None:
    make_policy(**STEPS, silent_limit=3)
    RepFactory.create_batch(3)
    QualificationFactory.create_batch(12)
    start()

    def work(_: int) -> int:
        try:
            return sla.take_steps(at=DUE + HOUR / 2, limit=100)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert SlaEvent.objects.count() == 12 * 3
    assert not Qualification.objects.sla_due(DUE + HOUR / 2).exists()
