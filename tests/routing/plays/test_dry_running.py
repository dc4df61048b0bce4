"""A dry run says what the play would have done, and does nothing."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from routing import plays
from routing.models import LeadTag, Play, PlayDryRun, PlayRun
from routing.plays import dry_running
from tests.factories.rubrics import AT, TrialFactory
from tests.routing.plays.makers import change_score, hit, make_play, make_score, run

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def tried(play: Play) -> PlayDryRun:
    job = plays.start_dry_run(play, by=None, at=AT + 3 * DAY)
    while plays.dry_run_some(at=AT + 3 * DAY, seconds=5):
        pass
    job.refresh_from_db()
    assert job.state == "done"
    return job


def counts(job: PlayDryRun) -> dict[str, int]:
    total: dict[str, int] = {}
    for day in job.days.values():
        for outcome, count in day.items():
            total[outcome] = total.get(outcome, 0) + count
    return total


@pytest.mark.parametrize(
    ("trigger", "params"),
    [
        ("total_reached", {"at_least": 61}),
        ("signal_hit", {"signals": ["limit"]}),
        ("ready", {"signals": ["limit"], "at_least": 51, "days": 14}),
        ("score_fell", {"points": 20, "days": 14}),
        ("trial_ending", {"days": 3}),
    ],
)
def test_dry_run_says_what_the_real_play_did(trigger: str, params: dict[str, object]) -> None:
    conditions = [{"field": "total", "op": "at_least", "value": 30}]
    play = make_play(trigger, params=params, conditions=conditions, limit_days=1)
    scores = [make_score(20) for _ in range(4)]
    for number, score in enumerate(scores):
        TrialFactory.create(
            lead=score.lead, product=score.product, ends_at=AT + (3 + number / 2) * DAY + MINUTE
        )
    steps = [(55, 70, 45, 90), (20, 62, 30, 10), (65, 40, 75, 66), (25, 70, 40, 80)]
    for step, totals in enumerate(steps):
        at = AT + MINUTE + step * timedelta(hours=15)
        for score, total in zip(scores, totals, strict=True):
            if total % 2 == 0:
                hit(score.lead, "limit", at=at)
            change_score(score, total, at=at)
        run(at)
    run(AT + 2 * DAY)
    run(AT + 3 * DAY)
    real = {"fired": play.runs.fired().count()}
    for reason in ("limit", "conditions"):
        real[reason] = play.runs.filter(skipped_for=reason).count()
    kept = (PlayRun.objects.count(), LeadTag.objects.count())
    assert real["fired"]
    with patch.object(dry_running, "CHUNK", 2):
        job = tried(play)
    assert {outcome: count for outcome, count in real.items() if count} == counts(job)
    acted = set(play.runs.fired().values_list("lead", flat=True))
    assert {one["lead"] for one in job.leads} == acted
    assert (PlayRun.objects.count(), LeadTag.objects.count()) == kept


def test_dry_run_of_a_play_that_is_off_counts_by_day() -> None:
    play = make_play("signal_hit", params={"signals": ["limit"]}, on_since=None)
    lead = make_score().lead
    for days in (-5, 1, 2):
        hit(lead, "limit", at=AT + days * DAY)
    play.limit_days = None
    play.save()
    assert tried(play).days == {"2026-03-11": {"fired": 1}, "2026-03-12": {"fired": 1}}


def test_dry_run_of_what_could_not_act_is_refused() -> None:
    play = make_play("pql_opened", on_since=None, actions=[])
    with pytest.raises(plays.PlayNotReady, match="cannot be tried"):
        plays.start_dry_run(play, by=None, at=AT)
