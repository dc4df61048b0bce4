from collections import Counter
from datetime import timedelta
from unittest.mock import patch

import pytest

from leads import jobs
from leads.models import JobState
from routing import services
from routing.dealing.conditions import read_conditions
from routing.dealing.pilots import Arm, PilotTerms
from routing.dealing.rules import Pool, Rule
from routing.models import DealTurn, Pilot, Qualification, Rep, Replay, RuleSet
from routing.models.qualification import State
from routing.simulating import ReplayRunning, replay_some, replaying, start_replay
from tests.factories.routing import QualificationFactory, RepFactory
from tests.factories.rubrics import AT, ScoreChangeFactory

pytestmark = pytest.mark.django_db

NOW = AT + timedelta(days=2)


def _rules(*rules: Rule) -> RuleSet:
    return RuleSet.objects.create(
        number=1, status="retired", document=[rule.document for rule in rules],
        created_at=AT, published_at=AT,
    )  # fmt: skip


def _dealt(count: int) -> list[Qualification]:
    ScoreChangeFactory.create_batch(count)
    services.open_qualifications(at=AT, limit=500)
    return list(Qualification.objects.filter(opened_at=AT).order_by("pk"))


def _run(rule_set: RuleSet) -> Replay:
    replay = start_replay(rule_set, days=7, by=None, at=NOW)
    assert replay_some(at=NOW, seconds=30)
    replay.refresh_from_db()
    return replay


def test_replay_counts_then_and_now_and_writes_nothing_real() -> None:
    first, second = RepFactory.create_batch(2)
    _dealt(4)
    turns = list(DealTurn.objects.values_list("rule_key", "rep", "credit", "dealt"))
    replay = _run(_rules(Rule("s", "Second alone", pool=Pool.REPS, reps=(second.pk,))))

    assert (replay.state, replay.done, replay.total) == (JobState.DONE, 4, 4)
    assert replay.counts == {str(first.pk): [2, 0], str(second.pk): [2, 4]}
    differing = list(replay.pqls.with_other_rep())
    assert [(row.rep_then, row.rep_now) for row in differing] == [(first, second)] * 2
    assert differing[0].rule_then == "Fallback: everybody in turn"
    assert differing[0].reason == "Second alone: the only one who can take it now"
    assert differing[0].steps[0]["fired"]
    assert list(DealTurn.objects.values_list("rule_key", "rep", "credit", "dealt")) == turns
    assert Qualification.objects.filter(rep=first).count() == 2


def test_replay_leaves_the_pqls_of_a_pilot_within_their_group() -> None:
    chosen, other = RepFactory.create_batch(2)
    pilot = Pilot.objects.create(
        name="March", starts_at=AT - timedelta(days=9), ends_at=AT + timedelta(days=1), share=50
    )
    pilot.reps.add(chosen)
    by_turns = {0: Arm.COMPARISON, 1: Arm.PILOT}
    with patch.object(PilotTerms, "arm_of", lambda self, lead_id: by_turns[lead_id % 2]):
        _dealt(8)
    then = Counter(Qualification.objects.values_list("rep", flat=True))
    assert set(then) == {chosen.pk, other.pk}
    replay = _run(_rules(Rule("a", "Everybody")))
    assert replay.counts == {str(pk): [count, count] for pk, count in then.items()}
    assert not replay.pqls.with_other_rep().exists()


def test_replay_in_chunks_comes_to_the_same() -> None:
    RepFactory.create_batch(3)
    _dealt(7)
    whole = _run(_rules())
    with patch.object(replaying, "CHUNK", 2):
        parts = _run(RuleSet.objects.get())
    assert parts.counts == whole.counts
    assert [row.rep_now_id for row in parts.pqls.order_by("qualification")] == [
        row.rep_now_id for row in whole.pqls.order_by("qualification")
    ]


def test_replay_keeps_limits_by_what_was_open_then() -> None:
    busy, free = RepFactory.create(max_open=2), RepFactory.create(max_new_a_day=3)
    QualificationFactory.create(
        rep=busy, opened_at=AT - timedelta(days=30), assigned_at=AT - timedelta(days=30)
    )
    closed = QualificationFactory.create(
        rep=free, state=State.LOST, opened_at=AT - timedelta(days=20), closed_at=NOW,
        assigned_at=AT - timedelta(hours=1),
    )  # fmt: skip
    assert closed.closed_at
    _dealt(5)
    replay = _run(_rules())
    assert replay.counts == {str(busy.pk): [1, 1], str(free.pk): [2, 2], "": [2, 2]}
    assert not replay.pqls.with_other_rep().exists()


def test_replay_asks_with_what_was_known_then() -> None:
    first, second = RepFactory.create_batch(2)
    [pql] = _dealt(1)
    assert pql.lead.account is not None
    pql.lead.account.attributes = {"country": "DE"}
    pql.lead.account.save()
    american = read_conditions([{"field": "country", "op": "is", "value": "US"}])
    replay = _run(_rules(Rule("us", "America", american, pool=Pool.REPS, reps=(second.pk,))))
    assert replay.pqls.get().rep_now == second
    assert first != second


def test_replay_knows_who_is_switched_off_and_days_off() -> None:
    off, away, there = RepFactory.create_batch(3)
    _dealt(3)
    Rep.objects.filter(pk=off.pk).update(is_available=False)
    away.days_off.create(first=AT.date(), last=AT.date())
    replay = _run(_rules())
    assert set(replay.pqls.values_list("rep_now", flat=True)) == {there.pk}


def test_one_replay_of_the_same_rules_at_a_time() -> None:
    rules = _rules()
    running = start_replay(rules, days=7, by=None, at=NOW)
    with pytest.raises(ReplayRunning) as caught:
        start_replay(rules, days=14, by=None, at=NOW)
    assert caught.value.replay == running
    jobs.stop(running, at=NOW)
    assert start_replay(rules, days=14, by=None, at=NOW) != running


def test_replay_of_rules_that_cannot_be_read_fails_with_words() -> None:
    RepFactory.create()
    _dealt(1)
    broken = _rules()
    broken.document = [{**Rule("x", "X").document, "pool": "nobody"}]
    broken.save()
    replay = _run(broken)
    assert replay.state == JobState.FAILED
    assert "cannot be read" in replay.problem
