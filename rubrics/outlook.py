"""Reads of what may come: each line's next step, what would make a lead, or an account, a PQL, and
until when it stays one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leads.models import Lead
from rubrics import explain
from rubrics.evidence import Contacts, contacts
from rubrics.explain import Scored
from rubrics.known import with_facts
from rubrics.measures import MEASURES, HitMeasure
from rubrics.scoring.advice import Advice, advise
from rubrics.scoring.points import reached_tier
from rubrics.scoring.steps import Act, Need, Start, advance, next_words
from rubrics.scoring.types import Column, Criterion, Line, Measured, Mode, Subject, Version
from rubrics.scoring.words import signed

HORIZON = timedelta(days=400)
"""How far ahead is looked."""
MICROSECOND = timedelta(microseconds=1)
MOST_ROUNDS = 5000
MOST_QUERIES = 50
"""A page waits for so many measurements ahead at most."""
MOST_MEASURED = 200
"""So many people are measured for that at most: of an account, all its people each time."""


@dataclass(frozen=True, slots=True)
class Until:
    """When a PQL stops being one if nothing happens.

    ``because`` is what then takes points: ``No “Logged in” for 14 days: −10``. Without
    ``is_exact`` it stays one until ``at`` at least; further ahead was not looked.
    """

    at: datetime
    because: str = ""
    is_exact: bool = True


def detailed(scored: Scored, *, subject_id: int) -> list[Line]:
    """The score's lines, each criterion's with what was measured, when it last happened or since
    when it is known, and what its next step takes. At most three queries."""
    found = contacts(scored.version, subject_id=subject_id, at=scored.at)
    start = start_of(scored, found)
    told = []
    criteria = scored.version.version.criteria
    for index, (criterion, line) in enumerate(zip(criteria, scored.lines, strict=False)):
        column = _telling_column(criterion, scored.measured)
        value = scored.measured.values[column]
        moments = [found.last[i] for i in criterion.columns if i in found.last]
        told.append(
            replace(
                line,
                measured="" if value is None else scored.version.describe(column, value),
                last_at=max(moments, default=None),
                next_step=next_words(start, index),
            )
        )
    told += scored.lines[len(told) :]
    return with_facts(told, scored, subject_id=subject_id)


def _telling_column(criterion: Criterion, measured: Measured) -> int:
    """The column that gives the criterion its points; else the first of which anything is known."""
    if criterion.mode is Mode.TIERS and (tier := reached_tier(criterion, measured.values)):
        return tier.column
    known = [i for i in criterion.columns if measured.values[i] is not None]
    return next(iter(known), criterion.columns[0])


def start_of(scored: Scored, found: Contacts) -> Start:
    """Where the next steps begin: the score, and what more hits would move."""
    version = scored.version
    acts = {column: _act(version.version, column, found.open) for column in found.open}

    def need(column: int, value: float, target: float) -> Need:
        needed = version.need(column, value, target)
        kind = MEASURES[version.version.columns[column].measure]
        # Who has yet to join may change more than is asked for.
        return (
            replace(needed, actions=None) if kind.counts_users and target > found.users else needed
        )

    return Start(version.version, version.judge, scored.measured, scored.judgement, acts, need)


def _act(version: Version, column: int, open_columns: frozenset[int]) -> Act:
    """What a hit of any of the column's signals moves: other columns only if they count it
    whichever of them it is."""
    signals = set(version.columns[column].params["signals"])
    moved = [
        index
        for index in sorted(open_columns)
        if signals <= set(version.columns[index].params["signals"])
    ]
    return Act(
        adds=tuple(i for i in moved if _adds_one(version.columns[i])),
        resets=tuple(i for i in moved if version.columns[i].unit == "duration"),
        is_activity=signals <= set(version.activity_signals),
    )


def _adds_one(column: Column) -> bool:
    kind = MEASURES[column.measure]
    return isinstance(kind, HitMeasure) and kind.adds_one(column.params)


def advice(scored: Scored, *, subject_id: int) -> Advice:
    """What would make the lead a PQL, given what it can still do; of an account, what its people
    can. One query."""
    if scored.judgement.is_pql:
        return Advice()
    found = contacts(scored.version, subject_id=subject_id, at=scored.at)
    return advise(start_of(scored, found))


def pql_until(scored: Scored, *, subject_id: int, within: timedelta = HORIZON) -> Until | None:
    """When a PQL of now stops being one if nothing happens; None for not ``within`` that time.

    Goes from change to change: computed while only time passes, measured again where a hit leaves
    its window, and before the answer is given. Exact to the microsecond. For a measurement of the
    present only: of a past moment it is known what did happen.
    """
    end, blur_us = scored.at + within, _blur_us(scored.version.version)
    here, queries, most = scored, 0, _most_queries(scored, subject_id)
    for _ in range(MOST_ROUNDS):
        ahead_us = here.judgement.next_us
        if ahead_us is None or here.at + timedelta(microseconds=ahead_us) > end:
            return None
        is_blurred = ahead_us <= blur_us
        then = here.at + timedelta(microseconds=blur_us if is_blurred else ahead_us)
        later = None if is_blurred else _by_time_alone(here, then, ahead_us)
        if later is None or not later.judgement.is_pql:
            if queries >= most:
                return Until(here.at + timedelta(microseconds=ahead_us), is_exact=False)
            queries += 1
            later = explain.score_now(here.version, subject_id=subject_id, at=then)
            if later is None:
                return None
        if not later.judgement.is_pql:
            first = _first_without(here, later, subject_id) if is_blurred else later
            return Until(first.at, _because(here, first))
        here = later
    return Until(here.at, is_exact=False)


def _most_queries(scored: Scored, subject_id: int) -> int:
    """How often may be measured ahead: an account of hundreds twice, a small one as a lead."""
    if scored.version.version.subject is Subject.LEAD:
        return MOST_QUERIES
    people = Lead.objects.filter(account=subject_id).count()
    return min(MOST_QUERIES, max(MOST_MEASURED // max(people, 1), 2))


def _blur_us(version: Version) -> int:
    """How near before a fading number's boundary it may be foretold: there every microsecond
    might be the one. 0 where nothing fades."""
    fading = [column.params["half_life"] for column in version.columns if column.unit == "fading"]
    return int(max(fading) * 2e-9) + 10 if fading else 0


def _first_without(before: Scored, after: Scored, subject_id: int) -> Scored:
    """Between a PQL and none, the first microsecond at which it is none: by halving."""
    while after.at - before.at > MICROSECOND:
        middle = before.at + (after.at - before.at) // 2
        found = explain.score_now(before.version, subject_id=subject_id, at=middle)
        assert found is not None  # the trial was there just now, on both sides
        before, after = (found, after) if found.judgement.is_pql else (before, found)
    return after


def _by_time_alone(here: Scored, then: datetime, ahead_us: int) -> Scored | None:
    """The score at ``then`` if no number changes but by growing and fading; else None."""
    next_us = here.measured.next_us
    if next_us is not None and ahead_us >= next_us:
        return None
    return explain.judged(
        here.version, advance(here.version.version, here.measured, ahead_us), then
    )


def _because(here: Scored, later: Scored) -> str:
    """The line that takes most, in words."""
    lost = [line for line in explain.compare(here, later).lines if line.difference < 0]
    if not lost:
        return ""
    line = min(lost, key=lambda one: one.difference)
    return f"{line.reason_now or line.label}: {signed(line.difference)}"
