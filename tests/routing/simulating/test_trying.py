from datetime import timedelta
from unittest.mock import patch

import pytest

from routing import services
from routing.dealing.pilots import Arm, PilotTerms
from routing.dealing.rules import Pool
from routing.models import DealTurn, Pilot, Qualification, ReviewPolicy, RoutingDecision
from routing.services.rules import draft_rules, publish_rules
from routing.simulating import rules_of, try_lead
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT, ScoreChangeFactory, ScoreFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_try_lead_says_who_and_changes_nothing() -> None:
    first, second = RepFactory.create_batch(2)
    score = ScoreFactory.create()
    for _ in range(2):
        tried = try_lead(score.lead, score.product, rules_of(None), at=AT)
        assert (tried.decision.rep_id, tried.facts.total) == (first.pk, 92)
        assert (tried.place, tried.review) == (None, None)
    assert not DealTurn.objects.exists()
    assert not RoutingDecision.objects.exists()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=1)
    assert Qualification.objects.get().rep == first
    tried = try_lead(score.lead, score.product, rules_of(None), at=AT)
    assert tried.decision.rep_id == second.pk


@pytest.mark.parametrize("arm", Arm)
def test_try_lead_tells_what_comes_before_the_rules(arm: Arm) -> None:
    other, chosen = RepFactory.create_batch(2)
    score = ScoreFactory.create()
    pilot = Pilot.objects.create(name="March", starts_at=AT - DAY, ends_at=AT + DAY)
    pilot.reps.add(chosen)
    review = ReviewPolicy.objects.create(name="All")
    with patch.object(PilotTerms, "arm_of", return_value=arm):
        tried = try_lead(score.lead, score.product, rules_of(None), at=AT)
    assert tried.decision.rep_id == (chosen if arm is Arm.PILOT else other).pk
    assert tried.place is not None
    assert (tried.place.pilot.name, tried.place.arm, tried.review) == ("March", arm, review)


def test_rules_of_a_draft_are_read_anew_and_of_others_stay() -> None:
    rep = RepFactory.create()
    draft = draft_rules(by=None, at=AT)
    rule = draft.rules.create(name="Named", pool=Pool.REPS)
    rule.reps.add(rep)
    assert rules_of(draft)[0].name == "Named"
    live = publish_rules(draft, by=None, at=AT)
    live.rules.update(name="Other")
    assert rules_of(live)[0].name == "Named"
