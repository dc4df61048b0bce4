import pytest

from routing import services
from routing.dealing.rules import Pool
from routing.models import DealTurn, Qualification, RoutingDecision
from routing.services.rules import draft_rules, publish_rules
from routing.simulating import rules_of, try_lead
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT, ScoreChangeFactory, ScoreFactory

pytestmark = pytest.mark.django_db


def test_try_lead_says_who_and_changes_nothing() -> None:
    first, second = RepFactory.create_batch(2)
    score = ScoreFactory.create()
    for _ in range(2):
        facts, decision = try_lead(score.lead, score.product, rules_of(None), at=AT)
        assert (decision.rep_id, facts.total) == (first.pk, 92)
    assert not DealTurn.objects.exists()
    assert not RoutingDecision.objects.exists()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=1)
    assert Qualification.objects.get().rep == first
    assert try_lead(score.lead, score.product, rules_of(None), at=AT)[1].rep_id == second.pk


def test_rules_of_a_draft_are_read_anew_and_of_others_stay() -> None:
    rep = RepFactory.create()
    draft = draft_rules(by=None, at=AT)
    rule = draft.rules.create(name="Named", pool=Pool.REPS)
    rule.reps.add(rep)
    assert rules_of(draft)[0].name == "Named"
    live = publish_rules(draft, by=None, at=AT)
    live.rules.update(name="Other")
    assert rules_of(live)[0].name == "Named"
