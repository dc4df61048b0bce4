from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from routing import services
from routing.models import Qualification
from routing.models.qualification import CLOSED_STATES, State
from tests.factories.routing import QualificationFactory, RepFactory, UserFactory, rep_of
from tests.factories.rubrics import AT
from tests.stock import written_twice

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)
TOMORROW = AT + timedelta(days=1)


def _act(verb: str, pql: Qualification, by: User) -> Qualification:
    extras: dict[str, dict[str, Any]] = {
        "reassign": {"reason": "Not accepted in time"},
        "reject": {"reason": "no_intent"},
        "close_lost": {"reason": "price"},
        "log_touch": {"kind": "call"},
        "snooze": {"until": TOMORROW},
    }
    to = {"rep": RepFactory.create()} if verb in ("assign", "reassign") else {}
    getattr(services, verb)(pql, by=by, at=LATER, **to, **extras.get(verb, {}))
    pql.refresh_from_db()
    return pql


@written_twice
def _in_state(state: State, **kwargs: Any) -> Qualification:
    if state in CLOSED_STATES:
        kwargs["closed_at"] = AT
    if state == State.REJECTED:
        kwargs["reject_reason"] = "no_intent"
    if state == State.SNOOZED:
        kwargs |= {"snoozed_until": TOMORROW, "state_before_snooze": State.ACCEPTED}
    pql: Qualification = QualificationFactory.create(state=state, **kwargs)
    return pql


ALLOWED = {
    "assign": {
        State.NEW: State.ASSIGNED,
        State.ASSIGNED: State.ASSIGNED,
        State.ACCEPTED: State.ASSIGNED,
        State.CONTACTED: State.CONTACTED,
        State.OPPORTUNITY: State.OPPORTUNITY,
    },
    "reassign": dict.fromkeys([State.ASSIGNED, State.ACCEPTED], State.ASSIGNED),
    "log_touch": {
        State.ACCEPTED: State.CONTACTED,
        State.CONTACTED: State.CONTACTED,
        State.OPPORTUNITY: State.OPPORTUNITY,
    },
    "accept": {State.NEW: State.ACCEPTED, State.ASSIGNED: State.ACCEPTED},
    "reject": dict.fromkeys(
        [State.NEW, State.ASSIGNED, State.ACCEPTED, State.CONTACTED, State.SNOOZED], State.REJECTED
    ),
    "snooze": dict.fromkeys(
        [State.NEW, State.ASSIGNED, State.ACCEPTED, State.CONTACTED], State.SNOOZED
    ),
    "unsnooze": {State.SNOOZED: State.ACCEPTED},
    "mark_contacted": {State.ACCEPTED: State.CONTACTED},
    "mark_opportunity": dict.fromkeys([State.ACCEPTED, State.CONTACTED], State.OPPORTUNITY),
    "close_won": dict.fromkeys([State.ACCEPTED, State.CONTACTED, State.OPPORTUNITY], State.WON),
    "close_lost": dict.fromkeys([State.ACCEPTED, State.CONTACTED, State.OPPORTUNITY], State.LOST),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", ALLOWED)
def test_every_verb_in_every_state(verb: str, state: State) -> None:
    pql = _in_state(state)
    by = UserFactory.create()
    expected = ALLOWED[verb].get(state)
    if expected is None:
        with pytest.raises(services.TransitionNotAllowed, match="This PQL cannot be"):
            _act(verb, pql, by)
        pql.refresh_from_db()
        assert pql.state == state
        assert not pql.changes.exists()
        return
    assert _act(verb, pql, by).state == expected
    change = pql.changes.get()
    assert (change.from_state, change.to_state, change.by, change.at) == (
        state, expected, by, LATER,
    )  # fmt: skip


def test_accept_of_nobodys_takes_it() -> None:
    rep = RepFactory.create()
    pql = QualificationFactory.create(rep=None)
    services.accept(pql, by=rep.user, at=LATER)
    assert (pql.rep, pql.assigned_at, pql.first_touched_at) == (rep, LATER, LATER)


def test_accept_of_nobodys_by_someone_who_is_no_rep() -> None:
    pql = QualificationFactory.create(rep=None)
    with pytest.raises(services.TransitionNotAllowed, match="assign it to a rep first"):
        services.accept(pql, by=UserFactory.create(), at=LATER)


def test_accept_second_of_two_who_looked_at_the_same_page() -> None:
    pql = QualificationFactory.create(rep=None)
    stale = Qualification.objects.get(pk=pql.pk)
    first = RepFactory.create(user__first_name="Maya", user__last_name="Lind")
    services.accept(pql, by=first.user, at=LATER)
    with pytest.raises(services.TransitionNotAllowed, match=r"Somebody was faster.*Maya Lind"):
        services.accept(stale, by=RepFactory.create().user, at=LATER)
    pql.refresh_from_db()
    assert pql.rep == first
    assert pql.changes.count() == 1


def test_reject_keeps_reason_and_note() -> None:
    pql = QualificationFactory.create()
    services.reject(
        pql, by=rep_of(pql).user, at=LATER, reason="already_worked", note="Ana has the account"
    )
    assert (pql.state, pql.reject_reason, pql.closed_at) == (
        State.REJECTED, "already_worked", LATER,
    )  # fmt: skip
    assert pql.changes.get().reason == "Somebody else works this account: Ana has the account"


@pytest.mark.parametrize(("reason", "note"), [("", ""), ("nonsense", "x"), ("other", "  ")])
def test_reject_needs_a_reason(reason: str, note: str) -> None:
    pql = QualificationFactory.create()
    with pytest.raises(services.InvalidRequest):
        services.reject(pql, by=rep_of(pql).user, at=LATER, reason=reason, note=note)


def test_reject_note_longer_than_history_keeps_is_cut() -> None:
    pql = QualificationFactory.create()
    services.reject(pql, by=rep_of(pql).user, at=LATER, reason="other", note="x" * 500)
    assert len(pql.changes.get().reason) == 300


def test_snooze_needs_a_moment_in_the_future() -> None:
    pql = QualificationFactory.create()
    with pytest.raises(services.InvalidRequest, match="in the future"):
        services.snooze(pql, by=rep_of(pql).user, at=LATER, until=LATER)


def test_wake_snoozed_brings_back_what_is_due_as_it_was() -> None:
    due = _in_state(State.SNOOZED)
    later = _in_state(State.SNOOZED)
    Qualification.objects.filter(pk=later.pk).update(snoozed_until=TOMORROW + timedelta(seconds=1))
    assert services.wake_snoozed(at=TOMORROW, limit=10) == 1
    assert services.wake_snoozed(at=TOMORROW, limit=10) == 0
    due.refresh_from_db()
    assert (due.state, due.snoozed_until, due.state_before_snooze) == (State.ACCEPTED, None, "")
    assert due.changes.get().reason == "The snooze is over"


def test_assign_asks_again_about_whom_the_dealing_would_give_none() -> None:
    pql, off = QualificationFactory.create(), RepFactory.create(is_available=False)
    with pytest.raises(services.NeedsConfirmation, match=f"^{off} is switched off.$"):
        services.assign(pql, rep=off, by=None, at=LATER)
    assert pql.changes.count() == 0
    services.assign(pql, rep=off, by=None, at=LATER, is_confirmed=True, note=" Knows them ")
    assert pql.rep == off
    assert pql.changes.get().reason == f"Given to {off}, who is switched off. Knows them"


def test_assign_refuses_who_is_deactivated_or_has_it_whatever_is_confirmed() -> None:
    pql, gone = QualificationFactory.create(), RepFactory.create(user__is_active=False)
    for rep, words in ((gone, "deactivated"), (rep_of(pql), "already")):
        with pytest.raises(services.TransitionNotAllowed, match=words):
            services.assign(pql, rep=rep, by=None, at=LATER, is_confirmed=True)


@pytest.mark.django_db(transaction=True)
def test_accept_by_many_at_once_one_gets_it() -> None:
    pql = QualificationFactory.create(rep=None)
    users = [rep.user for rep in RepFactory.create_batch(4)]
    seen = [Qualification.objects.get(pk=pql.pk) for _ in users]

    def work(number: int) -> bool:
        try:
            services.accept(seen[number], by=users[number], at=LATER)
        except services.TransitionNotAllowed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    assert pql.changes.count() == 1
