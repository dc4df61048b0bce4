"""From answers to a recommendation. Pure: the same answers give the same advice."""

from dataclasses import replace

from rubrics.guide import choosing, numbers, watching, working
from rubrics.guide.advice import Assumption, Conflict, Item, Numbers, Recommendation, Step
from rubrics.guide.answers import Answers, Pipeline, Tracking
from rubrics.guide.conflicts import find_conflicts
from rubrics.guide.measurable import Document, left_out, missing, reach, reduced
from rubrics.guide.questions import QUESTIONS
from rubrics.presets import load_preset

CROSS_PRODUCT_POINTS = 10  # methodology section 5, edge case 2: "+10-15 points"


def recommend(answers: Answers) -> Recommendation:
    """What to begin with, and why."""
    preset = choosing.choose_preset(answers)
    approach, approach_item = choosing.choose_approach(answers)
    shipped = load_preset(preset.value)
    document = reduced(shipped, answers.milestones)
    filled, number_items = _numbers(answers, preset.value, document)
    lacking = missing(shipped, answers.milestones)
    filled = replace(filled, left_out=left_out(shipped, answers.milestones))
    items = [
        preset,
        approach_item,
        *number_items,
        *_working(answers, preset.value, document, filled),
    ]
    return Recommendation(
        preset=preset.value,
        approach=approach.key,
        items=tuple(items),
        numbers=filled,
        conflicts=(*find_conflicts(answers), *_out_of_reach(answers, shipped)),
        missing=lacking,
        steps=_steps(answers, approach, lacks_events=bool(lacking)),
        assumptions=_assumptions(answers),
    )


def _numbers(answers: Answers, preset: str, document: Document) -> tuple[Numbers, list[Item]]:
    filled, weights = numbers.weights(answers, preset, document)
    days, decay = numbers.decay(answers, preset, document)
    hours, velocity = numbers.velocity(answers, document)
    bonus = None
    if choosing.from_on(answers.products, 2) and document.get("subject") != "account":
        bonus = CROSS_PRODUCT_POINTS
    filled = replace(filled, decay_days=days, velocity_hours=hours, cross_product=bonus)
    thresholds = numbers.thresholds(answers, preset, filled)
    return filled, [weights, *thresholds, decay, velocity]


def _working(answers: Answers, preset: str, document: Document, filled: Numbers) -> list[Item]:
    count = len(document["criteria"])
    count -= numbers.has_login_penalty(document) and not numbers.keeps_login_penalty(
        document, filled.decay_days
    )
    items = [
        watching.criteria_count(preset, count),
        watching.tracking(answers),
        watching.effort(answers),
        watching.fit_data(answers),
        watching.trial_signals(answers),
        watching.cycle_habits(answers),
        watching.products(answers, filled.cross_product),
        watching.account_level(answers, preset),
        working.review(answers, preset),
        working.validation(answers),
        working.pilot(answers),
        working.recalibration(answers),
        working.people(answers),
        working.system(answers),
        watching.beliefs(answers),
    ]
    return [item for item in items if item]


def _out_of_reach(answers: Answers, shipped: Document) -> tuple[Conflict, ...]:
    if answers.milestones is None or reach(reduced(shipped, answers.milestones)):
        return ()
    return (
        Conflict(
            "None of the behaviors this preset scores is tracked.",
            "Nobody could become a PQL. Instrument the first of the missing events below, or "
            "answer that only logins are tracked.",
        ),
    )


def _steps(
    answers: Answers, approach: choosing.Approach, *, lacks_events: bool
) -> tuple[Step, ...]:
    steps = []
    if approach is choosing.INFRASTRUCTURE:
        if answers.pipeline is Pipeline.SPARSE:
            steps.append(Step("Agree with the product's engineers on the events to track."))
        steps.append(Step("Connect a source and see the first events arrive.", "sources"))
    if answers.tracking in (Tracking.LOGINS, Tracking.FEW) or lacks_events:
        steps.append(Step("Ask for the missing events, those with most points first.", "events"))
    steps += [
        Step("Check which events count as which signal.", "signals"),
        Step("Make the draft, and go through its criteria with sales.", "draft"),
        Step("Name golden leads with sales: who must be a PQL, and who never.", "golden"),
        Step("Agree on objectives, and have the threshold signed.", "objectives"),
        Step("Preview the draft: move the thresholds to the share above.", "preview"),
    ]
    if not choosing.below(answers.history_months, choosing.FEW_MONTHS):
        steps.append(Step("Replay it on the past.", "backtest"))
    steps += [
        Step("Pilot it with 2 or 3 reps for two weeks, then publish it for everybody.", "versions"),
        Step("Answer this guide again after 90 days, with what you have learned by then."),
    ]
    return tuple(steps)


def _assumptions(answers: Answers) -> tuple[Assumption, ...]:
    return tuple(
        Assumption(question.label, question.unknown)
        for question in QUESTIONS
        if question.unknown and getattr(answers, question.key) is None
    )
