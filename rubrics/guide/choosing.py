"""Which preset and which approach: the first rule that holds, from the rarest data down."""

from dataclasses import dataclass

from rubrics.guide.advice import Item
from rubrics.guide.answers import Answers, Buyers, Pipeline, Tracking, TrialModel

MATRIX = 'Methodology section 2, "Approach Selection Matrix"'
FACTORS = 'Methodology section 2, "Scoping Factors"'
BALANCED = 'Methodology section 2, "Fit-Balanced Approach"'
HEAVY = 'Methodology section 2, "Behavioral-Heavy Approach"'
APPROACHES = 'Advisory section 4, "Multiple Approaches"'

FEW_MONTHS, FEW_WON = 6, 100
FEW_SIGNUPS, MANY_SIGNUPS, MOST_SIGNUPS = 50, 100, 500
LONGEST_URGENT_TRIAL = 30
SHORT_CYCLE, MEDIUM_CYCLE, LONG_CYCLE = 30, 60, 90
SMALL_DEAL, LARGE_DEAL = 5_000, 50_000


def below(value: float | None, limit: float) -> bool:
    """Known, and less."""
    return value is not None and value < limit


def from_on(value: float | None, limit: float) -> bool:
    """Known, and as much or more."""
    return value is not None and value >= limit


def is_early(answers: Answers) -> bool:
    """Too little history to weigh signals by (edge case 1)."""
    return below(answers.history_months, FEW_MONTHS) or below(answers.won, FEW_WON)


def is_account_level(answers: Answers) -> bool:
    """Several people evaluate for long: one person's score misses the picture."""
    if answers.buyers is Buyers.ONE:
        return False
    several = answers.buyers is Buyers.SEVERAL
    return from_on(answers.cycle_days, MEDIUM_CYCLE if several else LONG_CYCLE)


def is_urgent(answers: Answers) -> bool:
    """A trial that ends soon."""
    return (
        answers.trial_model is TrialModel.FREE_TRIAL
        and (answers.trial_days or 0) <= LONGEST_URGENT_TRIAL
    )


def is_fit_balanced(answers: Answers) -> bool:
    """Few, larger deals of a certain kind of company: fit filters harder, people judge."""
    few_hybrid = answers.trial_model is TrialModel.HYBRID and below(answers.signups, FEW_SIGNUPS)
    if few_hybrid:
        return True
    if from_on(answers.signups, MANY_SIGNUPS) or below(answers.deal_size, SMALL_DEAL):
        return False
    return from_on(answers.deal_size, LARGE_DEAL) or answers.is_vertical is True


def choose_preset(answers: Answers) -> Item:
    """The preset to begin with; ``value`` is its name."""
    for rule in (_by_data, _by_cycle, _by_trial_model, _by_fit, _by_volume):
        if item := rule(answers):
            return item
    return _preset(
        "standard",
        "None of the special cases is true of you, as far as you know: the methodology's tables "
        "as they stand.",
        "Methodology section 4, fit and behavioral rubrics",
    )


def _preset(name: str, reason: str, source: str) -> Item:
    return Item("preset", "Preset", name, reason, source)


def _by_data(answers: Answers) -> Item | None:
    if answers.tracking is Tracking.LOGINS:
        return _preset(
            "minimal-tracking",
            "Hardly more than sign-ups and logins is tracked, and what cannot be measured "
            "reliably should not be scored: fit carries most, and logins stand in for use.",
            f"{FACTORS}, 2 (minimal tracking)",
        )
    if not is_early(answers):
        return None
    why = (
        f"There are {answers.history_months} months of conversion data, fewer than {FEW_MONTHS}"
        if below(answers.history_months, FEW_MONTHS)
        else f"There are {answers.won} won deals, fewer than {FEW_WON}"
    )
    return _preset(
        "early-stage",
        f"{why}: nothing to weigh signals by yet. A few criteria of equal weight, recalibrated "
        "as results come in.",
        f"{MATRIX} (early stage); section 5, edge case 1",
    )


def _by_cycle(answers: Answers) -> Item | None:
    if not is_account_level(answers):
        return None
    return _preset(
        "enterprise-account",
        f"Evaluations take about {answers.cycle_days} days and several people take part: single "
        "users' scores miss the picture, so the account is scored.",
        f"{MATRIX} (enterprise, 60+ days); {FACTORS}, 3 (90+ days)",
    )


def _by_trial_model(answers: Answers) -> Item | None:
    if answers.trial_model is TrialModel.FREEMIUM:
        return _preset(
            "freemium",
            "A free plan without an end presses nobody: limits hit, premium features tried and "
            "growing use say who wants more.",
            f"{MATRIX} (freemium); {FACTORS}, 1; section 5, edge case 3",
        )
    if answers.trial_model is TrialModel.REVERSE_TRIAL:
        return _preset(
            "reverse-trial",
            "Everything is open at first and then falls back: whoever leaned on premium features "
            "and lost them is the buyer.",
            f"{FACTORS}, 1 (reverse trial)",
        )
    return None


def _by_fit(answers: Answers) -> Item | None:
    if not is_fit_balanced(answers):
        return None
    if answers.trial_model is TrialModel.HYBRID and below(answers.signups, FEW_SIGNUPS):
        why = f"{answers.signups} sign-ups a month, sold with help: each lead is worth a look"
    elif from_on(answers.deal_size, LARGE_DEAL):
        why = f"Deals of about ${answers.deal_size:,}: each lead is worth a look"
    else:
        why = "You sell to certain industries, where fit predicts well"
    return _preset(
        "fit-balanced",
        f"{why}, so fit counts as much as behavior, and both must pass a threshold of their own.",
        f"{MATRIX} (hybrid, under 50 a month); {BALANCED}",
    )


def _by_volume(answers: Answers) -> Item | None:
    # How long a sale takes is not known: a trial that ends soon suggests that it is short.
    is_short = answers.cycle_days is None or answers.cycle_days < SHORT_CYCLE
    if is_urgent(answers) and is_short:
        return _preset(
            "free-trial",
            "The trial ends soon, so urgency counts: the pricing page in its last three days, use "
            "that speeds up, and a steep loss once it is over.",
            f"{MATRIX} (free trial, 14-30 days); {FACTORS}, 1 (time limit)",
        )
    fits = from_on(answers.signups, MANY_SIGNUPS) and not from_on(answers.cycle_days, MEDIUM_CYCLE)
    if fits and answers.tracking is not Tracking.FEW:
        return _preset(
            "behavior-heavy",
            f"{answers.signups} sign-ups a month and sales within two months: at this volume what "
            "people do tells them apart best.",
            HEAVY,
        )
    return None


@dataclass(frozen=True, slots=True)
class Approach:
    """One of the sources' three ways to go about it."""

    key: str
    title: str
    hours: str
    weeks: str


STANDARD = Approach("standard", "Standard", "60-80 hours", "6-8 weeks")
MULTI = Approach("multi", "Multi-product or multi-segment", "80-120 hours", "8-12 weeks")
INFRASTRUCTURE = Approach("infrastructure", "Infrastructure first", "100-140 hours", "10-14 weeks")


def choose_approach(answers: Answers) -> tuple[Approach, Item]:
    """How to go about it, and how much work the sources expect."""
    several = from_on(answers.products, 2) or answers.has_segments is True
    if answers.pipeline in (Pipeline.UNCONNECTED, Pipeline.SPARSE):
        chosen, reason = INFRASTRUCTURE, _infrastructure(answers.pipeline)
        if several:
            reason += " Then go on product by product, segment by segment: a rubric for each."
    elif several:
        chosen, reason = MULTI, _several(answers)
    else:
        chosen = STANDARD
        reason = (
            "One product, one kind of user, and its events arrive or can be connected: design the "
            "rubric, check it on the past, pilot it, go live."
        )
    item = Item(
        "approach",
        "Approach",
        f"{chosen.title}: {chosen.hours} over {chosen.weeks}",
        f"{reason} The hours are the source's estimate for building it in a CRM; its own task "
        "list adds up to 43.5.",
        f'{APPROACHES} and section 5, "Approach Decision Questions"',
    )
    return chosen, item


def _infrastructure(pipeline: Pipeline) -> str:
    if pipeline is Pipeline.SPARSE:
        return (
            "What the product tracks is sparse or inconsistent: that comes first, before any "
            "score can mean something."
        )
    return (
        "The product's events do not arrive here yet. Connect them first (20-30 hours for a "
        "pipeline), then design the rubric on what really arrives."
    )


def _several(answers: Answers) -> str:
    if from_on(answers.products, 2):
        return (
            f"{answers.products} products: each gets its own rubric, milestones and thresholds. A "
            "lead's highest behavior counts, never the sum, and PQLs are routed by product."
        )
    return (
        "Segments with different ways to become active: each gets its own rubric and thresholds; "
        "answer this guide once for each."
    )
