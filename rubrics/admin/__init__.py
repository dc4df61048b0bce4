"""Rubrics, their versions and criteria, and the scores they gave, in the admin."""

from rubrics.admin import (
    backtests,
    criteria,
    dataquality,
    golden,
    golden_pages,
    guide,
    previews,
    proof,
    rubrics,
    scores,
    versions,
)

__all__ = [
    "backtests",
    "criteria",
    "dataquality",
    "golden",
    "golden_pages",
    "guide",
    "previews",
    "proof",
    "rubrics",
    "scores",
    "versions",
]
