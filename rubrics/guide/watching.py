"""What to score and to watch: by what is tracked, the trial, the cycle and the products."""

from rubrics.benchmarks import bands as benchmarks
from rubrics.guide import bands
from rubrics.guide.advice import Item
from rubrics.guide.answers import Answers, Pipeline, Today, Tracking, TrialModel
from rubrics.guide.choosing import (
    APPROACHES,
    FACTORS,
    LONG_CYCLE,
    MATRIX,
    SHORT_CYCLE,
    below,
    from_on,
    is_account_level,
)
from rubrics.guide.working import EDGE, SCOPE

WELL_KNOWN = 60  # percent: the HubSpot guide calls 40 % missing "garbage in, garbage out"


def tracking(answers: Answers) -> Item:
    """How finely behavior can be scored."""
    source = f"{FACTORS}, 2 (data maturity)"
    if answers.tracking is Tracking.FULL:
        value = "granular: features, sessions, sequences"
        reason = "50 events and more are tracked: single features and orders of steps can count."
    elif answers.tracking is Tracking.KEY:
        value = "the 5-8 most predictive actions"
        reason = "What is not measured reliably should not be scored."
    elif answers.tracking is Tracking.FEW:
        value = "what there is, with proxies; next version in 60 days"
        reason = (
            "Ask for the three to five most valuable missing events. If proxies lift conversion "
            "less than 1.5 times, they do not work."
        )
        source = f"{EDGE} 5 (missing events)"
    elif answers.tracking is Tracking.LOGINS:
        value = "logins only; instrument the product first"
        reason = "30 % for how often somebody logs in, 70 % fit, until milestones are tracked."
    else:
        value = "5-10 key signals"
        reason = (
            "Not known what is tracked: a handful of signals that go with conversion is enough."
        )
        source = "Advisory section 6; HubSpot guide, essential criteria"
    if answers.has_sessions is False:
        reason += " Events do not name their visit, so visits are cut by pauses."
    if answers.pipeline is Pipeline.SPARSE:
        reason += " First make what is tracked consistent."
    return Item("tracking", "Behavior is scored by", value, reason, source)


def trial_signals(answers: Answers) -> Item | None:
    """What the trial model says to watch."""
    source = f"{FACTORS}, 1 (trial model)"
    told = {
        TrialModel.FREE_TRIAL: (
            "urgency",
            "Pricing views in the final three days, use that speeds up; soon after the end a "
            "score should be worth nothing.",
        ),
        TrialModel.FREEMIUM: (
            "depth and expansion",
            "Limits hit and premium features tried count double. After 90 days without a sign of "
            "upgrading behavior stays at 40 at most, below a PQL. If PQLs convert less than 15 %, "
            "the score measures loyalty to the free plan.",
        ),
        TrialModel.REVERSE_TRIAL: (
            "attachment to premium features",
            "Heavy use during the trial, and reaching for what was lost afterwards.",
        ),
        TrialModel.OPEN_ENDED: (
            "longer observation",
            "No end date presses: watch for longer, and expect to tune decay.",
        ),
        TrialModel.HYBRID: (
            "product and sales touches",
            "A self-serve path beside sales: fit matters more where sales help.",
        ),
    }
    if answers.trial_model not in told:
        return None
    value, reason = told[answers.trial_model]
    if answers.trial_model is TrialModel.FREEMIUM:
        source += f"; {EDGE} 3"
    elif answers.trial_model in (TrialModel.OPEN_ENDED, TrialModel.HYBRID):
        source = f"{SCOPE}, 4 (trial model)"
    return Item("trial", "Watch for", value, reason, source)


def cycle_habits(answers: Answers) -> Item | None:
    """How fast to act, and what else to look at."""
    if answers.cycle_days is None:
        return None
    if answers.cycle_days < SHORT_CYCLE:
        value = "contact on the same day"
        reason = "Sales are fast: a PQL of yesterday may have decided already."
    elif answers.cycle_days < LONG_CYCLE:
        value = "look at several visits"
        reason = "An evaluation shows in repeated visits, comparison pages and security documents."
    else:
        value = "look at the account and its champion"
        reason = "Add up an account's users; administrators' work and a rollout show a champion."
    return Item("cycle", "Sales rhythm", value, reason, f"{FACTORS}, 3 (sales cycle)")


def criteria_count(preset: str, count: int) -> Item:
    """How many criteria the draft will have."""
    reason = "Enough to tell people apart, few enough to explain."
    if preset == "early-stage":
        reason = (
            "Below the benchmark on purpose. The source says 3-5 in its matrix and 5-8 in its edge "
            "case; two of these are fit, so that both scores mean something."
        )
    return Item(
        "criteria",
        "Criteria",
        str(count),
        reason,
        bands.QUICK,
        bands.leaves("Criteria", count, benchmarks.CRITERIA),
    )


def products(answers: Answers, bonus: int | None) -> Item | None:
    """Several products, several segments."""
    if not from_on(answers.products, 2):
        return None
    return Item(
        "products",
        "Several products",
        f"+{bonus} when two are in use" if bonus else "a rubric for each",
        "The highest product's behavior counts, never the sum; using two within 30 days (chosen) "
        "shows a wider evaluation. PQLs of several products should convert better; if not, drop "
        "the bonus.",
        f"{EDGE} 2 (multi-product): +10-15",
    )


def account_level(answers: Answers, preset: str) -> Item | None:
    """Where accounts should be scored but the preset scores people."""
    if not is_account_level(answers) or preset == "enterprise-account":
        return None
    return Item(
        "accounts",
        "Accounts",
        "score accounts later, beside people",
        "With evaluations this long an account's users belong together. First get the data for "
        "it; then add a rubric from the preset enterprise-account.",
        f"{MATRIX} (enterprise, 60+ days)",
    )


def beliefs(answers: Answers) -> Item | None:
    """What the way leads are chosen today says about those who choose."""
    told = {
        Today.EVERYBODY: (
            "ranked, not everybody",
            "Sending all leads to sales is what 61 % do, and 27 % of such leads are qualified.",
        ),
        Today.GUT: (
            "show reps the reasons",
            "Judgment works for 20 trials a month; with 200 whoever signed up last wins. A score "
            "gives judgment a shorter list, and every line of it can be read.",
        ),
        Today.MARKETING: (
            "a different model, not other weights",
            "Mail opens and downloads are 3-5 times less predictive than use of the product.",
        ),
        Today.RULES: (
            "compare with the rules you have",
            "Keep the old rules running for a while and compare on the same leads.",
        ),
    }
    if answers.today not in told:
        return None
    value, reason = told[answers.today]
    return Item("today", "Against today", value, reason, "Advisory sections 1 and 6")


def effort(answers: Answers) -> Item | None:
    """How many signals, and what that means for the work."""
    if answers.milestones is None:
        return None
    count = len(answers.milestones)
    if count > 20:
        value, reason = "phase it", "More than 20 signals are a large scope: begin with ten."
    elif count > 10:
        value, reason = "more to configure and test", "10 to 20 signals of several kinds."
    elif count >= 5:
        value, reason = "standard", "5 to 10 key signals are what the sources advise."
    else:
        value, reason = (
            "fewer than advised",
            "5 to 10 key signals are advised; see what is missing below.",
        )
    return Item("effort", f"{count} signals", value, reason, f"{SCOPE}, 2; {APPROACHES}")


def fit_data(answers: Answers) -> Item | None:
    """Whether enough is known of companies for fit to mean something."""
    if not below(answers.coverage, WELL_KNOWN):
        return None
    return Item(
        "fit_data",
        "Fit data",
        "enrich companies first",
        f"The company's size is known for {answers.coverage:g} % of leads. Of all others fit is a "
        "guess between two bounds.",
        "HubSpot guide, common mistakes (data quality); advisory section 5, enrichment",
    )
