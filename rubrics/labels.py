"""The labels on a result, in words: its band and its place in the fit x behavior matrix."""

from rubrics.mappers import Compiled, compiled
from rubrics.models import AccountScore, Score
from rubrics.scoring.types import Band

TIERS = {
    1: "High fit and high behavior",
    2: "High behavior, low fit",
    3: "High fit, low behavior",
    4: "Low fit and low behavior",
}


def band_of(score: Score | AccountScore) -> Band | None:
    """The named range that the total lies in; None if the version names none."""
    return None if score.band is None else compiled(score.version_id).version.bands[score.band]


def next_band(version: Compiled, total: int) -> Band | None:
    """The named range above the one that the total lies in; None from the highest, or without."""
    return next((band for band in version.version.bands if band.at_least > total), None)


def next_band_words(score: Score | AccountScore) -> str:
    """``12 more to Hot``; empty where there is no band above."""
    band = next_band(compiled(score.version_id), score.total)
    return "" if band is None else f"{band.at_least - score.total} more to {band.name}"


def tier_words(score: Score | AccountScore) -> str:
    """``Tier 1: high fit and high behavior``; empty if the version has no matrix."""
    if score.tier is None:
        return ""
    words = TIERS[score.tier]
    return f"Tier {score.tier}: {words[:1].lower()}{words[1:]}"
