"""The scoring models and their results."""

from rubrics.models.criterion import Criterion, Tier
from rubrics.models.proof import Proof, ProofMismatch
from rubrics.models.rubric import Rubric, RubricList, RubricVersion
from rubrics.models.score import Score, ScoreChange

__all__ = [
    "Criterion",
    "Proof",
    "ProofMismatch",
    "Rubric",
    "RubricList",
    "RubricVersion",
    "Score",
    "ScoreChange",
    "Tier",
]
