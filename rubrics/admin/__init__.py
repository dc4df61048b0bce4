"""Rubrics, their versions and criteria, and the scores they gave, in the admin."""

from rubrics.admin import criteria, proof, rubrics, scores, versions

__all__ = ["criteria", "proof", "rubrics", "scores", "versions"]
