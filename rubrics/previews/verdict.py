"""What past outcomes say of two versions, in words that claim no more than the intervals carry."""

from collections.abc import Mapping
from typing import Any

from rubrics.models import Preview
from rubrics.scoring.types import Subject

FEW_OUTCOMES = 10
"""Of converters, or of others: below this no comparison of two versions means anything."""
SURE = 0.05

Told = Mapping[str, Any]
"""As :func:`rubrics.previews.past.evaluate_both` keeps it."""


def comparison(preview: Preview) -> Told | None:
    """The evaluation on past outcomes with its verdict in words; None if there is none."""
    told: Told | None = preview.evaluation
    if not told or "then" not in told:
        return None
    return {**told, "many": _many(told), "verdict": verdict(told), "flag_words": flag_words(told)}


def verdict(told: Told) -> str:
    """What the AUCs of both say."""
    if "now" not in told:
        return "Nothing is published yet to compare the draft with."
    fewer = min(told["positives"], told["leads"] - told["positives"])
    if fewer < FEW_OUTCOMES:
        which = "converted" if fewer == told["positives"] else "did not convert"
        return f"Only {fewer} of these {_many(told)} {which}: too few to tell the two apart."
    return _of_difference(_many(told), **told["auc_difference"])


def _many(told: Told) -> str:
    """Who was looked at: ``leads``, or ``accounts``."""
    return Subject(told.get("subject", Subject.LEAD)).many


def _of_difference(many: str, value: float, low: float, high: float) -> str:
    interval = f"{_signed(value)} ({_signed(low)} to {_signed(high)})"
    if low > 0:
        return f"The draft tells converters from others better: its AUC differs by {interval}."
    if high < 0:
        return f"The draft tells converters from others worse: its AUC differs by {interval}."
    if low == high == 0:
        return f"Both rank these {many} alike."
    return (
        f"These outcomes do not tell which is better: the AUC differs by {interval}, which may be "
        "chance."
    )


def flag_words(told: Told) -> list[str]:
    """Who would be flagged differently, of converters and of others, and whether that is sure."""
    words = []
    for key, who in (("converted", "that converted"), ("others", "that did not convert")):
        flags = told.get("flags", {}).get(key)
        if not flags or not flags["only_now"] + flags["only_then"]:
            continue
        unsure = "" if flags["chance"] < SURE else "; that split may be chance"
        words.append(
            f"Of the {_many(told)} {who}, {flags['only_then']:,} would be PQLs by the draft only "
            f"and {flags['only_now']:,} by what is published only{unsure}."
        )
    return words


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{abs(value):.3f}"
