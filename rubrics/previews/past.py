"""Both versions on past outcomes, side by side: who would have been told from whom, and how surely.

The same leads, or accounts, as they were at the same moments (:mod:`rubrics.backtests.examples`),
judged by what is published and by the panel with the draft in. A backtest looks deeper; this one is
to see before publishing whether the draft predicts worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rubrics.backtests.examples import Question
from rubrics.backtests.examples import choose as choose_examples
from rubrics.backtests.past import find_newest, known_span, read_past
from rubrics.backtests.reading import leave_out_nobody, moments_of
from rubrics.mappers import compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountMoments, Moments
from rubrics.models import Preview
from rubrics.previews.plan import Plan
from rubrics.proof.reading import one_snapshot
from rubrics.reports import Example, evaluate
from rubrics.scores import plan_for_bulk
from rubrics.scoring.types import Judgement, Subject
from rubrics.segments import Panel, choose, panel_among
from rubrics.statistics import auc_difference, mcnemar

MOST_EXAMPLES = 5_000
"""The newest ones; more would hardly narrow the intervals, and a preview takes seconds."""
CHUNK = 1_000
DAYS = 14
HORIZONS = (60, 30)
"""Days within which somebody converts; the shorter one where little is over yet."""
LONG_HISTORY = timedelta(days=150)

Row = tuple[int | None, bool, int | None, bool, bool]
"""Total and PQL by what is published, the same with the draft, and whether they converted."""


@dataclass(frozen=True, slots=True)
class PastFound:
    """What a chunk of the past came to. ``last_id`` is None at the end."""

    last_id: int | None
    count: int = 0
    rows: list[Row] = field(default_factory=list)
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastAsked:
    """Whom to look at, of ids above ``after``: ``count`` in all."""

    question: Question
    after: int
    count: int


def ask_past(product_id: int, *, at: datetime, subject: Subject = Subject.LEAD) -> PastAsked | None:
    """The newest whose time is over. None before anybody's is.

    It reads the whole history of a product's accounts: once a preview, not once a ring.
    """
    span = known_span(product_id, at=at)
    if span is None:
        return None
    first, last = span
    horizon = HORIZONS[0] if last - first >= LONG_HISTORY else HORIZONS[1]
    until = last - timedelta(days=DAYS + horizon)
    if until <= first:
        return None
    question = Question(
        product_id=product_id,
        since=first,
        until=until,
        known_until=last,
        days=DAYS,
        horizon_days=horizon,
        subject=subject,
    )
    newest = find_newest(question, MOST_EXAMPLES)
    if newest is None:
        return PastAsked(question, after=0, count=0)
    return PastAsked(replace(question, since=newest.since), newest.low - 1, newest.many)


MOMENTS = ("since", "until", "known_until")


def past_document(asked: PastAsked | None) -> dict[str, Any] | None:
    """As it is kept between two rings."""
    if asked is None:
        return None
    question = asked.question
    moments = {name: getattr(question, name).isoformat() for name in MOMENTS}
    return {**moments, "horizon_days": question.horizon_days, "after": asked.after}


def question_in(
    document: Mapping[str, Any] | None, *, product_id: int, subject: Subject
) -> Question | None:
    """The question, of what is kept."""
    if document is None:
        return None
    since, until, known_until = (datetime.fromisoformat(document[name]) for name in MOMENTS)
    return Question(
        product_id=product_id,
        since=since,
        until=until,
        known_until=known_until,
        days=DAYS,
        horizon_days=document["horizon_days"],
        subject=subject,
    )


def published_panel(preview: Preview, plan: Plan) -> Panel | None:
    """What scores now; None where nothing is published for the draft's kind of subject."""
    versions = [
        version
        for version in map(compiled, preview.beside)
        if version.version.subject is plan.panel.subject
    ]
    if not versions:
        return None
    return panel_among(preview.product_id, plan.panel.subject, versions)


def look_past(now: Panel | None, then: Panel, question: Question, *, after: int) -> PastFound:
    """Judge the next with a known outcome by both panels, as of their moments."""
    with one_snapshot():
        plan_for_bulk()
        past, last_id, _ = read_past(question, after=after, limit=CHUNK)
        if last_id is None:
            return PastFound(None)
        chosen = choose_examples(question, past)
        leave_out_nobody(question, chosen)
        moments = moments_of(question.subject, chosen.asked)
        before = {} if now is None else judge_then(now, moments)
        with_draft = judge_then(then, moments)
    rows = [
        (
            *_result(before.get(asked.subject_id)),
            *_result(with_draft.get(asked.subject_id)),
            asked.is_positive,
        )
        for asked in chosen.asked
    ]
    return PastFound(last_id, len(past), rows, chosen.left_out)


def _result(judged: Judgement | None) -> tuple[int | None, bool]:
    return (None, False) if judged is None else (judged.total, judged.is_pql)


def judge_then(panel: Panel, moments: Moments | AccountMoments) -> dict[int, Judgement]:
    """What the panel would have said of them at their moments, from what was known then."""
    if not moments.moments:
        return {}
    if panel.is_plain:
        parts = [(panel.versions[0], moments)]
    else:
        choice = choose(panel, moments, as_of=True)
        parts = [
            (version, type(moments)([one for one in moments.moments if one[0] in ids]))
            for version in panel.versions
            if (ids := set(choice.ids[version.version_id]))
        ]
    return {
        subject_id: version.judge(measured)
        for version, some in parts
        for subject_id, measured in measure(
            version.version,
            some,
            product_id=version.product_id,
            names=version.names,
            as_of=True,
            looks_ahead=False,
        )
    }


def evaluate_both(rows: Sequence[Sequence[Any]], now: Panel | None, then: Panel) -> dict[str, Any]:
    """What is kept of the examples: an evaluation of each side, and how surely they differ; of
    accounts too they are counted as ``leads``.

    Who has no score by a side is no PQL by it, and below everybody who has one.
    """
    labels = [bool(row[4]) for row in rows]
    subject = then.subject
    told: dict[str, Any] = {
        "subject": subject.value,
        "leads": len(rows),
        "positives": sum(labels),
    }
    scores: dict[str, list[int]] = {}
    for side, panel, place in (("now", now, 0), ("then", then, 2)):
        if panel is None or not rows:
            continue
        scores[side] = [-1 if row[place] is None else row[place] for row in rows]
        examples = [
            Example(max(score, 0), bool(row[place + 1]), label)
            for score, row, label in zip(scores[side], rows, labels, strict=True)
        ]
        told[side] = asdict(evaluate(examples, maximum=_maximum(panel), subject=subject))
    if len(scores) == 2:
        difference = auc_difference(scores["now"], scores["then"], labels)
        told["auc_difference"] = difference and asdict(difference)
        told["flags"] = {
            "converted": _flags([row for row in rows if row[4]]),
            "others": _flags([row for row in rows if not row[4]]),
        }
    return told


def asked(question: Question | None) -> dict[str, Any]:
    """What was asked, to be told beside the figures; nothing before anybody's time is over."""
    if question is None:
        return {}
    return {
        "days": question.days,
        "horizon_days": question.horizon_days,
        "since": question.since.date().isoformat(),
        "until": question.until.date().isoformat(),
    }


def _maximum(panel: Panel) -> int:
    return max(version.version.max_total for version in panel.versions)


def _flags(rows: Sequence[Sequence[Any]]) -> dict[str, float]:
    """Who is a PQL by one of the two only, and how likely that split is by chance."""
    only_now = sum(bool(row[1]) and not row[3] for row in rows)
    only_then = sum(bool(row[3]) and not row[1] for row in rows)
    return {
        "only_now": only_now,
        "only_then": only_then,
        "chance": mcnemar(only_now, only_then),
    }
