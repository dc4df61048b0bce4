from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.models import Outcome
from routing import services
from routing.models import Qualification, StateChange, Touch
from routing.models.qualification import State
from routing.services.moving import MUTABLE, snapshot
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
    rep_of,
)
from tests.factories.rubrics import AT
from tests.stock import written_twice

pytestmark = pytest.mark.django_db

# A moment with microseconds: nothing of it may be lost.
LATER = AT + timedelta(hours=1, microseconds=123_456)
SOON = LATER + timedelta(seconds=60)

Act = Callable[[Qualification, User], object]


def _done(act: Act, pql: Qualification, by: User) -> StateChange:
    act(pql, by)
    change = pql.changes.last_by(by.pk)
    assert change is not None
    return change


@written_twice
def _accepted(by: User | None = None) -> tuple[Qualification, User, StateChange]:
    pql: Qualification = QualificationFactory.create()
    by = by or rep_of(pql).user
    change = _done(lambda pql, by: services.accept(pql, by=by, at=LATER), pql, by)
    return pql, by, change


ACTS: dict[str, tuple[State, Act]] = {
    "accept": (State.ASSIGNED, lambda pql, by: services.accept(pql, by=by, at=LATER)),
    "accept of nobody's": (State.NEW, lambda pql, by: services.accept(pql, by=by, at=LATER)),
    "reject": (
        State.CONTACTED,
        lambda pql, by: services.reject(pql, by=by, at=LATER, reason="no_intent"),
    ),
    "reject a snoozed one": (
        State.SNOOZED,
        lambda pql, by: services.reject(pql, by=by, at=LATER, reason="no_intent"),
    ),
    "snooze": (
        State.ACCEPTED,
        lambda pql, by: services.snooze(pql, by=by, at=LATER, until=LATER + timedelta(days=1)),
    ),
    "unsnooze": (State.SNOOZED, lambda pql, by: services.unsnooze(pql, by=by, at=LATER)),
    "contacted": (State.ACCEPTED, lambda pql, by: services.mark_contacted(pql, by=by, at=LATER)),
    "opportunity": (
        State.CONTACTED,
        lambda pql, by: services.mark_opportunity(pql, by=by, at=LATER),
    ),
    "won": (State.OPPORTUNITY, lambda pql, by: services.close_won(pql, by=by, at=LATER)),
    "lost": (
        State.OPPORTUNITY,
        lambda pql, by: services.close_lost(pql, by=by, at=LATER, reason="price"),
    ),
    "touch": (
        State.ACCEPTED,
        lambda pql, by: services.log_touch(pql, by=by, at=LATER, kind="call"),
    ),
    "another touch": (
        State.OPPORTUNITY,
        lambda pql, by: services.log_touch(pql, by=by, at=LATER, kind="meeting"),
    ),
    "assign": (
        State.ACCEPTED,
        lambda pql, by: services.assign(pql, rep=RepFactory.create(), by=by, at=LATER),
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_undo_restores_exactly_what_was(name: str) -> None:
    state, act = ACTS[name]
    rep = RepFactory.create()
    extra: dict[str, Any] = {"rep": None if state == State.NEW else rep}
    if state == State.SNOOZED:
        extra |= {"snoozed_until": AT + timedelta(days=2), "state_before_snooze": State.CONTACTED}
    if state in {State.CONTACTED, State.OPPORTUNITY, State.SNOOZED}:
        extra["first_touched_at"] = AT + timedelta(microseconds=7)
    pql = QualificationFactory.create(state=state, **extra)
    before = snapshot(pql)
    change = _done(act, pql, rep.user)
    if name != "another touch":
        assert snapshot(Qualification.objects.get(pk=pql.pk)) != before

    restored = services.undo(change, by=rep.user, at=SOON)

    assert snapshot(restored) == before
    assert snapshot(Qualification.objects.get(pk=pql.pk)) == before
    kept = restored.changes.order_by("-pk")[0]
    assert (kept.from_state, kept.to_state, kept.rep_id, kept.by, kept.at, kept.undoes) == (
        change.to_state, change.from_state, before["rep_id"], rep.user, SOON, change,
    )  # fmt: skip
    assert kept.reason.startswith(f"Undone by {rep}: ")
    assert kept.announced_at is None
    assert not Outcome.objects.exists()
    assert not Touch.objects.exists()


def test_snapshot_holds_all_that_a_verb_changes() -> None:
    fixed = {
        "id", "lead_id", "product_id", "version_id", "opened_by_id", "publication_id",
        "fit", "behavior", "total", "breakdown", "opened_at",
    }  # fmt: skip
    names = {field.attname for field in Qualification._meta.concrete_fields}
    clock = {name for name in names if name.startswith("sla_")}
    assert names - fixed - clock == MUTABLE


def test_undo_is_possible_for_a_minute() -> None:
    _, by, change = _accepted()
    assert change.undo_until == SOON
    with pytest.raises(services.TransitionNotAllowed, match="one minute"):
        services.undo(change, by=by, at=SOON + timedelta(microseconds=1))


def test_undo_only_once_and_never_an_undo() -> None:
    pql, by, change = _accepted()
    services.undo(change, by=by, at=SOON)
    with pytest.raises(services.TransitionNotAllowed, match="undone already"):
        services.undo(change, by=by, at=SOON)
    undoing = pql.changes.get(undoes=change)
    assert undoing.undo_until is None
    with pytest.raises(services.TransitionNotAllowed, match="cannot be undone"):
        services.undo(undoing, by=by, at=SOON)
    assert pql.changes.last_by(by.pk) is None


def test_undo_not_after_something_happened() -> None:
    pql, by, change = _accepted()
    manager = make_manager(first_name="Sam", last_name="Ortiz")
    services.assign(pql, rep=RepFactory.create(), by=manager, at=LATER)
    with pytest.raises(services.TransitionNotAllowed, match=r"happened since.*Sam Ortiz"):
        services.undo(change, by=by, at=SOON)
    pql.refresh_from_db()
    assert pql.state == State.ASSIGNED
    # The later act undone, the earlier one is still not the last thing that happened.
    later = pql.changes.last_by(manager.pk)
    assert later is not None
    services.undo(later, by=manager, at=SOON)
    with pytest.raises(services.TransitionNotAllowed, match="happened since"):
        services.undo(change, by=by, at=SOON)


def test_undo_is_for_who_did_it_and_for_managers() -> None:
    pql, _, change = _accepted()
    mate = RepFactory.create(team=rep_of(pql).team).user
    onlooker = UserFactory.create(permissions=["view_all_qualifications"])
    for stranger in (mate, onlooker):
        with pytest.raises(services.NotYours):
            services.undo(change, by=stranger, at=SOON)
    assert services.undo(change, by=make_manager(), at=SOON).state == State.ASSIGNED


def test_manager_of_a_team_undoes_what_its_reps_did() -> None:
    pql, _, change = _accepted()
    team = rep_of(pql).team
    leader, elsewhere = RepFactory.create(team=team).user, TeamFactory.create(name="Elsewhere")
    elsewhere.manager = leader
    elsewhere.save()
    with pytest.raises(services.NotYours):  # manages another team
        services.undo(change, by=leader, at=SOON)
    team.manager = leader
    team.save()
    assert services.undo(change, by=leader, at=SOON).state == State.ASSIGNED
    pql.refresh_from_db()
    # What somebody above them did stays, though the PQL is theirs to act on.
    above = _done(
        lambda pql, by: services.reject(pql, by=by, at=LATER, reason="no_intent"),
        pql,
        make_manager(),
    )
    with pytest.raises(services.NotYours):
        services.undo(above, by=leader, at=SOON)


def test_undo_of_what_the_system_did_is_refused() -> None:
    pql = QualificationFactory.create()
    services.assign(pql, rep=RepFactory.create(), by=None, at=LATER)
    with pytest.raises(services.TransitionNotAllowed, match="cannot be undone"):
        services.undo(pql.changes.get(), by=make_manager(), at=SOON)


def test_undo_of_a_close_gives_way_to_the_next_pql() -> None:
    pql = QualificationFactory.create(state=State.OPPORTUNITY)
    by = rep_of(pql).user
    change = _done(lambda pql, by: services.close_won(pql, by=by, at=LATER), pql, by)
    QualificationFactory.create(lead=pql.lead, version=pql.version)
    with pytest.raises(services.TransitionNotAllowed, match="new PQL of this lead"):
        services.undo(change, by=by, at=SOON)
    pql.refresh_from_db()
    assert (pql.state, pql.changes.count()) == (State.WON, 1)


def test_undo_to_a_rep_who_is_no_more_is_refused() -> None:
    pql = QualificationFactory.create()
    manager = make_manager()
    old = rep_of(pql)
    change = _done(
        lambda pql, by: services.assign(pql, rep=RepFactory.create(), by=by, at=LATER), pql, manager
    )
    old.delete()
    with pytest.raises(services.TransitionNotAllowed, match="no more"):
        services.undo(change, by=manager, at=SOON)
