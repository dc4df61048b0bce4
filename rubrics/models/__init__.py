"""The scoring models and their results."""

from rubrics.models.account_score import AccountScore, AccountScoreChange
from rubrics.models.criterion import Criterion, Tier
from rubrics.models.rubric import Rubric, RubricList, RubricVersion
from rubrics.models.score import Score, ScoreChange

__all__ = [
    "AccountScore",
    "AccountScoreChange",
    "Criterion",
    "Rubric",
    "RubricList",
    "RubricVersion",
    "Score",
    "ScoreChange",
    "Tier",
]
