"""Which past leads are looked at, at which moment, and what counts as their outcome.

Pure but for :func:`read_past` and what stands below it. No lead is seen later than at its moment,
and none whose fate was settled by then or is still open now (docs/adr/0015).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from leads.models.outcome import OutcomeKind

JUST_BEFORE = timedelta(microseconds=1)
"""PostgreSQL's times are whole microseconds: what happens at the moment itself is not seen."""
CONVERSIONS = (OutcomeKind.CONVERTED, OutcomeKind.CLOSED_WON)
LOSSES = (OutcomeKind.CLOSED_LOST, OutcomeKind.CHURNED)
AGE_STEPS = 20
_SPREAD = 2_654_435_761  # Knuth's multiplier: neighboring ids land far apart


class MomentKind(StrEnum):
    """When each lead is looked at."""

    AFTER_SIGN_UP = "after_sign_up"
    BEFORE_OUTCOME = "before_outcome"


class LeftOut(StrEnum):
    """Why a lead of the period is not looked at."""

    CONVERTED_BEFORE = "converted_before"
    LOST_BEFORE = "lost_before"
    NOT_OVER = "not_over"
    OTHER_SEGMENT = "other_segment"


LEFT_OUT_WORDS: Mapping[str, str] = {
    LeftOut.CONVERTED_BEFORE: "had converted before their moment",
    LeftOut.LOST_BEFORE: "were lost or had churned before their moment",
    LeftOut.NOT_OVER: "could still convert: their time is not over",
    LeftOut.OTHER_SEGMENT: "belonged to another segment",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Leads that signed up in ``[since, until)``, seen ``days`` after that (or before their
    outcome): who of them has an outcome of ``kinds`` within ``horizon`` after that moment?

    ``known_until`` is where the facts end: what would have happened later is not known.
    ``ages`` are how old leads were when they converted, evenly spread over all that did; of use
    for moments before the outcome only, where leads without one are seen at the same ages.
    """

    product_id: int
    since: datetime
    until: datetime
    known_until: datetime
    moment: MomentKind = MomentKind.AFTER_SIGN_UP
    days: int = 14
    horizon_days: int = 60
    kinds: tuple[str, ...] = CONVERSIONS
    ages: tuple[timedelta, ...] = ()

    @property
    def horizon(self) -> timedelta:
        return timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Past:
    """A lead's sign-up, and its first conversion and first loss, whenever they were."""

    lead_id: int
    started_at: datetime
    converted_at: datetime | None = None
    lost_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A lead that is looked at: as of when, and whether it converted within the horizon."""

    lead_id: int
    at: datetime
    is_positive: bool


@dataclass(slots=True)
class Chosen:
    """The leads of a chunk that are looked at, and how many are not, by reason."""

    asked: list[Asked] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    last_id: int = 0

    def leave_out(self, reason: str, count: int = 1) -> None:
        if count:
            self.left_out[reason] = self.left_out.get(reason, 0) + count


def choose(question: Question, past: Iterable[Past]) -> Chosen:
    """Decide of each lead whether and when it is looked at."""
    chosen = Chosen()
    for lead in past:
        chosen.last_id = lead.lead_id
        found = ask(question, lead)
        if isinstance(found, Asked):
            chosen.asked.append(found)
        else:
            chosen.leave_out(found)
    return chosen


def ask(question: Question, lead: Past) -> Asked | LeftOut:
    """One lead as it is looked at, or why it is not.

    Whether its time is over does not depend on what became of it: counting those that converted
    already while their fellows still may would flatter every figure.
    """
    at = _moment(question, lead)
    if lead.converted_at is not None and (lead.converted_at <= at or at < lead.started_at):
        return LeftOut.CONVERTED_BEFORE
    if lead.lost_at is not None and (lead.lost_at <= at or at < lead.started_at):
        return LeftOut.LOST_BEFORE
    end = at + question.horizon
    if end > question.known_until:
        return LeftOut.NOT_OVER
    is_positive = lead.converted_at is not None and lead.converted_at <= end
    return Asked(lead.lead_id, at - JUST_BEFORE, is_positive)


def _moment(question: Question, lead: Past) -> datetime:
    days = timedelta(days=question.days)
    if question.moment is MomentKind.AFTER_SIGN_UP:
        return lead.started_at + days
    ends = [end for end in (lead.converted_at, lead.lost_at) if end is not None]
    if ends:
        return min(ends) - days
    # Nothing became of it: seen as old as some lead that converted was, the same one every time.
    place = (lead.lead_id * _SPREAD % 2**32) * len(question.ages) >> 32
    age = question.ages[place] if question.ages else days
    return max(lead.started_at + age - days, lead.started_at)


_PAST = """
SELECT t.lead_id, t.started_at,
    min(o.occurred_at) FILTER (WHERE o.kind = ANY(%(kinds)s)),
    min(o.occurred_at) FILTER (WHERE o.kind = ANY(%(losses)s))
FROM (SELECT lead_id, started_at FROM leads_trial
      WHERE product_id = %(product)s AND lead_id > %(after)s
        AND started_at >= %(since)s AND started_at < %(until)s
      ORDER BY lead_id LIMIT %(limit)s) AS t
LEFT JOIN leads_outcome AS o ON o.lead_id = t.lead_id
    AND (o.product_id = %(product)s OR o.product_id IS NULL)
GROUP BY t.lead_id, t.started_at ORDER BY t.lead_id
"""


def read_past(question: Question, *, after: int, limit: int) -> list[Past]:
    """The next leads of the period by id, with what became of them."""
    with connection.cursor() as cursor:
        cursor.execute(_PAST, {**_values(question), "after": after, "limit": limit})
        return [Past(*row) for row in cursor.fetchall()]


_COUNT = """
SELECT count(*) FROM leads_trial
WHERE product_id = %(product)s AND started_at >= %(since)s AND started_at < %(until)s
"""


def count_past(question: Question) -> int:
    """How many leads signed up in the period."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(question))
        return int(cursor.fetchone()[0])


_KNOWN = """
SELECT (SELECT min(started_at) FROM leads_trial WHERE product_id = %(product)s),
    least(%(at)s, greatest(
        (SELECT max(started_at) FROM leads_trial
         WHERE product_id = %(product)s AND started_at <= %(at)s),
        (SELECT max(occurred_at) FROM leads_outcome
         WHERE (product_id = %(product)s OR product_id IS NULL) AND occurred_at <= %(at)s)))
"""


def known_span(product_id: int, *, at: datetime) -> tuple[datetime, datetime] | None:
    """From the first sign-up to where the facts end: the last sign-up or outcome by ``at``.

    A file that was loaded may end years ago; nobody knows what its leads did since. None without
    any lead.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"product": product_id, "at": at})
        first, last = cursor.fetchone()
    return None if first is None or last is None else (first, max(first, last))


_AGES = """
SELECT percentile_disc(%(steps)s::float8[]) WITHIN GROUP (ORDER BY age) FROM (
    SELECT min(o.occurred_at) - t.started_at AS age
    FROM leads_trial AS t JOIN leads_outcome AS o ON o.lead_id = t.lead_id
        AND (o.product_id = %(product)s OR o.product_id IS NULL) AND o.kind = ANY(%(kinds)s)
    WHERE t.product_id = %(product)s AND t.started_at >= %(since)s AND t.started_at < %(until)s
    GROUP BY t.lead_id, t.started_at) AS converted
WHERE age > interval '0'
"""


def read_ages(question: Question) -> tuple[timedelta, ...]:
    """How long after their sign-up leads of the period converted, as evenly spread quantiles."""
    steps = [(step + 0.5) / AGE_STEPS for step in range(AGE_STEPS)]
    with connection.cursor() as cursor:
        cursor.execute(_AGES, {**_values(question), "steps": steps})
        (found,) = cursor.fetchone()
    return tuple(found or ())


def _values(question: Question) -> dict[str, Any]:
    return {
        "product": question.product_id,
        "since": question.since,
        "until": question.until,
        "kinds": list(question.kinds),
        "losses": [kind for kind in LOSSES if kind not in question.kinds],
    }


def left_out_words(left_out: Mapping[str, int]) -> list[str]:
    """``12 had converted before their moment``, in a set order."""
    return [
        f"{left_out[reason]:,} {words}"
        for reason, words in LEFT_OUT_WORDS.items()
        if left_out.get(reason)
    ]


def kinds_words(kinds: Sequence[str]) -> str:
    """``Converted (self-serve) or Closed won``."""
    return " or ".join(OutcomeKind(kind).label for kind in kinds)
