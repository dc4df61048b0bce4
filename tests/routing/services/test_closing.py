from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from leads.models import Lead, Outcome, Product
from leads.models.outcome import OutcomeKind
from leads.services import record_outcome
from routing import services
from routing.models import Qualification
from routing.models.qualification import ClosingReason, State
from tests.factories.routing import QualificationFactory, make_pql, rep_of
from tests.factories.rubrics import AT, LeadFactory

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)
NOW = AT + timedelta(days=1)


def _outcome(pql: Qualification, kind: OutcomeKind, **kwargs: Any) -> Outcome:
    given: dict[str, Any] = {"occurred_at": LATER, "product": pql.product} | kwargs
    return record_outcome(lead=pql.lead, kind=kind, **given)


def _followed(pql: Qualification) -> Qualification:
    services.close_by_outcomes(at=NOW, limit=10)
    pql.refresh_from_db()
    return pql


def test_won_by_the_rep_is_an_outcome_that_moves_nothing_again() -> None:
    pql = QualificationFactory.create(state=State.OPPORTUNITY)
    services.close_won(pql, by=rep_of(pql).user, at=LATER, amount=Decimal(1200), currency="EUR")
    outcome = Outcome.objects.get()
    assert (outcome.kind, outcome.lead, outcome.product, outcome.occurred_at) == (
        OutcomeKind.CLOSED_WON, pql.lead, pql.product, LATER,
    )  # fmt: skip
    assert (outcome.amount, outcome.currency) == (Decimal(1200), "EUR")
    assert (pql.closing_reason, pql.changes.get().reason) == (ClosingReason.SALES, "EUR 1,200.00")
    assert services.close_by_outcomes(at=NOW, limit=10) == 0


def test_what_is_known_from_elsewhere_is_not_recorded_twice() -> None:
    pql = QualificationFactory.create(state=State.OPPORTUNITY)
    _outcome(pql, OutcomeKind.CONVERTED, product=None)
    services.close_won(pql, by=rep_of(pql).user, at=NOW)
    assert Outcome.objects.count() == 1
    assert pql.changes.get().outcome is None


def test_an_outcome_from_before_does_not_count_as_known() -> None:
    pql = QualificationFactory.create(state=State.OPPORTUNITY)
    _outcome(pql, OutcomeKind.CLOSED_WON, occurred_at=AT - timedelta(days=200))
    services.close_won(pql, by=rep_of(pql).user, at=NOW)
    assert Outcome.objects.count() == 2


def test_lost_says_why_and_keeps_the_total_for_the_cool_down() -> None:
    pql = make_pql(state=State.CONTACTED)
    services.close_lost(pql, by=rep_of(pql).user, at=LATER, reason="price", note="Twice the budget")
    assert (pql.closing_reason, pql.closed_total) == ("price", pql.total)
    assert pql.changes.get().reason == "Too expensive: Twice the budget"
    assert Outcome.objects.get().kind == OutcomeKind.CLOSED_LOST


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"reason": ""}, "from the list"),
        ({"reason": "not_said"}, "from the list"),
        ({"reason": "sales"}, "from the list"),
        ({"reason": "other", "note": " "}, "in the note"),
    ],
)
def test_lost_needs_a_reason(given: dict[str, str], problem: str) -> None:
    pql = QualificationFactory.create(state=State.CONTACTED)
    with pytest.raises(services.InvalidRequest, match=problem):
        services.close_lost(pql, by=rep_of(pql).user, at=LATER, **given)
    assert not Outcome.objects.exists()


@pytest.mark.parametrize(
    ("amount", "currency", "problem"), [(-1, "EUR", "below zero"), (1, "", "currency")]
)
def test_worth_that_makes_no_sense(amount: int, currency: str, problem: str) -> None:
    pql = QualificationFactory.create(state=State.CONTACTED)
    with pytest.raises(services.InvalidRequest, match=problem):
        services.mark_opportunity(
            pql, by=rep_of(pql).user, at=LATER, amount=Decimal(amount), currency=currency
        )
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("state", [State.NEW, State.ASSIGNED, State.CONTACTED, State.SNOOZED])
@pytest.mark.parametrize(
    ("kind", "ends", "why"),
    [
        (OutcomeKind.OPPORTUNITY, State.OPPORTUNITY, ""),
        (OutcomeKind.CLOSED_WON, State.WON, "sales"),
        (OutcomeKind.CONVERTED, State.WON, "self_serve"),
        (OutcomeKind.CLOSED_LOST, State.LOST, "not_said"),
    ],
)
def test_outcomes_from_elsewhere_move_open_work_once(
    state: State, kind: OutcomeKind, ends: State, why: str
) -> None:
    snoozed = {"snoozed_until": NOW, "state_before_snooze": "accepted"}
    pql = QualificationFactory.create(state=state, **(snoozed if state == State.SNOOZED else {}))
    _outcome(pql, kind, amount=Decimal(5), currency="USD")
    assert services.close_by_outcomes(at=NOW, limit=10) == 1
    assert services.close_by_outcomes(at=NOW, limit=10) == 0
    pql.refresh_from_db()
    assert (pql.state, pql.closing_reason, pql.snoozed_until) == (ends, why, None)
    assert pql.closed_at == (NOW if why else None)
    change = pql.changes.get()
    assert (change.by, change.at, change.before) == (None, NOW, None)
    assert change.reason.endswith("USD 5.00")


def test_outcome_that_is_so_already_changes_nothing() -> None:
    pql = QualificationFactory.create(state=State.OPPORTUNITY)
    _outcome(pql, OutcomeKind.OPPORTUNITY)
    assert not _followed(pql).changes.exists()


def test_outcome_without_a_product_concerns_all_and_with_one_that_one() -> None:
    one = QualificationFactory.create()
    other = QualificationFactory.create(
        lead=one.lead, product=Product.objects.create(key="second", name="Second")
    )
    _outcome(one, OutcomeKind.OPPORTUNITY)
    assert _followed(one).state == State.OPPORTUNITY
    assert _followed(other).state == State.ASSIGNED
    _outcome(one, OutcomeKind.CONVERTED, product=None)
    assert [_followed(pql).state for pql in (one, other)] == [State.WON, State.WON]


@pytest.mark.parametrize(
    ("occurred_at", "state"),
    [
        pytest.param(AT - timedelta(days=1), State.ASSIGNED, id="from the day before: old news"),
        pytest.param(
            AT.replace(hour=0, minute=0), State.LOST, id="a day without a time is that whole day"
        ),
    ],
)
def test_outcome_from_before_the_pql(occurred_at: datetime, state: State) -> None:
    pql = QualificationFactory.create()
    outcome = _outcome(pql, OutcomeKind.CLOSED_LOST, occurred_at=occurred_at)
    assert _followed(pql).state == state
    outcome.refresh_from_db()
    assert outcome.routed_at == NOW


def test_churn_is_noted_on_the_newest_and_ends_nothing() -> None:
    pql = QualificationFactory.create()
    won = QualificationFactory.create(
        lead=pql.lead, product=pql.product, version=pql.version, state=State.WON,
        closed_at=AT, opened_at=AT - timedelta(days=9),
    )  # fmt: skip
    _outcome(pql, OutcomeKind.CHURNED)
    assert _followed(pql).state == State.ASSIGNED
    assert pql.notes.get().text.startswith("Churned on")
    assert not won.notes.exists()
    assert not pql.changes.exists()


def test_outcome_finds_the_pql_that_has_yet_to_follow_a_merge() -> None:
    winner: Lead = LeadFactory.create()
    pql = QualificationFactory.create(lead__merged_into=winner)
    record_outcome(lead=winner, kind=OutcomeKind.CONVERTED, occurred_at=LATER)
    assert _followed(pql).state == State.WON


def test_close_by_outcomes_looks_at_no_more_than_the_limit() -> None:
    for pql in QualificationFactory.create_batch(3):
        _outcome(pql, OutcomeKind.CONVERTED)
    assert [services.close_by_outcomes(at=NOW, limit=2) for _ in range(3)] == [2, 1, 0]


def test_a_reps_close_cannot_be_undone_once_an_outcome_followed() -> None:
    pql = QualificationFactory.create(state=State.CONTACTED)
    user = rep_of(pql).user
    services.mark_opportunity(pql, by=user, at=LATER)
    change = pql.changes.get()
    assert change.outcome is not None
    _outcome(pql, OutcomeKind.CLOSED_WON, occurred_at=LATER + timedelta(seconds=1))
    services.close_by_outcomes(at=LATER + timedelta(seconds=2), limit=10)
    with pytest.raises(services.TransitionNotAllowed, match="happened since"):
        services.undo(change, by=user, at=LATER + timedelta(seconds=3))
    assert Outcome.objects.count() == 2
