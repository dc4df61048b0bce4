"""What a criterion or a condition can look at, by what it is good for."""

from rubrics.measures import MEASURES, AttributeMeasure, Measure

UNITS = {"duration": "days", "flag": "", "number": "", "count": "times", "fading": ""}
"""What a measure's number counts, in a form."""
PURPOSES = {
    "count": "They did something, or did it so many times",
    "distinct_days": "They came on so many days",
    "distinct_values": "So many different ones, e.g. 3 features, 5 files",
    "distinct_sessions": "In so many sessions",
    "largest_value": "How far they got, e.g. 100 % of the set-up",
    "most_in_session": "Much in one session, e.g. 3 features",
    "longest_session": "One long session",
    "weighted_count": "Often, and recent times weigh more",
    "growth": "More than the week, or month, before",
    "sequence": "One thing, then another",
    "days_since": "Days without doing something",
    "since_last": "Not done for a while",
    "bursts": "Much in a short time",
    "trial_age": "So long since the sign-up",
    "trial_over": "So long since the trial ended",
    "active_products": "Uses several of your products",
    "active_users": "So many people of the company did it",
    "share_active": "A share of the company's people did it",
    "user_growth": "More people than before",
    "departments": "In several departments",
    "users_on_domain": "Several people of the same company",
    "number_in_range": "A number in a range, e.g. company size",
    "value_in_list": "One of a list, e.g. industry or country",
    "text_matches": "A text with certain words, e.g. job title",
    "overlaps": "Some of several, e.g. tools they use",
    "email_domain_in": "E-mail domain, e.g. personal, competitor, academic",
    "is_present": "Something is known, or is not",
    "date_within": "Something happened lately, e.g. a funding round",
    "attribute_growth": "A number that grew, e.g. head count",
}


def purpose(measure: Measure) -> str:
    """What a measure is good for."""
    return PURPOSES.get(measure.key, measure.label)


def sections_for(measure: Measure) -> list[str]:
    """The sections of the page in which a criterion with this measure may stand."""
    if isinstance(measure, AttributeMeasure):
        return ["fit", "behavior"]
    velocity = ["velocity"] if measure.unit == "count" else []
    return ["behavior", *velocity, "silence"]


def modes_for(measure: Measure) -> list[str]:
    """The ways in which a measure's number can give points."""
    if measure.unit == "flag":
        return ["tiers"]
    return ["tiers", "per_period" if measure.unit == "duration" else "per_unit"]


def fits(measure: Measure, section: str) -> bool:
    """Whether a criterion of a section may look at it; proposed, not all that is possible."""
    if section == "fit":
        return isinstance(measure, AttributeMeasure)
    if section == "velocity":
        return measure.key == "bursts"
    if section == "silence":
        return measure.unit == "duration" and measure.key not in ("trial_age", "trial_over")
    return not isinstance(measure, AttributeMeasure) or measure.unit != "flag" or (
        measure.key == "date_within"
    )  # fmt: skip


def for_conditions(*, only_attributes: bool, subject: str) -> list[tuple[str, str]]:
    """What a condition may look at, by key."""
    return [
        (measure.key, purpose(measure))
        for measure in MEASURES.values()
        if subject in measure.subjects
        and (isinstance(measure, AttributeMeasure) or not only_attributes)
    ]
