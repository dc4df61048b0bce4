"""What a play would have done in the last week, had it been on: the same causes, the same
conditions, the same limit; nothing is written but the counts.

Leads are gone through range by range, each with all its causes, so that the limit is exact and
memory bounded. Scores are as they were then; what else is known of a lead is as it is now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from leads import jobs
from leads.models import Lead
from routing.dealing.conditions import all_hold
from routing.dealing.facts import Facts
from routing.facts import facts_of
from routing.models import Play, PlayDryRun
from routing.models.play import PlaySource
from routing.models.play_run import SCORED_WITHIN
from routing.plays.editing import PlayNotReady, problems_of
from routing.plays.finding import TABLES
from routing.plays.running import check_play, is_limited
from routing.plays.triggers import TRIGGERS, Span
from routing.plays.triggers.base import compose
from rubrics.claims import LEADS
from rubrics.mappers import compiled
from rubrics.proof.reading import is_scoring_behind, next_ids

WEEK = timedelta(days=7)
CHUNK = 2_000
"""Leads looked at in one transaction."""
MOST_LEADS = 50
PATIENCE = timedelta(seconds=1)

# What each source's rows are found by: whose they are, and when it was.
PLACES = {
    PlaySource.CHANGES: ("{row}.lead_id", "{row}.at"),
    PlaySource.HITS: ("{row}.lead_id", "{row}.occurred_at"),
    PlaySource.STATES: ("q.lead_id", "{row}.at"),
    PlaySource.TRIALS: ("{row}.lead_id", "{row}.started_at"),
}
LOOK = """
SELECT DISTINCT ON (found.cause) found.cause, found.occurred_at, found.lead_id, found.product_id
FROM ({find}) AS found JOIN leads_lead AS l ON l.id = found.lead_id
WHERE found.occurred_at > %(since)s AND found.occurred_at <= %(until)s
  AND (%(product)s::bigint IS NULL OR found.product_id = %(product)s)
"""
SCORES_THEN = """
SELECT asked.place, c.version_id, c.fit, c.behavior, c.total, c.band
FROM unnest(%(leads)s::bigint[], %(products)s::bigint[], %(times)s::timestamptz[])
  WITH ORDINALITY AS asked(lead_id, product_id, at, place)
JOIN LATERAL (
  SELECT * FROM rubrics_scorechange AS c
  WHERE c.lead_id = asked.lead_id AND c.product_id = asked.product_id AND c.at <= asked.at
  ORDER BY c.at DESC, c.id DESC LIMIT 1) AS c ON true
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something the play would have found."""

    cause: str
    occurred_at: datetime
    lead_id: int
    product_id: int


def start_dry_run(play: Play, *, by: User | None, at: datetime) -> PlayDryRun:
    """Start to look at the last week.

    Raises:
        PlayNotReady: the play could not act.
    """
    if problems := problems_of(play):
        raise PlayNotReady(f"{play} cannot be tried: {problems[0]}")
    return PlayDryRun.objects.create(
        play=play,
        asked_by=by,
        started_at=at,
        since=at - WEEK,
        until=at,
        total=Lead.objects.living().count(),
    )


def dry_run_some(*, at: datetime, seconds: float) -> bool:
    """Work on a dry run for about so long; False if there was nothing to do. Scoring goes first."""
    return jobs.work_on(
        PlayDryRun.objects.running().select_related("play"),
        _look_at_chunk,
        at=at,
        seconds=seconds,
        gives_way=lambda now: is_scoring_behind(now - PATIENCE),
    )


@transaction.atomic
def _look_at_chunk(job: PlayDryRun, at: datetime) -> bool:
    ids = next_ids(LEADS, job.after, CHUNK)
    if not ids:
        jobs.finish(job, at=at)
        return False
    low, high = job.after, ids[-1]
    play = job.play
    causes = _causes(play, low, high, since=job.since, until=job.until)
    for cause, outcome, checked in outcomes_of(play, causes):
        day = f"{timezone.localtime(cause.occurred_at):%Y-%m-%d}"
        counts = job.days.setdefault(day, {})
        counts[outcome] = counts.get(outcome, 0) + 1
        if outcome == "fired" and len(job.leads) < MOST_LEADS:
            when = cause.occurred_at.isoformat()
            job.leads.append({"lead": cause.lead_id, "at": when, "checked": checked})
    job.after = high
    return jobs.advance(job, done=len(ids), after=high, days=job.days, leads=job.leads)


def outcomes_of(play: Play, causes: Sequence[Cause]) -> Iterable[tuple[Cause, str, list[str]]]:
    """What the play would have done about each cause, in the order in which they happened."""
    facts = _facts_then(causes)
    acted: dict[int, list[datetime]] = {}
    for cause in sorted(causes, key=lambda cause: (cause.occurred_at, cause.cause)):
        checked = check_play(play, facts[cause.cause])
        words = [one.words for one in checked]
        times = acted.setdefault(cause.lead_id, [])
        if not all_hold(checked):
            yield cause, "conditions", words
        elif is_limited(play, cause.occurred_at, times):
            yield cause, "limit", words
        else:
            times.append(cause.occurred_at)
            yield cause, "fired", words


def _causes(play: Play, low: int, high: int, *, since: datetime, until: datetime) -> list[Cause]:
    trigger = TRIGGERS[play.trigger]
    found: dict[str, Cause] = {}
    for source in trigger.sources:
        whose, when = PLACES[source]
        condition = f"{whose} > %(low)s AND {whose} <= %(high)s AND {when} <= %(until)s"
        if source != PlaySource.TRIALS:
            condition += f" AND {when} > %(since)s"
        values: dict[str, Any] = {"low": low, "high": high, "since": since, "until": until}
        template, own = trigger.find(source, play.trigger_params)
        row = TABLES[source][1] if source in TABLES else "t"
        statement = sql.SQL(LOOK).format(find=compose(template, Span(condition, values), row))
        bound: dict[str, Any] = {**values, **own, "product": play.product_id}
        with connection.cursor() as cursor:
            cursor.execute(statement, bound)
            found |= {values[0]: Cause(*values) for values in cursor.fetchall()}
    return list(found.values())


def _facts_then(causes: Sequence[Cause]) -> Mapping[str, Facts]:
    """The facts of each cause's lead with the score that it led to; by the cause."""
    if not causes:
        return {}
    now = max(cause.occurred_at for cause in causes)
    present = facts_of({(cause.lead_id, cause.product_id) for cause in causes}, at=now)
    scores = _scores_then(causes)
    facts: dict[str, Facts] = {}
    for place, cause in enumerate(causes, 1):
        known = replace(present[cause.lead_id, cause.product_id], at=cause.occurred_at)
        facts[cause.cause] = replace(known, **scores.get(place, _NO_SCORE))
    return facts


_NO_SCORE: dict[str, Any] = {"fit": None, "behavior": None, "total": None, "band": ""}


def _scores_then(causes: Sequence[Cause]) -> dict[int, dict[str, Any]]:
    values: dict[str, Any] = {
        "leads": [cause.lead_id for cause in causes],
        "products": [cause.product_id for cause in causes],
        "times": [cause.occurred_at + SCORED_WITHIN for cause in causes],
    }
    with connection.cursor() as cursor:
        cursor.execute(SCORES_THEN, values)
        rows = cursor.fetchall()
    return {
        place: {
            "fit": fit,
            "behavior": behavior,
            "total": total,
            "band": "" if band is None else compiled(version_id).version.bands[band].name,
        }
        for place, version_id, fit, behavior, total, band in rows
    }
