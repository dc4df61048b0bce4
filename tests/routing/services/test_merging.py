import pytest

from leads.models import Lead
from routing import services
from routing.models import Forecast, Qualification
from routing.models.qualification import State
from tests.factories.routing import QualificationFactory
from tests.factories.rubrics import AT, LeadFactory

pytestmark = pytest.mark.django_db


def _merged(winner: Lead) -> Lead:
    lead: Lead = LeadFactory.create(merged_into=winner)
    return lead


def test_follow_merges_moves_to_the_end_of_the_chain() -> None:
    winner = LeadFactory.create()
    between = _merged(winner)
    pql = QualificationFactory.create(lead=_merged(between))
    Forecast.objects.create(
        qualification=pql, lead=pql.lead, product=pql.product, revision=1, gain=0, due_at=AT
    )
    assert services.follow_merges(at=AT, limit=10) == 1
    assert services.follow_merges(at=AT, limit=10) == 0
    pql.refresh_from_db()
    assert pql.lead == pql.forecast.lead == winner
    assert (pql.state, pql.changes.get().to_state) == (State.ASSIGNED, State.ASSIGNED)


def test_follow_merges_moves_closed_ones_too_for_the_cool_down() -> None:
    winner = LeadFactory.create()
    QualificationFactory.create(lead=_merged(winner), state=State.LOST, closed_at=AT)
    QualificationFactory.create(lead=winner)
    services.follow_merges(at=AT, limit=10)
    assert Qualification.objects.filter(lead=winner).count() == 2


@pytest.mark.parametrize(
    ("losers", "winners", "kept"),
    [
        pytest.param(State.ASSIGNED, State.ASSIGNED, "winner", id="equal: the survivor's stays"),
        pytest.param(State.NEW, State.ACCEPTED, "winner", id="the survivor's came further"),
        pytest.param(State.CONTACTED, State.ASSIGNED, "loser", id="the merged one's came further"),
    ],
)
def test_follow_merges_of_two_open_ones_keeps_the_further(
    losers: State, winners: State, kept: str
) -> None:
    winner = LeadFactory.create()
    ours = QualificationFactory.create(lead=winner, state=winners)
    theirs = QualificationFactory.create(lead=_merged(winner), state=losers)
    services.follow_merges(at=AT, limit=10)
    stays, goes = (ours, theirs) if kept == "winner" else (theirs, ours)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert stays.lead == goes.lead == winner
    assert (goes.state, goes.closed_at) == (State.EXPIRED, AT)
    assert Qualification.objects.open().get() == stays
    assert f"PQL {stays.pk} goes on" in goes.changes.order_by("pk")[0].reason
