"""Plays, and what happens to leads."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from leads.models import Hit, Lead, Product, Signal
from routing import plays
from routing.models import Play, PlayRun
from rubrics.models import Score, ScoreChange
from tests.factories.rubrics import AT, ScoreChangeFactory, ScoreFactory, make_version
from tests.stock import written_twice

TAG = {"kind": "tag", "name": "hot"}
_numbers = itertools.count(1)


@written_twice
def make_play(trigger: str, *, on_since: datetime | None = AT, **values: Any) -> Play:
    """A play that tags the lead; switched on at ``on_since``."""
    params = values.pop("params", {})
    play = Play(
        name=values.pop("name", f"Play {next(_numbers)}"),
        trigger=trigger,
        trigger_params=params,
        actions=values.pop("actions", [TAG]),
        **values,
    )
    play.save()
    if on_since is not None:
        plays.turn_on(play, by=None, at=on_since)
    return play


@written_twice
def make_score(total: int = 50, **values: Any) -> Score:
    """A lead's score of so much, all by behavior."""
    score: Score = ScoreFactory.create(
        fit=0, fit_low=0, behavior=total, is_pql=False, stands_for=make_version(), **values
    )
    return score


def change_score(score: Score, total: int, *, at: datetime, **values: Any) -> ScoreChange:
    """The score comes out as ``total`` at ``at``."""
    Score.objects.filter(pk=score.pk).update(total=total, behavior=total, at=at)
    score.refresh_from_db()
    change: ScoreChange = ScoreChangeFactory.create(
        score=score, at=at, fit=0, behavior=total, total=total, is_pql=False, **values
    )
    return change


def make_signal(key: str, product: Product | None = None) -> Signal:
    product = product or make_version().rubric.product
    name = key.replace("_", " ").capitalize()
    return Signal.objects.get_or_create(product=product, key=key, defaults={"name": name})[0]


def hit(lead: Lead, key: str, *, at: datetime, event_id: int | None = None) -> Hit:
    event_id = event_id or -next(_numbers)
    return Hit.objects.create(lead=lead, signal=make_signal(key), occurred_at=at, event_id=event_id)


def outcomes(play: Play) -> list[tuple[str, str]]:
    """Of each run: its state, and why it was left out."""
    return list(play.runs.order_by("pk").values_list("state", "skipped_for"))


def causes(play: Play) -> list[str]:
    return list(PlayRun.objects.filter(play=play).order_by("pk").values_list("cause", flat=True))


def run(at: datetime, limit: int = 100) -> int:
    return plays.run_plays(at=at, limit=limit)


SOON = AT + timedelta(minutes=1)
