"""Account scores over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins

from leads.api.pagination import ChangeFeedPagination
from leads.api.viewsets import StrictViewSet
from leads.models import Account, Lead
from rubrics.accounts import members
from rubrics.api.account_serializers import AccountScoreSerializer, AccountScoresSerializer
from rubrics.api.comparing import (
    AccountComparisonsSerializer,
    AccountEvidenceSerializer,
    ScoreCompareQuery,
    ScoreEvidenceQuery,
)
from rubrics.api.explaining import ExplainingViewSet
from rubrics.api.filtersets import AccountScoreFilterSet
from rubrics.api.serializers import ScoreQuery
from rubrics.models import AccountScore
from rubrics.scoring.types import Subject


@extend_schema_view(
    list=extend_schema(
        summary="List account scores",
        description="The newest score of every account, oldest change first, by rubrics of "
        "accounts. Made for keeping a copy in step, as `/scores/` is: walk the pages to the end, "
        "keep `resume_from`, and give it as `changed_since` next time.",
    ),
)
@extend_schema(tags=["Scores"])
class AccountScoreViewSet(mixins.ListModelMixin, StrictViewSet[AccountScore]):
    scopes = {"GET": "read:scores"}
    queryset = AccountScore.objects.select_related("account", "product", "rubric", "version")
    serializer_class = AccountScoreSerializer
    filterset_class = AccountScoreFilterSet
    pagination_class = ChangeFeedPagination


@extend_schema_view(
    score=extend_schema(
        operation_id="accounts_score",
        summary="Explain an account's score",
        description="The account's score for each product with the lines that make it, as "
        "`/leads/{id}/score/` gives a lead's, and its members with their own scores. No scores "
        "unless a rubric of accounts is published. A past moment is that of the people who "
        "belonged to the account then; `members` are those of now.",
        parameters=[ScoreQuery],
        responses=AccountScoresSerializer,
    ),
    evidence=extend_schema(
        operation_id="accounts_score_evidence",
        summary="Get the events behind a line of an account",
        description="The newest hits that a criterion of the account's score looked at, each with "
        "its event and the lead whose it is: as of the moment the score is of, or any past one. "
        "404 if no score of the account has such a criterion.",
        parameters=[ScoreEvidenceQuery],
        responses=AccountEvidenceSerializer,
    ),
    compare=extend_schema(
        operation_id="accounts_score_compare",
        summary="Compare two scores of an account",
        description="What changed from one moment to another, or from one version to another, in "
        "words and line by line. Both are computed, and nothing is stored.",
        parameters=[ScoreCompareQuery],
        responses=AccountComparisonsSerializer,
    ),
)
@extend_schema(tags=["Scores"])
class ScoredAccountViewSet(ExplainingViewSet[Account]):
    """An account's scores, explained, and its members' activity."""

    queryset = Account.objects.all()
    serializer_class = AccountScoresSerializer
    subject = Subject.ACCOUNT
    evidence_serializer = AccountEvidenceSerializer
    comparisons_serializer = AccountComparisonsSerializer

    def beside(self, owner: Account) -> dict[str, Any]:
        return {"members": members(Lead.objects.living().filter(account=owner))}
