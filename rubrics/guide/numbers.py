"""The numbers: weights, thresholds, decay, velocity; from an answer, or as the preset has it."""

from collections.abc import Mapping
from typing import Any

from rubrics.benchmarks import bands as benchmarks
from rubrics.guide import bands
from rubrics.guide.advice import Item, Numbers
from rubrics.guide.answers import Answers, Tracking, TrialModel
from rubrics.guide.choosing import (
    BALANCED,
    FACTORS,
    LARGE_DEAL,
    LONG_CYCLE,
    MANY_SIGNUPS,
    MATRIX,
    MEDIUM_CYCLE,
    MOST_SIGNUPS,
    SHORT_CYCLE,
    below,
    from_on,
    is_early,
    is_urgent,
)

Document = Mapping[str, Any]

LOGIN_PENALTY = "inactivity"
LOGIN_PERIOD = 14  # days: its -10 for each
CYCLE = f"{FACTORS}, 3 (sales cycle)"
RUBRIC = 'Methodology section 4, "Behavioral Scoring Rubric"'


def weights(answers: Answers, preset: str, document: Document) -> tuple[Numbers, Item]:
    """Numbers as the preset has them but for the weights, and why these weights."""
    found = _weights(answers, preset)
    own = _own_blend(document)
    blend, reason, source = found or (own, _own_reason(preset), document["source"])
    limits, thresholds, decay = document["limits"], document["thresholds"], document["decay"]
    most = limits["fit"] + limits["behavior"]
    total = thresholds["total"]
    if blend is not None and own is None:
        total = round(total * 100 / most)  # the same share of the maximum, on 0-100
    behavior = blend[0] if blend else round(100 * limits["behavior"] / most)
    value = f"{behavior} % behavior, {100 - behavior} % fit"
    if blend is None:
        value += f" (a sum: 0-{limits['behavior']} and 0-{limits['fit']})"
    numbers = Numbers(
        blend=blend,
        total=total,
        fit=thresholds["fit"],
        behavior=thresholds["behavior"],
        decay_points=decay["points"],
        decay_days=int(decay["period"].removesuffix("d")),
        floor=decay["floor"],
    )
    deviation = " ".join(
        filter(
            None,
            (
                bands.leaves("Behavior's weight", behavior, benchmarks.BEHAVIOR_SHARE),
                bands.leaves("Fit's weight", 100 - behavior, benchmarks.FIT_SHARE),
            ),
        )
    )
    return numbers, Item("weights", "Weights", value, reason, source, deviation)


def _own_blend(document: Document) -> tuple[int, int] | None:
    raw = document.get("combination") or {}
    return (raw["behavior"], raw["fit"]) if raw.get("mode") == "blend" else None


def _weights(answers: Answers, preset: str) -> tuple[tuple[int, int], str, str] | None:
    """What the answers say of the weights; None: the preset's own."""
    if preset == "minimal-tracking":
        return (
            (30, 70),
            "Where only logins are tracked, fit says more.",
            f"{FACTORS}, 2 (minimal)",
        )
    if preset == "early-stage":
        return None
    if answers.tracking is Tracking.FEW:
        return (
            (50, 50),
            "About 10 to 15 events make behavior thin; fit makes up for it until more is tracked.",
            "Methodology section 5, edge case 5 (missing events)",
        )
    if preset == "fit-balanced" or (
        preset in ("freemium", "reverse-trial")
        and from_on(answers.deal_size, LARGE_DEAL)
        and not from_on(answers.signups, MANY_SIGNUPS)
    ):
        return (50, 50), "Fewer, larger deals: fit counts as much as behavior.", BALANCED
    is_matrix_row = is_urgent(answers) and from_on(answers.signups, MANY_SIGNUPS)
    if preset in ("free-trial", "behavior-heavy") or (is_matrix_row and preset == "standard"):
        return (
            (70, 30),
            "Many people with little time: what they do in the product tells them apart."
            if is_matrix_row
            else "What people do in the product tells them apart better than who they are.",
            f"{MATRIX} (free trial: 70/30)",
        )
    return None


def _own_reason(preset: str) -> str:
    if preset == "early-stage":
        return (
            "Every criterion weighs the same: without history nobody knows which signal is the "
            "strongest. Six of the eight are about behavior."
        )
    return "As in the source's tables: what people do counts about twice what their company is."


def thresholds(answers: Answers, preset: str, numbers: Numbers) -> list[Item]:
    """Where a PQL begins, and the share of sign-ups to move that to."""
    value = f"fit {numbers.fit} and behavior {numbers.behavior}"
    if numbers.total:
        value = f"total {numbers.total}, {value}"
    if preset == "fit-balanced":
        reason = "Two thresholds, each to be met by itself; the total decides nothing."
    elif preset == "early-stage":
        reason = "Half of the eight criteria, of which three are actions. No fit floor yet."
    else:
        reason = (
            "All of them must be met: a good company that does nothing is no PQL, nor is a busy "
            "user of the wrong company."
        )
    if numbers.blend and numbers.total:
        reason += " On a scale of 0-100 it is about the same share of the maximum as 80 of 150."
    start = Item(
        "thresholds",
        "A PQL has at least",
        value,
        reason,
        'Methodology section 4, "Combined Score and PQL Qualification"',
    )
    return [start, _share(answers)]


def _share(answers: Answers) -> Item:
    source = bands.QUICK
    if is_early(answers):
        value = "the top 10 % of sign-ups"
        reason = (
            "Without history the threshold is a best guess: send about a tenth of the trials to "
            "sales, and see what they say."
        )
        source = "Methodology section 5, edge case 1"
    elif from_on(answers.signups, MOST_SIGNUPS):
        value = "5-10 % of sign-ups"
        reason = (
            "At this volume nobody checks PQLs first, so begin strict: the lower half of the "
            "5-15 % that are good (chosen; the source gives no number)."
        )
        source = f"{FACTORS}, 4 (high volume); {source}"
    else:
        value = "the top 10 % of sign-ups, then 5-15 %"
        reason = (
            "Move the thresholds until the preview says so. Over 25 % is too loose, under 3 % too "
            "tight. (The advisory aims at 10-20 %.)"
        )
    return Item("share", "Share that become PQLs", value, reason, source)


def decay(answers: Answers, preset: str, document: Document) -> tuple[int, Item]:
    """After how many days silence costs the preset's points, and why."""
    own = int(document["decay"]["period"].removesuffix("d"))
    days, reason, source = _decay_days(answers, preset, own)
    if answers.decay_days is not None:
        reason = f"You chose it. From your other answers it would be {days} days: {reason}"
        days = answers.decay_days
    points, floor = document["decay"]["points"], document["decay"]["floor"]
    start = days
    if keeps_login_penalty(document, days):
        start = min(days, LOGIN_PERIOD)
        if start < days:
            reason += " 14 days without login cost 10 already; the larger of the two counts."
    elif has_login_penalty(document):
        reason += (
            " The penalty for every 14 days without login is left out: it would undo such a "
            "slow decay."
        )
    rate = points * 30 / start
    notes = [
        bands.leaves("Silence costs after", start, benchmarks.DECAY_START),
        bands.leaves("Silence costs", round(rate, 1), benchmarks.DECAY_RATE),
        bands.leaves("Floor", floor, benchmarks.FLOOR),
    ]
    if expired := document["decay"].get("expired"):
        notes.append(
            f"Once the trial is over: {expired['points']} points every "
            f"{expired['period'].removesuffix('d')} days, far above the benchmark, on purpose."
        )
    value = f"{points} points for every {days} days of silence, down to {floor}"
    return days, Item("decay", "Decay", value, reason, source, " ".join(filter(None, notes)))


def _decay_days(answers: Answers, preset: str, own: int) -> tuple[int, str, str]:
    cycle = answers.cycle_days
    if cycle is None:
        return (
            own,
            "How long a sale takes is not known, so it stays as the preset has it"
            + (": the median of B2B software." if own == 30 else "."),
            "Methodology section 5, edge case 1, fallback assumptions",
        )
    if preset == "enterprise-account":
        return (
            90,
            "Several people evaluate for months; a faster decay would empty the list before "
            "sales reach them.",
            f"{MATRIX} (enterprise: 90-day decay)",
        )
    if cycle >= LONG_CYCLE:
        return (
            60,
            f"A sale takes about {cycle} days: 60 to 90 days of silence are normal.",
            CYCLE,
        )
    if cycle >= SHORT_CYCLE:
        return 30, f"A sale takes about {cycle} days, so a month of silence means something.", CYCLE
    if preset == "freemium":
        return (
            30,
            "Sales are fast, but a free plan has no end that forces anybody: decay can be slower.",
            f"{FACTORS}, 1 (freemium)",
        )
    return (
        14,
        f"A sale takes about {cycle} days: two weeks of silence mean that interest fades.",
        CYCLE,
    )


def has_login_penalty(document: Document) -> bool:
    """Whether the preset takes points for days without login too."""
    return any(one["key"] == LOGIN_PENALTY for one in document["criteria"])


def keeps_login_penalty(document: Document, days: int) -> bool:
    """A decay over 60 days and more does not go with it."""
    return has_login_penalty(document) and days < MEDIUM_CYCLE


def velocity(answers: Answers, document: Document) -> tuple[int | None, Item]:
    """Hours in which a burst of activity earns the bonus; None where the preset has none."""
    burst = next((one for one in document["criteria"] if one.get("role") == "velocity"), None)
    if burst is None:
        return None, Item(
            "velocity",
            "Velocity bonus",
            "none",
            "The preset has none: it scores what lasts, or too little is tracked for bursts.",
            document["source"],
        )
    short = answers.trial_days is not None and answers.trial_days <= LOGIN_PERIOD
    if answers.trial_model is TrialModel.FREEMIUM:
        reason = "Without an end date, how fast use grows says more than how much has piled up."
    elif short:
        reason = "In a short trial, how fast somebody reaches the milestones says most."
    elif below(answers.cycle_days, SHORT_CYCLE):
        reason = "Sales are fast: many actions at once mean that somebody evaluates right now."
    else:
        reason = "Many actions at once mean that somebody evaluates right now."
    value = f"+{burst['points_per_burst']} for {burst['size']} key actions within 48 hours"
    return 48, Item("velocity", "Velocity bonus", value, reason, RUBRIC)
