"""Account scores over HTTP."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.pagination import ChangeFeedPagination
from leads.api.viewsets import StrictViewSet
from leads.models import Account, Lead
from rubrics.accounts import members, standings
from rubrics.api.account_serializers import AccountScoreSerializer, AccountScoresSerializer
from rubrics.api.filtersets import AccountScoreFilterSet
from rubrics.models import AccountScore


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


@extend_schema(tags=["Scores"])
class ScoredAccountViewSet(StrictViewSet[Account]):
    """An account's scores with every line, and its members' activity."""

    scopes = {"GET": "read:scores"}
    queryset = Account.objects.all()
    serializer_class = AccountScoresSerializer
    pagination_class = None

    @extend_schema(
        operation_id="accounts_score",
        summary="Explain an account's score",
        description="The account's score for each product with the lines that make it, and its "
        "members with their own scores. No scores unless a rubric of accounts is published.",
        responses=AccountScoresSerializer,
    )
    @action(detail=True, methods=["get"])
    def score(self, request: Request, pk: str) -> Response:
        account = self.get_object()
        told = {
            "account": account,
            "scores": standings(account),
            "members": members(Lead.objects.living().filter(account=account)),
        }
        return Response(AccountScoresSerializer(told).data)
