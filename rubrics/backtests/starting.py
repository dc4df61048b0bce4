"""What a backtest may ask, and what it asks unless told otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from leads.models import JobState, Outcome
from leads.models.outcome import OutcomeKind
from rubrics.backtests.examples import CONVERSIONS, MomentKind, Question
from rubrics.backtests.past import is_anybody_there, known_span, sample_ages
from rubrics.documents import parse_document
from rubrics.mappers import compile_for
from rubrics.models import Backtest, BacktestChunk, RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.rows import document_of
from rubrics.scoring.types import Subject

HORIZONS = (90, 60, 45, 30, 14)
MOMENTS = (14, 7, 3, 1)
LONGEST_DAYS = 3650
MOST_HISTORY_USED = 0.5
OUTCOMES_SAMPLED = 500
"""So many tell well enough how soon people convert; somebody waits for the form."""


class BacktestRefused(Exception):
    """The question cannot be asked: ``field`` is the one to change, the message says how."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as people ask it; what is None is filled in from the data."""

    since: datetime | None = None
    until: datetime | None = None
    moment: MomentKind = MomentKind.AFTER_SIGN_UP
    days: int | None = None
    horizon_days: int | None = None
    kinds: Sequence[str] = CONVERSIONS


def usual_question(
    product_id: int, *, at: datetime, subject: Subject = Subject.LEAD
) -> Question | None:
    """A sensible question about all that is known; None without any lead.

    Half of the history at most is spent on waiting for outcomes, and the moment comes before most
    conversions: else there would be little to look at.
    """
    span = known_span(product_id, at=at)
    if span is None:
        return None
    first, last = span
    kinds = _kinds_seen(product_id) or list(CONVERSIONS)
    history = last - first
    question = Question(
        product_id=product_id,
        since=first.replace(hour=0, minute=0, second=0, microsecond=0),
        until=last + timedelta(microseconds=1),
        known_until=last,
        kinds=tuple(kinds),
        subject=subject,
    )
    ages = sample_ages(question, most=OUTCOMES_SAMPLED)
    quick = ages[len(ages) // 5] if ages else timedelta(days=30)
    days = next((days for days in MOMENTS if timedelta(days=days) <= quick), MOMENTS[-1])
    horizon = next(
        (days for days in HORIZONS if timedelta(days=days) <= history * MOST_HISTORY_USED),
        HORIZONS[-1],
    )
    return replace(question, days=days, horizon_days=horizon)


def _kinds_seen(product_id: int) -> list[str]:
    """What counts as conversion and occurs; opportunities only where nothing else does."""
    seen = set(
        Outcome.objects.filter(Q(product=product_id) | Q(product=None))
        .values_list("kind", flat=True)
        .distinct()
    )
    found = [kind.value for kind in CONVERSIONS if kind in seen]
    return found or [kind for kind in (OutcomeKind.OPPORTUNITY.value,) if kind in seen]


def ask_question(
    product_id: int, asking: Asking, *, at: datetime, subject: Subject = Subject.LEAD
) -> Question:
    """The question in full, but for what takes long to find out: that is left to the job.

    Raises:
        BacktestRefused: there is nothing to look at, or it makes no sense.
    """
    usual = usual_question(product_id, at=at, subject=subject)
    if usual is None:
        raise BacktestRefused("since", "Nobody has signed up for this product yet.")
    days = asking.days
    if days is None:
        days = usual.days if asking.moment is MomentKind.AFTER_SIGN_UP else 1
    question = replace(
        usual,
        since=asking.since or usual.since,
        until=min(asking.until or usual.until, usual.until),
        moment=asking.moment,
        days=days,
        horizon_days=asking.horizon_days or usual.horizon_days,
        kinds=tuple(asking.kinds),
    )
    if asking.since and asking.until and asking.until <= asking.since:
        raise BacktestRefused(
            "until", f"The period ends before it begins: give a day after {asking.since:%-d %B %Y}."
        )
    _check(question)
    return question


def _check(question: Question) -> None:
    """Refuse it unless it makes sense."""
    kinds = [kind.value for kind in OutcomeKind]
    if not question.kinds:
        raise BacktestRefused("kinds", "Choose at least one outcome that counts as conversion.")
    if any(kind not in kinds for kind in question.kinds):
        raise BacktestRefused("kinds", f"Outcomes are {', '.join(kinds)}.")
    if not 0 <= question.days <= LONGEST_DAYS:
        raise BacktestRefused("days", f"Days are between 0 and {LONGEST_DAYS}.")
    if not 1 <= question.horizon_days <= LONGEST_DAYS:
        raise BacktestRefused("horizon_days", f"The horizon is 1 to {LONGEST_DAYS} days.")
    if question.since >= question.until:
        raise BacktestRefused(
            "since",
            f"The period is empty: sign-ups are known up to {question.until:%-d %B %Y}. Start "
            "earlier.",
        )
    if not is_anybody_there(question):
        raise BacktestRefused("since", NONE_THERE[question.subject])
    first_end = question.since + question.horizon
    if question.moment is MomentKind.AFTER_SIGN_UP:
        first_end += timedelta(days=question.days)
    if first_end > question.known_until:
        raise BacktestRefused(
            "horizon_days",
            f"Nobody's time is over: the facts end on {question.known_until:%-d %B %Y}. Take an "
            "earlier period, or a shorter horizon.",
        )


NONE_THERE = {
    Subject.LEAD: "Nobody signed up in this period. Widen it.",
    Subject.ACCOUNT: "No account's first lead signed up in this period. Widen it, or check that "
    "leads belong to accounts.",
}


@transaction.atomic
def start_backtest(
    version: RubricVersion,
    *,
    asking: Asking,
    at: datetime,
    beside: RubricVersion | None = None,
    by: AbstractBaseUser | None = None,
) -> Backtest:
    """Start to replay a version over past leads, or accounts; it goes on in the background.

    Args:
        beside: a version of the same product, and subject, to compare it with.

    Raises:
        BacktestRefused: the question cannot be asked.
        SpecError: the version cannot be scored.
    """
    if beside is not None and beside.rubric.product_id != version.rubric.product_id:
        raise BacktestRefused("beside", f"{beside} is of another product.")
    if beside is not None and beside.pk == version.pk:
        raise BacktestRefused("beside", "Choose another version to compare with.")
    subject = Subject(version.subject)
    if beside is not None and beside.subject != subject:
        scored = Subject(beside.subject).many
        raise BacktestRefused(
            "beside", f"{beside} scores {scored}. Choose a version that scores {subject.many} too."
        )
    document, beside_document = document_of(version), document_of(beside) if beside else {}
    product_id = version.rubric.product_id
    for one in (document, beside_document):
        if one:
            compile_for(parse_document(one), product_id=product_id)
    question = ask_question(product_id, asking, at=at, subject=subject)
    BacktestChunk.objects.exclude(backtest__state=JobState.RUNNING).delete()
    return Backtest.objects.create(
        version=version,
        beside=beside,
        document=document,
        beside_document=beside_document,
        subject=subject,
        asked_by_id=by.pk if by else None,
        started_at=at,
        since=question.since,
        until=question.until,
        known_until=question.known_until,
        moment=question.moment.value,
        days=question.days,
        horizon_days=question.horizon_days,
        kinds=list(question.kinds),
    )


def midnight(day: date | None) -> datetime | None:
    """Where a day begins, UTC; None for none."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def usual_beside(version: RubricVersion) -> RubricVersion | None:
    """The published version of the same rubric, unless it is this one, or scores other subjects."""
    published = version.rubric.versions.filter(
        status=VersionStatus.PUBLISHED, subject=version.subject
    )
    return published.exclude(pk=version.pk).first()
