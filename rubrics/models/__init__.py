"""The scoring models and their results."""

from rubrics.models.account_score import AccountScore, AccountScoreChange
from rubrics.models.approval import Approval
from rubrics.models.backtest import Backtest, BacktestChunk
from rubrics.models.band import Band
from rubrics.models.criterion import Criterion, Tier
from rubrics.models.criterion_group import CriterionGroup
from rubrics.models.data_audit import DataAudit
from rubrics.models.golden_lead import GoldenLead
from rubrics.models.next_score import NextAccountScore, NextScore
from rubrics.models.preview import Preview, PreviewLead
from rubrics.models.proof import Proof, ProofMismatch
from rubrics.models.publication import Publication
from rubrics.models.rubric import Rubric, RubricVersion
from rubrics.models.rubric_list import RubricList
from rubrics.models.score import Score, ScoreChange
from rubrics.models.setup_guide import SetupGuide

__all__ = [
    "AccountScore",
    "AccountScoreChange",
    "Approval",
    "Backtest",
    "BacktestChunk",
    "Band",
    "Criterion",
    "CriterionGroup",
    "DataAudit",
    "GoldenLead",
    "NextAccountScore",
    "NextScore",
    "Preview",
    "PreviewLead",
    "Proof",
    "ProofMismatch",
    "Publication",
    "Rubric",
    "RubricList",
    "RubricVersion",
    "Score",
    "ScoreChange",
    "SetupGuide",
    "Tier",
]
