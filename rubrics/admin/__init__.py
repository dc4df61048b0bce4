"""Rubrics, their versions and criteria, and the scores they gave, in the admin."""

from rubrics.admin import (
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
