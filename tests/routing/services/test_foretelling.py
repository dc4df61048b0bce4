"""Of open PQLs it is foretold when each stops being one, and how fast it rises."""

from datetime import timedelta

import pytest
from django.db.models import F

from routing import services
from routing.models import Forecast, Qualification
from routing.models.qualification import State
from rubrics.mappers import compiled
from rubrics.measures.subjects import LeadIds
from rubrics.models import RubricVersion, Score
from rubrics.publishing import publish_now
from rubrics.scores import score_by
from rubrics.services import load_rubric
from tests.factories.routing import make_pql
from tests.factories.rubrics import DOCUMENT, ScoreChangeFactory
from tests.rubrics.makers import AT, make_lead, make_product

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FADING = {
    **DOCUMENT,
    "thresholds": {"total": 15, "fit": 10, "behavior": 5},
    "decay": {"mode": "periods", "points": 1, "period": "2d", "floor": 0},
}


@pytest.fixture
def pql() -> Qualification:
    """Its lead did the core feature seven times at ``AT`` and loses a point each two days."""
    product = make_product()
    draft = load_rubric(FADING, product=product, by=None, at=AT - DAY)
    version: RubricVersion = publish_now(draft, by=None, at=AT - DAY)
    lead = make_lead(
        product, started_at=AT, account={"industry": "SaaS"}, hits=[("core_feature", AT)] * 7
    )
    score_by(compiled(version.pk), LeadIds([lead.pk], AT))
    score = Score.objects.get(lead=lead)
    assert (score.fit, score.behavior, score.is_pql) == (10, 7, True)
    return Qualification.objects.create(
        lead=lead, product=product, version=version, fit=10, behavior=7, total=17, opened_at=AT
    )


def test_foretell_says_when_it_falls_and_why(pql: Qualification) -> None:
    assert services.foretell(at=AT + DAY, limit=10) == 1
    told = Forecast.objects.get(pk=pql.pk)
    # 7 points less three of them after six days is 4, and 5 are needed.
    assert told.falls_at == AT + 6 * DAY
    assert "−" in told.because
    assert told.gain == 17


def test_foretell_is_done_until_the_score_is_written_again_or_it_is_due(
    pql: Qualification,
) -> None:
    services.foretell(at=AT + DAY, limit=10)
    assert services.foretell(at=AT + 2 * DAY, limit=10) == 0
    Score.objects.update(revision=F("revision") + 1)
    assert services.foretell(at=AT + 2 * DAY, limit=10) == 1
    told = Forecast.objects.get()
    assert services.foretell(at=told.due_at, limit=10) == 1


def test_foretell_gain_changes_when_the_change_a_week_ago_is_passed() -> None:
    pql = make_pql()
    score = Score.objects.get(lead=pql.lead)
    ScoreChangeFactory.create(score=score, at=AT - 9 * DAY, total=50)
    ScoreChangeFactory.create(score=score, at=AT - 3 * DAY, total=80)
    services.foretell(at=AT, limit=10)
    told = Forecast.objects.get()
    assert (told.gain, told.due_at, told.falls_at) == (92 - 50, AT + 4 * DAY, None)
    assert (told.lead, told.product) == (pql.lead, pql.product)
    services.foretell(at=AT + 4 * DAY, limit=10)
    told.refresh_from_db()
    assert told.gain == 92 - 80


def test_foretell_leaves_alone_what_is_closed_or_has_no_score() -> None:
    make_pql(state=State.WON, closed_at=AT)
    Score.objects.filter(lead=make_pql().lead).delete()
    assert services.foretell(at=AT, limit=10) == 0


def test_foretell_takes_away_what_it_told_of_those_that_are_closed() -> None:
    pqls = [make_pql() for _ in range(3)]
    assert services.foretell(at=AT, limit=10) == 3
    closed = Qualification.objects.filter(pk=pqls[1].pk)
    closed.update(state=State.WON, closed_at=AT + DAY)
    assert services.foretell(at=AT + DAY, limit=10) == 0
    assert set(Forecast.objects.values_list("pk", flat=True)) == {pqls[0].pk, pqls[2].pk}


@pytest.mark.parametrize("name", ["lead", "product"])
def test_foretell_tells_anew_what_is_of_another_lead_or_product(name: str) -> None:
    pql = make_pql()
    services.foretell(at=AT, limit=10)
    Forecast.objects.update(**{name: None})
    assert services.foretell(at=AT, limit=10) == 1
    assert getattr(Forecast.objects.get(), name) == getattr(pql, name)


def test_foretell_stops_when_it_may_not_go_on_and_keeps_what_is_made() -> None:
    for _ in range(3):
        make_pql()
    answers = iter([True, False])
    assert services.foretell(at=AT, limit=10, may_go_on=lambda: next(answers)) == 1
    assert Forecast.objects.count() == 1
    assert services.foretell(at=AT, limit=1) == 1
    assert services.foretell(at=AT, limit=10) == 1
