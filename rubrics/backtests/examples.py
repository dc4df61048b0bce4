"""Which past leads (or accounts) are looked at, at which moment, and what counts as their outcome.

Pure; :mod:`rubrics.backtests.past` reads what it decides on. Nobody is seen later than at their
moment, and nobody whose fate was settled by then or is still open now (docs/adr/0015).
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from leads.models.outcome import OutcomeKind
from rubrics.scoring.types import Subject

JUST_BEFORE = timedelta(microseconds=1)
"""PostgreSQL's times are whole microseconds: what happens at the moment itself is not seen."""
CONVERSIONS = (OutcomeKind.CONVERTED, OutcomeKind.CLOSED_WON)
LOSSES = (OutcomeKind.CLOSED_LOST, OutcomeKind.CHURNED)
_SPREAD = 2_654_435_761  # Knuth's multiplier: neighboring ids land far apart


class MomentKind(StrEnum):
    """When each lead, or account, is looked at."""

    AFTER_SIGN_UP = "after_sign_up"
    BEFORE_OUTCOME = "before_outcome"


class LeftOut(StrEnum):
    """Why a lead, or account, of the period is not looked at."""

    CONVERTED_BEFORE = "converted_before"
    LOST_BEFORE = "lost_before"
    NOT_OVER = "not_over"
    NOBODY = "nobody"
    OTHER_SEGMENT = "other_segment"


LEFT_OUT_WORDS: Mapping[str, str] = {
    LeftOut.CONVERTED_BEFORE: "had converted before their moment",
    LeftOut.LOST_BEFORE: "were lost or had churned before their moment",
    LeftOut.NOT_OVER: "could still convert: their time is not over",
    LeftOut.NOBODY: "had no lead of theirs any more at their moment",
    LeftOut.OTHER_SEGMENT: "belonged to another segment",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Leads that signed up in ``[since, until)``, seen ``days`` after that (or before their
    outcome): who of them has an outcome of ``kinds`` within ``horizon`` after that moment?

    Of accounts: those whose first lead signed up then; the outcome is that of any of their leads.
    ``known_until`` is where the facts end: what would have happened later is not known.
    ``ages`` are how old they were when they converted, evenly spread over all that did; of use
    for moments before the outcome only, where those without one are seen at the same ages.
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
    subject: Subject = Subject.LEAD

    @property
    def horizon(self) -> timedelta:
        return timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Past:
    """The sign-up of a lead, or of an account's first lead, and the first conversion and the first
    loss, whenever they were."""

    subject_id: int
    started_at: datetime
    converted_at: datetime | None = None
    lost_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is looked at: as of when, and whether they converted within the horizon."""

    subject_id: int
    at: datetime
    is_positive: bool


@dataclass(slots=True)
class Chosen:
    """Who of a chunk is looked at, and how many are not, by reason."""

    asked: list[Asked] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str, count: int = 1) -> None:
        if count:
            self.left_out[reason] = self.left_out.get(reason, 0) + count

    def leave_out_but(self, ids: Container[int], reason: str) -> None:
        """Leave out all others than these."""
        kept = [one for one in self.asked if one.subject_id in ids]
        self.leave_out(reason, len(self.asked) - len(kept))
        self.asked = kept


def choose(question: Question, past: Iterable[Past]) -> Chosen:
    """Decide of each whether and when they are looked at."""
    chosen = Chosen()
    for one in past:
        found = ask(question, one)
        if isinstance(found, Asked):
            chosen.asked.append(found)
        else:
            chosen.leave_out(found)
    return chosen


def ask(question: Question, past: Past) -> Asked | LeftOut:
    """One as they are looked at, or why they are not.

    Whether the time is over does not depend on what became of them: counting those that converted
    already while their fellows still may would flatter every figure.
    """
    at = _moment(question, past)
    if past.converted_at is not None and (past.converted_at <= at or at < past.started_at):
        return LeftOut.CONVERTED_BEFORE
    if past.lost_at is not None and (past.lost_at <= at or at < past.started_at):
        return LeftOut.LOST_BEFORE
    end = at + question.horizon
    if end > question.known_until:
        return LeftOut.NOT_OVER
    is_positive = past.converted_at is not None and past.converted_at <= end
    seen_at = at - JUST_BEFORE
    if question.subject is Subject.ACCOUNT:  # before its first sign-up there is none to look at
        seen_at = max(seen_at, past.started_at)
    return Asked(past.subject_id, seen_at, is_positive)


def _moment(question: Question, past: Past) -> datetime:
    days = timedelta(days=question.days)
    if question.moment is MomentKind.AFTER_SIGN_UP:
        return past.started_at + days
    ends = [end for end in (past.converted_at, past.lost_at) if end is not None]
    if ends:
        return min(ends) - days
    # Nothing became of it: seen as old as somebody that converted was, the same one every time.
    place = (past.subject_id * _SPREAD % 2**32) * len(question.ages) >> 32
    age = question.ages[place] if question.ages else days
    return max(past.started_at + age - days, past.started_at)


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
