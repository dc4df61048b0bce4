"""Answers that do not go together: pointed out, each with what to do about it."""

from collections.abc import Iterator

from rubrics.guide import bands
from rubrics.guide.advice import Conflict
from rubrics.guide.answers import Answers, Buyers, Review, Tracking, TrialModel
from rubrics.guide.choosing import (
    FEW_MONTHS,
    FEW_SIGNUPS,
    FEW_WON,
    LARGE_DEAL,
    LONG_CYCLE,
    MANY_SIGNUPS,
    MEDIUM_CYCLE,
    MOST_SIGNUPS,
    SHORT_CYCLE,
    SMALL_DEAL,
    below,
    from_on,
    is_early,
    is_fit_balanced,
)
from rubrics.guide.watching import WELL_KNOWN


def find_conflicts(answers: Answers) -> tuple[Conflict, ...]:
    """All of them, in the order of the questions."""
    rules = (_trial, _cycle, _volume, _deals, _data, _history, _targets)
    return tuple(conflict for rule in rules for conflict in rule(answers))


def _trial(answers: Answers) -> Iterator[Conflict]:
    model = answers.trial_model
    if model is TrialModel.NONE:
        yield Conflict(
            "People cannot try the product by themselves, so there is no use to score.",
            "Product-led scoring is not for purely sales-led companies: score marketing and fit in "
            "your CRM, or open a trial first.",
        )
    if model in (TrialModel.FREEMIUM, TrialModel.OPEN_ENDED) and answers.trial_days is not None:
        yield Conflict(
            f"A trial of {answers.trial_days} days and a plan without an end.",
            "If everything is open for those days and then falls back, it is a reverse trial. "
            "Otherwise leave the number of days empty.",
        )


def _cycle(answers: Answers) -> Iterator[Conflict]:
    cycle = answers.cycle_days
    own = answers.decay_days
    if cycle is not None and own is not None:
        if cycle >= LONG_CYCLE and own < MEDIUM_CYCLE:
            yield Conflict(
                f"A sale takes about {cycle} days, but points go after {own} days of silence.",
                "Leads would be empty before sales reach them. Leave the decay empty: 60 to 90 "
                "days go with such a cycle.",
            )
        elif SHORT_CYCLE <= cycle < LONG_CYCLE and own < 14:
            yield Conflict(
                f"Points go every {own} days, faster than the {cycle} days a sale takes allow.",
                "Match decay to the cycle: 30 days.",
            )
        elif cycle < SHORT_CYCLE and own > 30:
            yield Conflict(
                f"A sale takes about {cycle} days, but silence costs nothing for {own} days.",
                "Old interest would stay on top of the list. 14 days go with such a cycle.",
            )
    if from_on(cycle, LONG_CYCLE) and answers.buyers is Buyers.ONE:
        yield Conflict(
            f"A sale takes about {cycle} days, yet one person decides alone.",
            "Cycles this long mostly have several people in them. If so, say so: then the account "
            "is scored.",
        )
    length = answers.trial_days
    if answers.trial_model is TrialModel.FREE_TRIAL and length and from_on(cycle, MEDIUM_CYCLE):
        yield Conflict(
            f"The trial ends after {length} days, the sale takes about {cycle}.",
            "Most leads will be judged after their trial: the steep loss after it is left out.",
        )


def _volume(answers: Answers) -> Iterator[Conflict]:
    signups = answers.signups
    if below(signups, FEW_SIGNUPS) and answers.review is Review.AUTOMATIC:
        yield Conflict(
            f"{signups} sign-ups a month, routed without anybody looking.",
            "So few can all be looked at: take the score as an order of work.",
        )
    if from_on(signups, MOST_SIGNUPS) and answers.review is Review.MANUAL:
        yield Conflict(
            f"{signups} sign-ups a month, each looked at by a person.",
            "That does not hold. Route automatically with strict thresholds; let SDRs check PQLs "
            "only.",
        )


def _deals(answers: Answers) -> Iterator[Conflict]:
    if from_on(answers.deal_size, LARGE_DEAL) and from_on(answers.signups, MANY_SIGNUPS):
        yield Conflict(
            f"Deals of about ${answers.deal_size:,} and {answers.signups} sign-ups a month.",
            "The large companies among them are a segment of their own: give it a rubric from the "
            "preset fit-balanced, and all others this one.",
        )
    wants_fit = answers.is_vertical or answers.trial_model is TrialModel.HYBRID
    if below(answers.deal_size, SMALL_DEAL) and wants_fit:
        yield Conflict(
            f"Deals of about ${answers.deal_size:,}, filtered by kind of company.",
            "Under $5,000 a strict fit filter turns buyers away: keep the fit floor low.",
        )


def _data(answers: Answers) -> Iterator[Conflict]:
    tracked = len(answers.milestones or ())
    if answers.tracking is Tracking.LOGINS and tracked > 2:
        yield Conflict(
            f"Only sign-ups and logins are tracked, and yet {tracked} milestones are.",
            "Milestones that arrive can be scored: answer that the key actions are tracked.",
        )
    if answers.tracking is Tracking.LOGINS and is_early(answers):
        yield Conflict(
            "Too little history, and hardly anything tracked.",
            "The early-stage preset's milestones could not be measured, so minimal tracking comes "
            "first. Instrument onboarding and invites: the two signals that hold everywhere.",
        )
    leans_on_fit = answers.tracking in (Tracking.LOGINS, Tracking.FEW) or is_fit_balanced(answers)
    if leans_on_fit and below(answers.coverage, WELL_KNOWN):
        yield Conflict(
            f"Fit has to carry half and more, but is known for {answers.coverage:g} % of leads.",
            "Enrich companies before you go live, or track more of what people do.",
        )


def _history(answers: Answers) -> Iterator[Conflict]:
    if from_on(answers.history_months, FEW_MONTHS) and below(answers.won, FEW_WON):
        yield Conflict(
            f"{answers.history_months} months of history, but {answers.won} won deals.",
            "Fewer than 100 do not say which signals matter: treated as an early stage.",
        )
    if below(answers.history_months, FEW_MONTHS) and answers.tracking is Tracking.FULL:
        yield Conflict(
            "Everything is tracked, but for less than half a year.",
            "A finely grained rubric could not be checked yet. Keep tracking; begin simple.",
        )
    if answers.can_pilot is False and is_early(answers):
        yield Conflict(
            "Too little history to replay, and no pilot.",
            "Then nothing tests the rubric before everybody works by it. Find two weeks and two "
            "reps.",
        )


def _targets(answers: Answers) -> Iterator[Conflict]:
    for now, target, what in (
        (answers.trial_to_paid, answers.target_trial_to_paid, "of trials pay"),
        (answers.pql_conversion, answers.target_conversion, "of qualified leads convert"),
    ):
        if now is not None and target is not None and target <= now:
            yield Conflict(
                f"{now:g} % {what} today, and the target is {target:g} %.",
                "Set a target above today's share, or check today's share.",
            )
    most = bands.PQL_TO_OPPORTUNITY.high
    if answers.target_conversion is not None and answers.target_conversion > most:
        yield Conflict(
            f"{answers.target_conversion:g} % of PQLs are to convert.",
            f"Above {most:g} % a definition is so tight that it misses good leads: 25-30 % is "
            "typical.",
        )
