"""How to work with the rubric: review, recalibration, validation, people, systems."""

from rubrics.guide.advice import Item
from rubrics.guide.answers import (
    Answers,
    Assignment,
    Crm,
    Review,
)
from rubrics.guide.choosing import (
    BALANCED,
    FACTORS,
    FEW_MONTHS,
    FEW_SIGNUPS,
    MATRIX,
    MOST_SIGNUPS,
    below,
    from_on,
    is_early,
)

SCOPE = "Advisory section 4, scoping factors"
VOLUME = f"{FACTORS}, 4 (lead volume)"
EDGE = "Methodology section 5, edge case"


def review(answers: Answers, preset: str) -> Item:
    """Who looks at a PQL before a rep works it."""
    if below(answers.signups, FEW_SIGNUPS):
        wanted, value, reason = (
            Review.MANUAL,
            "people look at every lead",
            "So few leads can all be looked at: the score is an order of work, no hard threshold.",
        )
    elif preset == "fit-balanced":
        return Item(
            "review",
            "Review",
            "a person checks each PQL",
            "The score is input to a person's judgment, not a reason to route automatically.",
            BALANCED,
        )
    elif from_on(answers.signups, MOST_SIGNUPS):
        wanted, value, reason = (
            Review.AUTOMATIC,
            "automatic, with strict thresholds",
            "Nobody can check so many by hand. Put the effort into calibration instead.",
        )
    else:
        wanted, value, reason = (
            Review.CHECKED,
            "SDRs check PQLs at first",
            "Scoring is automatic; during the rollout SDRs say of each PQL whether it is one.",
        )
        if answers.signups is None:
            reason += " Taken as long as the number of sign-ups is not known."
    if answers.review not in (None, wanted):
        reason += " You answered otherwise: where you keep to it, write down why."
    return Item("review", "Review", value, reason, VOLUME)


def recalibration(answers: Answers) -> Item:
    """When to look at the numbers again."""
    source = 'Methodology section 3, "Quick Reference Thresholds"'
    value = "monthly for 90 days, then quarterly"
    reason = "What converts changes with the product; a model never looked at again is a red flag."
    if is_early(answers):
        value = "monthly; after 90 days from real conversions"
        reason = (
            "Record every PQL's end, accepted or rejected, converted or lost. After 90 days the "
            "top fifth should convert at least twice as often as the rest."
        )
        source = f"{MATRIX} (early stage); {EDGE} 1"
    elif from_on(answers.signups, FEW_SIGNUPS) and below(answers.signups, MOST_SIGNUPS):
        value = "thresholds weekly during the rollout, then monthly for 90 days, then quarterly"
        source = f"{VOLUME}; {source}"
    return Item("recalibration", "Recalibration", value, reason, source)


def validation(answers: Answers) -> Item:
    """What can be proven on the past."""
    months = answers.history_months
    if from_on(months, 12):
        value = "full: on the past"
        reason = "A year and more of outcomes: replay the rubric on the past before it goes live."
    elif from_on(months, FEW_MONTHS):
        value = "partial: on the past, with wider intervals"
        reason = "Half a year to a year of outcomes: replay it, and take the intervals seriously."
    elif months is None:
        value = "as far as the history goes"
        reason = "Replay the rubric on past outcomes before it goes live; 6 months are the least."
    else:
        value = "by a pilot"
        reason = (
            "There is too little history to replay, so every threshold is a best guess: pilot and "
            "adjust."
        )
    return Item("validation", "Validation", value, reason, f"{SCOPE}, 6 (historical data)")


def pilot(answers: Answers) -> Item:
    """How to begin with people."""
    reason = "Daily feedback on PQLs at different scores, PQLs against others; then for everybody."
    if answers.can_pilot is False and is_early(answers):
        reason = "With so little history a pilot is the only test there is. " + reason
    return Item(
        "pilot",
        "Pilot",
        "2 or 3 reps, 2 weeks",
        reason,
        "Task list, 13; advisory section 5, expectations",
    )


def people(answers: Answers) -> Item | None:
    """What a team of this size needs."""
    if answers.reps is None:
        return None
    if answers.reps > 25:
        value = "a rubric for each segment may be needed"
        reason = "So many reps work different segments, and one rubric rarely fits them all."
    elif answers.reps >= 10:
        value = "align first, deal by territory"
        reason = "An established team: agree on what a PQL is with all who lead it, and deal leads "
        reason += "by territory."
        if answers.assignment in (Assignment.ROUND_ROBIN, Assignment.NONE):
            reason += " Today they are dealt otherwise."
    else:
        value = "light enablement, quick pilot"
        reason = "A small team: one session and the reference sheet are enough."
    return Item("people", "Sales team", value, reason, f"{SCOPE}, 5 (sales team)")


def system(answers: Answers) -> Item | None:
    """What the CRM means for the work."""
    known = {
        Crm.HUBSPOT_PRO: (
            "nothing to prepare",
            "HubSpot Professional and Enterprise have score properties and workflows.",
        ),
        Crm.HUBSPOT_FREE: (
            "upgrade HubSpot for workflows",
            "Scores are computed here, whatever the tier. Workflows on them inside HubSpot need "
            "Professional; the source calls the upgrade a prerequisite.",
        ),
        Crm.SALESFORCE: (
            "custom fields and a Flow",
            "Salesforce needs custom fields for the scores and a Flow on them.",
        ),
        Crm.MARKETO: (
            "one more layer to connect",
            "Marketo beside Salesforce: decide which of the two holds the scores.",
        ),
    }
    if answers.crm not in known:
        return None
    value, reason = known[answers.crm]
    return Item("crm", "CRM", value, reason, f"{SCOPE}, 3 (CRM); approach decision questions")
