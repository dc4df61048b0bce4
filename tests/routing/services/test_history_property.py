"""Whatever is done to a PQL, in whatever order: the database's rules hold, the history tells it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Outcome
from leads.models.outcome import OutcomeKind
from leads.services import record_outcome
from routing import services
from routing.models import Qualification
from routing.models.qualification import State
from routing.services.moving import snapshot
from tests.depth import EXAMPLES
from tests.factories.routing import QualificationFactory, RepFactory, make_manager, rep_of
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db

Act = Callable[[Qualification, User, datetime], object]


def _outcome(kind: OutcomeKind) -> Act:
    def act(pql: Qualification, by: User, at: datetime) -> None:
        record_outcome(lead=pql.lead, kind=kind, occurred_at=at)
        services.close_by_outcomes(at=at, limit=10)

    return act


def _undo(pql: Qualification, by: User, at: datetime) -> None:
    last = pql.changes.order_by("-pk").first()
    if last is not None:
        services.undo(last, by=by, at=at)


ACTS: dict[str, Act] = {
    "accept": lambda pql, by, at: services.accept(pql, by=by, at=at),
    "reject": lambda pql, by, at: services.reject(pql, by=by, at=at, reason="no_intent"),
    "snooze": lambda pql, by, at: services.snooze(pql, by=by, at=at, until=at + timedelta(days=1)),
    "unsnooze": lambda pql, by, at: services.unsnooze(pql, by=by, at=at),
    "contacted": lambda pql, by, at: services.mark_contacted(pql, by=by, at=at),
    "touch": lambda pql, by, at: services.log_touch(pql, kind="call", by=by, at=at),
    "opportunity": lambda pql, by, at: services.mark_opportunity(pql, by=by, at=at),
    "won": lambda pql, by, at: services.close_won(pql, by=by, at=at),
    "lost": lambda pql, by, at: services.close_lost(pql, by=by, at=at, reason="price"),
    "assign": lambda pql, by, at: services.assign(
        pql, rep=RepFactory.create(), by=by, at=at, is_confirmed=True
    ),
    "reassign": lambda pql, by, at: services.reassign(
        pql, rep=RepFactory.create(), at=at, reason="Not accepted in time"
    ),
    "told of an opportunity": _outcome(OutcomeKind.OPPORTUNITY),
    "told it bought": _outcome(OutcomeKind.CONVERTED),
    "told it was lost": _outcome(OutcomeKind.CLOSED_LOST),
    "told it left": _outcome(OutcomeKind.CHURNED),
    "undo": _undo,
}


@settings(
    max_examples=EXAMPLES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    names=st.lists(st.sampled_from([*ACTS, "undo", "accept", "touch"]), min_size=1, max_size=12),
    pauses=st.lists(st.integers(0, 90), min_size=12, max_size=12),
)
def test_history_replays_to_the_present_and_undo_to_what_was(
    names: list[str], pauses: list[int]
) -> None:
    pql: Qualification = QualificationFactory.create()
    first_rep, manager, at = rep_of(pql).pk, make_manager(), AT
    was: dict[int, dict[str, Any]] = {}  # by change: the row before it
    for name, pause in zip(names, pauses, strict=False):
        at += timedelta(seconds=pause)
        row, last = snapshot(pql), pql.changes.order_by("-pk").first()
        try:
            ACTS[name](pql, manager, at)
        except services.RoutingError:
            assert snapshot(Qualification.objects.get(pk=pql.pk)) == row
            continue
        finally:
            pql.refresh_from_db()
        newest = pql.changes.order_by("-pk").first()
        if name == "undo" and last is not None:
            assert snapshot(pql) == was[last.pk]
            assert at - last.at <= timedelta(seconds=60)
            assert last.before is not None
        if newest is not None and newest != last:
            was[newest.pk] = row
    _assert_history(pql, first_rep)


def _assert_history(pql: Qualification, rep_id: int | None) -> None:
    state = State.ASSIGNED.value
    changes = list(pql.changes.order_by("pk").select_related("undoes"))
    undone = {change.undoes_id for change in changes if change.undoes_id}
    for change in changes:
        assert change.from_state == state
        state, rep_id = change.to_state, change.rep_id
    assert (pql.state, pql.rep_id) == (state, rep_id)
    # What was undone left neither touch nor outcome behind.
    assert not pql.touches.filter(change__in=undone).exists()
    kept = {c.outcome_id for c in changes if c.outcome_id}
    own = Outcome.objects.filter(lead=pql.lead, note="Told by the rep")
    assert set(own.values_list("pk", flat=True)) == kept
    assert not Outcome.objects.unrouted().filter(lead=pql.lead).exists()
