"""What somebody answered: typed, every answer optional. None is "I don't know"."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import UnionType
from typing import Any, Self, get_args, get_type_hints


class TrialModel(StrEnum):
    """How people try the product before they buy it."""

    FREE_TRIAL = "free_trial"
    FREEMIUM = "freemium"
    REVERSE_TRIAL = "reverse_trial"
    OPEN_ENDED = "open_ended"
    HYBRID = "hybrid"
    NONE = "none"


class Buyers(StrEnum):
    """Who takes part in an evaluation."""

    ONE = "one"
    SEVERAL = "several"


class Tracking(StrEnum):
    """How much of what people do in the product is tracked."""

    LOGINS = "logins"
    FEW = "few"
    KEY = "key"
    FULL = "full"


class Pipeline(StrEnum):
    """How product events get here."""

    FLOWING = "flowing"
    UNCONNECTED = "unconnected"
    SPARSE = "sparse"


class Crm(StrEnum):
    """Where results go."""

    HUBSPOT_PRO = "hubspot_pro"
    HUBSPOT_FREE = "hubspot_free"
    SALESFORCE = "salesforce"
    MARKETO = "marketo"
    OTHER = "other"


class Assignment(StrEnum):
    """How leads get to reps today."""

    ROUND_ROBIN = "round_robin"
    TERRITORY = "territory"
    ACCOUNT = "account"
    NONE = "none"


class Review(StrEnum):
    """Who looks at a PQL before a rep works it."""

    AUTOMATIC = "automatic"
    CHECKED = "checked"
    MANUAL = "manual"


class Today(StrEnum):
    """How it is decided now whom to contact."""

    EVERYBODY = "everybody"
    GUT = "gut"
    MARKETING = "marketing"
    RULES = "rules"


Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """One field a question (:mod:`rubrics.guide.questions`); shares are in percent."""

    # The product and its trial.
    trial_model: TrialModel | None = None
    trial_days: int | None = None
    signups: int | None = None
    products: int | None = None
    has_segments: bool | None = None
    # How it is sold.
    cycle_days: int | None = None
    buyers: Buyers | None = None
    deal_size: int | None = None
    reps: int | None = None
    assignment: Assignment | None = None
    review: Review | None = None
    today: Today | None = None
    crm: Crm | None = None
    # What is known.
    pipeline: Pipeline | None = None
    tracking: Tracking | None = None
    milestones: Words | None = None
    has_sessions: bool | None = None
    history_months: int | None = None
    won: int | None = None
    coverage: float | None = None
    decay_days: int | None = None
    # Whom it is for.
    is_vertical: bool | None = None
    size_from: int | None = None
    size_to: int | None = None
    near_from: int | None = None
    near_to: int | None = None
    industries: Words | None = None
    near_industries: Words | None = None
    countries: Words | None = None
    near_countries: Words | None = None
    titles: Words | None = None
    near_titles: Words | None = None
    tools: Words | None = None
    near_tools: Words | None = None
    competitors: Words | None = None
    # What it is to achieve.
    trial_to_paid: float | None = None
    target_trial_to_paid: float | None = None
    pql_conversion: float | None = None
    target_conversion: float | None = None
    can_pilot: bool | None = None
    approver: str | None = None

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """The answers of stored JSON. What an older guide asked, or is none of the choices, is
        left out: it is asked again."""
        hints = get_type_hints(cls)
        found = {
            field.name: _typed(raw[field.name], hints[field.name])
            for field in fields(cls)
            if raw.get(field.name) not in (None, "", [])
        }
        return cls(**found)


def _typed(value: Any, hint: UnionType) -> Any:
    kind = get_args(hint)[0]
    if kind == Words:
        return tuple(str(one) for one in value) if isinstance(value, list | tuple) else None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value) if value in set(kind) else None
    if kind is bool:
        return value if isinstance(value, bool) else None
    if kind is str:
        return str(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return kind(value) if is_number else None
