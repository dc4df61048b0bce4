"""Rubrics, their versions and criteria, and the scores they gave, in the admin."""

from rubrics.admin import (
    audit,
    backtests,
    criteria,
    dataquality,
    golden,
    golden_pages,
    guide,
    previews,
    proof,
    publications,
    rubrics,
    scores,
    signals,
    versions,
)

__all__ = [
    "audit",
    "backtests",
    "criteria",
    "dataquality",
    "golden",
    "golden_pages",
    "guide",
    "previews",
    "proof",
    "publications",
    "rubrics",
    "scores",
    "signals",
    "versions",
]
