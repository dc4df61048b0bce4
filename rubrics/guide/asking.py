"""What a question of the guide is made of, and short ways to write one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Choices = Mapping[StrEnum, str]


class Kind(StrEnum):
    """What an answer looks like."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    PERCENT = "percent"
    MANY = "many"
    WORDS = "words"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``key`` is the field of :class:`rubrics.guide.answers.Answers`.

    ``unknown`` says what is assumed where nobody knows; empty where an answer is a wish or an
    addition, and nothing needs to be assumed.
    """

    key: str
    kind: Kind
    label: str
    why: str
    unknown: str = ""
    example: str = ""
    unit: str = ""
    low: int = 0
    high: int = 100
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """The questions of one page."""

    title: str
    intro: str
    questions: tuple[Question, ...]
    is_paired: bool = False
    """Whether its short questions stand two in a row, as "from" and "to" do."""


def choice(key: str, label: str, why: str, choices: Choices, unknown: str = "") -> Question:
    """One of a few."""
    told = {choice.value: words for choice, words in choices.items()}
    return Question(key, Kind.CHOICE, label, why, unknown, choices=told)


def number(
    key: str,
    label: str,
    why: str,
    unit: str,
    unknown: str = "",
    *,
    low: int = 0,
    high: int,
    eg: str,
) -> Question:
    """A whole number."""
    return Question(
        key, Kind.NUMBER, label, why, unknown, example=eg, unit=unit, low=low, high=high
    )


def percent(key: str, label: str, why: str, unknown: str = "", eg: str = "") -> Question:
    """A share."""
    return Question(key, Kind.PERCENT, label, why, unknown, example=eg, unit="%")


def words(key: str, label: str, why: str, eg: str) -> Question:
    """Words, one a line or with commas between them."""
    return Question(key, Kind.WORDS, label, why, example=eg)
