"""What the figures do not carry, in words. A number without its doubts is a claim."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from rubrics.backtests.examples import LeftOut, MomentKind, Question
from rubrics.scoring.types import Subject
from rubrics.scoring.words import joined

FULL_HISTORY = timedelta(days=365)
SOME_HISTORY = timedelta(days=182)
FEW_CONVERTED = 100
FEWEST_CONVERTED = 20
MANY_AT_ONCE = 0.5
UNLIKELY = 0.001
MANY_LATE = 0.2
MANY_LEFT_OUT = 0.3


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the data besides those looked at and their scores.

    ``recorded_late`` is the share of outcomes entered more than 30 days after they were;
    ``were_pqls`` how many were PQLs, or accounts with one, while their outcome was awaited.
    """

    left_out: Mapping[str, int]
    history: timedelta | None = None
    recorded_late: float = 0.0
    were_pqls: int = 0


@dataclass(slots=True)
class Calendar:
    """How many are looked at in which week and month, and how many of them convert."""

    weeks: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    converted: Counter[str] = field(default_factory=Counter)

    def add(self, moment: datetime, is_positive: bool) -> None:
        week, month = _week_and_month(moment.date())
        self.weeks[week] += 1
        self.months[month] += 1
        self.converted[month] += is_positive

    def as_rows(self) -> dict[str, Any]:
        """What was counted, as JSON, in its order."""
        return {
            "weeks": list(self.weeks.items()),
            "months": [(month, n, self.converted[month]) for month, n in self.months.items()],
        }

    def add_rows(self, rows: Mapping[str, Any]) -> None:
        """Count those that :meth:`as_rows` told of, too."""
        for week, many in rows["weeks"]:
            self.weeks[week] += many
        for month, many, converted in rows["months"]:
            self.months[month] += many
            self.converted[month] += converted


@lru_cache(4096)
def _week_and_month(day: date) -> tuple[str, str]:
    return f"{day:%G-%V}", f"{day:%B %Y}"


def approach(history: timedelta) -> str:
    """What so long a history allows (sources, 46)."""
    if history >= FULL_HISTORY:
        return "Twelve months of history or more: enough for a full backtest."
    if history >= SOME_HISTORY:
        return "Six to twelve months of history: a partial backtest, with wider intervals."
    return (
        "Less than six months of history: too little to rely on. Pilot first: two or three reps, "
        "two weeks, and compare what they accept."
    )


def general_warnings(
    question: Question | None,
    circumstances: Circumstances,
    calendar: Calendar,
    *,
    subject: Subject,
    leads: int,
    positives: int,
) -> list[str]:
    """What to doubt whatever the version; ``leads`` are how many are looked at."""
    return [
        *_too_few(subject, leads, positives),
        *_left_out(subject, circumstances, leads, positives),
        *_unevenly(subject, calendar, leads, positives),
        *_by_hindsight(question),
        *_recording(subject, circumstances),
    ]


def _too_few(subject: Subject, leads: int, positives: int) -> Iterator[str]:
    rarer = min(positives, leads - positives)
    kind = "converted" if rarer == positives else "did not convert"
    who = f"Only {rarer} {subject if rarer == 1 else subject.many} {kind}"
    if rarer < FEWEST_CONVERTED:
        yield (
            f"{who}: nothing can be proven with so few. Widen the period or the horizon, count "
            "opportunities too, or pilot first."
        )
    elif rarer < FEW_CONVERTED:
        yield (
            f"{who}: the intervals are wide. A longer period, or opportunities counted too, would "
            "narrow them."
        )


def _left_out(
    subject: Subject, circumstances: Circumstances, leads: int, positives: int
) -> Iterator[str]:
    """Survivorship: those that are left need not be like those that were there."""
    early = circumstances.left_out.get(LeftOut.CONVERTED_BEFORE, 0)
    if early > MANY_LEFT_OUT * (early + positives):
        yield (
            f"{early:,} {subject.many} converted before they were looked at and are not among "
            "these figures. An earlier moment would include more of them."
        )
    gone = early + circumstances.left_out.get(LeftOut.LOST_BEFORE, 0)
    if gone > MANY_LEFT_OUT * (gone + leads):
        yield (
            f"The fate of {gone:,} of {gone + leads:,} {subject.many} was settled before they were "
            "looked at. Those that remain need not be like them."
        )


def _unevenly(subject: Subject, calendar: Calendar, leads: int, positives: int) -> Iterator[str]:
    many = subject.many
    if leads and max(calendar.weeks.values()) > MANY_AT_ONCE * leads:
        yield (
            f"More than half of the {many} are looked at in the same week: what happened then (a "
            "campaign, a release) may be all that these figures show."
        )
    if leads and len(calendar.weeks) == 1:
        yield (
            f"All {many} are looked at in one week: how many PQLs there are a week cannot be told."
        )
    rate = positives / leads if leads else 0.0
    silent = [
        month
        for month, count in calendar.months.items()
        if not calendar.converted[month] and (1 - rate) ** count < UNLIKELY
    ]
    if silent:
        yield (
            f"Nobody looked at in {joined(silent)} converted, unlike in other months: are the "
            f"outcomes recorded for some {many} only?"
        )


def _by_hindsight(question: Question | None) -> Iterator[str]:
    if question is not None and question.moment is MomentKind.BEFORE_OUTCOME:
        yield (
            f"{question.subject.many.capitalize()} are looked at just before their outcome, and "
            "nobody knows that day in advance: expect less in daily use. A set number of days "
            "after sign-up is the honest test."
        )


def _recording(subject: Subject, circumstances: Circumstances) -> Iterator[str]:
    if circumstances.recorded_late > MANY_LATE:
        yield (
            f"{100 * circumstances.recorded_late:.0f} % of the outcomes were entered more than 30 "
            f"days after they happened: some of the newest {subject.many}' may be missing still, "
            "and count as not converted."
        )
    if circumstances.were_pqls:
        were = "were PQLs" if subject is Subject.LEAD else "had leads that were PQLs"
        yield (
            f"{circumstances.were_pqls:,} of the {subject.many} {were} at the time, for reps to "
            "contact. Some of them converted because somebody called, not because the score was "
            "right: their lift is too high by that. Only a random split can tell how much."
        )
