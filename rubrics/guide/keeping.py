"""Writes of the set-up guide: it is begun, answered, finished, made a draft of, and signed."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit
from leads.models import Product
from leads.moments import day_words
from rubrics.guide.advice import Numbers
from rubrics.guide.answers import Answers
from rubrics.guide.filling import fill
from rubrics.guide.recommending import recommend
from rubrics.models import Rubric, RubricVersion, SetupGuide
from rubrics.models.rubric import VersionStatus
from rubrics.presets import load_preset
from rubrics.services import load_rubric

OBJECTIVES = (
    "baseline_trial_to_paid",
    "target_trial_to_paid",
    "baseline_conversion",
    "target_conversion",
    "goals",
    "approver",
)
# The question that gives each objective its first value.
FIRST = {
    "baseline_trial_to_paid": "trial_to_paid",
    "target_trial_to_paid": "target_trial_to_paid",
    "baseline_conversion": "pql_conversion",
    "target_conversion": "target_conversion",
    "approver": "approver",
}


CLOSED = (
    "These answers stay as they are: a draft was made of them, or they are signed. "
    "To change them, answer the guide again."
)


class GuideClosed(Exception):
    """Something was made of the guide already; the message says what to do."""


class GuideUnfinished(Exception):
    """There is no recommendation yet; the message says what to do."""


@transaction.atomic
def start_guide(
    *, product: Product, by: AbstractBaseUser | None, at: datetime, afresh: bool = False
) -> SetupGuide:
    """The product's guide that somebody left half-way, or a new one with the last answers.

    Args:
        afresh: do not go on with one that was left: begin a new one.
    """
    of_product = SetupGuide.objects.filter(product=product).newest_first()
    left = of_product.open().first()
    if left is not None and not afresh:
        return left
    last = of_product.first()
    return SetupGuide.objects.create(
        product=product,
        answers=_last_answers(last) if last else {},
        started_at=at,
        started_by_id=by.pk if by else None,
        changed_at=at,
    )


def _last_answers(last: SetupGuide) -> dict[str, Any]:
    """What was answered last; of the objectives what was agreed on afterwards."""
    agreed = _as_answers({name: getattr(last, name) for name in FIRST}) if last.result else {}
    told = {key: one for key, one in agreed.items() if one is not None or key in last.answers}
    return {**last.answers, **told}


def _as_answers(objectives: Mapping[str, Any]) -> dict[str, Any]:
    """Objectives as the answers to the questions that ask for them too."""
    told = _json({name: objectives[name] for name in FIRST})
    return {question: None if told[name] == "" else told[name] for name, question in FIRST.items()}


@transaction.atomic
def save_answers(
    guide: SetupGuide, *, answers: Mapping[str, Any], step: int, at: datetime
) -> SetupGuide:
    """Keep the answers of one page; those of the other pages stay.

    Raises:
        GuideClosed: a draft was made of it, or its objectives are signed.
    """
    guide = _open(guide)
    guide.answers = {**guide.answers, **answers}
    guide.step = step
    guide.changed_at = at
    guide.save(update_fields=["answers", "step", "changed_at"])
    return guide


@transaction.atomic
def finish_guide(guide: SetupGuide, *, seen: Mapping[str, Any], at: datetime) -> SetupGuide:
    """Recommend. The objectives begin with what was answered about them.

    Raises:
        GuideClosed: as above.
    """
    guide = _open(guide)
    answers = Answers.read(guide.answers)
    guide.result = asdict(recommend(answers))
    guide.seen = dict(seen)
    guide.finished_at = guide.changed_at = at
    for objective, question in FIRST.items():
        answer = getattr(answers, question)
        setattr(guide, objective, _nothing(objective) if answer is None else answer)
    guide.save(update_fields=["result", "seen", "finished_at", "changed_at", *FIRST])
    return guide


def _nothing(objective: str) -> str | None:
    return "" if objective == "approver" else None


@transaction.atomic
def make_draft(guide: SetupGuide, *, by: AbstractBaseUser | None, at: datetime) -> RubricVersion:
    """A draft of the recommended preset with the recommended numbers and the ideal customers.

    It is the next version of the product's rubric where there is one for the same subject, else the
    first of a new one; nothing published changes.

    Raises:
        GuideUnfinished: there is no recommendation yet.
        SpecError: an answer makes no criterion; the message names the field and the fix.
    """
    guide = _locked(guide)
    if guide.result is None or guide.finished_at is None:
        raise GuideUnfinished("Answer the questions to the end first.")
    preset = load_preset(guide.result["preset"])
    document = fill(
        preset,
        answers=Answers.read(guide.answers),
        numbers=_numbers(guide.result["numbers"]),
    )
    document["note"] = f"From the set-up guide of {day_words(guide.finished_at)}: {preset['name']}"
    if rubric := _rubric_to_continue(guide.product, preset.get("subject", "lead")):
        document["rubric"], document["name"] = rubric.key, rubric.name
    version = load_rubric(document, product=guide.product, by=by, at=at)
    guide.draft, guide.has_drafted, guide.changed_at = version, True, at
    guide.save(update_fields=["draft", "has_drafted", "changed_at"])
    audit.record(
        "drafted",
        about=version,
        by=by,
        at=at,
        reason=f"Set-up guide {guide.pk}, preset {preset['rubric']}",
    )
    return version


def _numbers(stored: Mapping[str, Any]) -> Numbers:
    """Numbers as JSON kept them: lists for tuples."""
    blend = tuple(stored["blend"]) if stored["blend"] else None
    return Numbers(**{**stored, "blend": blend, "left_out": tuple(stored["left_out"])})


def _rubric_to_continue(product: Product, subject: str) -> Rubric | None:
    """The product's rubric without a segment that scores this subject: published ones first."""
    versions = RubricVersion.objects.filter(
        rubric__product=product, segment_name="", subject=subject
    ).select_related("rubric")
    published = versions.filter(status=VersionStatus.PUBLISHED).order_by("pk").first()
    newest = published or versions.order_by("-pk").first()
    return newest.rubric if newest else None


@transaction.atomic
def record_objectives(
    guide: SetupGuide, *, objectives: Mapping[str, Any], by: AbstractBaseUser | None, at: datetime
) -> SetupGuide:
    """Keep what is to be achieved, what it was before, and who is to sign.

    What the guide asks of it too is answered by that, so that changing another answer keeps it.

    Raises:
        GuideUnfinished: there is no recommendation yet.
        GuideClosed: they are signed.
    """
    guide = _unsigned(guide)
    before = {name: getattr(guide, name) for name in OBJECTIVES}
    for name in OBJECTIVES:
        setattr(guide, name, objectives[name])
    if not guide.is_closed:
        guide.answers = {**guide.answers, **_as_answers(objectives)}
    guide.changed_at = at
    guide.save(update_fields=[*OBJECTIVES, "answers", "changed_at"])
    after = {name: getattr(guide, name) for name in OBJECTIVES}
    changes = tuple(audit.differences(_json(before), _json(after)))
    if changes:
        audit.record("edited", about=guide, by=by, at=at, changes=changes)
    return guide


def _json(objectives: Mapping[str, Any]) -> dict[str, Any]:
    """Objectives as the audit log keeps them: shares as plain numbers."""
    return {
        name: value if value is None or isinstance(value, str) else float(value)
        for name, value in objectives.items()
    }


@transaction.atomic
def sign_objectives(
    guide: SetupGuide,
    *,
    signed_by: str,
    signed_on: date,
    by: AbstractBaseUser | None,
    at: datetime,
) -> SetupGuide:
    """Record that somebody approved the objectives and the threshold, and when.

    Raises:
        GuideUnfinished: there is no recommendation yet.
        GuideClosed: they are signed already.
    """
    guide = _unsigned(guide)
    guide.signed_by, guide.signed_on, guide.changed_at = signed_by, signed_on, at
    guide.save(update_fields=["signed_by", "signed_on", "changed_at"])
    change = ("signed_by", None, f"{signed_by}, {signed_on}")
    audit.record("signed", about=guide, by=by, at=at, changes=(change,))
    return guide


def _locked(guide: SetupGuide) -> SetupGuide:
    found = SetupGuide.objects.select_for_update(of=("self",)).select_related("product")
    return found.get(pk=guide.pk)


def _open(guide: SetupGuide) -> SetupGuide:
    guide = _locked(guide)
    if guide.is_closed:
        raise GuideClosed(CLOSED)
    return guide


def _unsigned(guide: SetupGuide) -> SetupGuide:
    guide = _locked(guide)
    if guide.result is None:
        raise GuideUnfinished("Answer the questions to the end first.")
    if guide.signed_on is not None:
        raise GuideClosed("These objectives are signed: answer the guide again to change them.")
    return guide
