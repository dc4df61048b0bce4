"""What an entry of a document looks at, as one phrase: a tier's or a condition's."""

from collections.abc import Mapping, Sequence
from typing import Any

from rubrics.measures.fit import EMAIL
from rubrics.scoring.words import joined
from rubrics.words import attributes, hits
from rubrics.words.amounts import Amount
from rubrics.words.wording import Wording, attribute, spoken

NUMBERS = {**hits.PHRASES, **attributes.PHRASES}
"""The phrases of measures that give a number; those that say yes or no are ``ANSWERS``."""


def measured_words(entry: Mapping[str, Any], amount: Amount, wording: Wording) -> str:
    """What is measured and how much of it: ``“Logged in” 5 or more times``."""
    key = str(entry.get("measure"))
    if key in attributes.ANSWERS:
        return attributes.ANSWERS[key](entry, True, wording)
    if key in NUMBERS:
        return NUMBERS[key](entry, amount, wording)
    return spoken(entry.get("measure"))


def condition_words(entry: Mapping[str, Any], wording: Wording) -> str:
    """A condition of a segment or a ceiling: ``“Upgraded” never``, ``company size not known``."""
    answer = entry.get("is", True)
    key = str(entry.get("measure"))
    if answer == "unknown":
        return f"{attribute(entry.get('attribute') or EMAIL)} not known"
    if key in attributes.ANSWERS:
        return attributes.ANSWERS[key](entry, bool(answer), wording)
    return measured_words(entry, Amount.of(entry), wording)


def conditions_words(entries: Sequence[Mapping[str, Any]], wording: Wording) -> str:
    """All of them, as they must all hold."""
    return joined([condition_words(entry, wording) for entry in entries])
