"""Backtests over HTTP: start one, see how far it is, read what it found."""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.problems import InvalidParameters
from leads.api.viewsets import StrictViewSet
from leads.models.outcome import OutcomeKind
from rubrics.backtests.examples import CONVERSIONS, MomentKind
from rubrics.backtests.starting import Asking, BacktestRefused, start_backtest
from rubrics.measures import SpecError
from rubrics.models import Backtest, RubricVersion
from rubrics.models.backtest import BacktestMoment


class BacktestSerializer(serializers.ModelSerializer[Backtest]):
    """A version over past leads, and how far it is."""

    rubric = serializers.SlugField(source="version.rubric.key", read_only=True)
    version = serializers.IntegerField(source="version_id", read_only=True)
    beside = serializers.IntegerField(
        source="beside_id", read_only=True, allow_null=True, help_text="Compared with it."
    )
    percent = serializers.IntegerField(read_only=True, help_text="How far it is.")
    question = serializers.CharField(source="question_words", read_only=True)

    class Meta:
        model = Backtest
        fields = [
            "id",
            "rubric",
            "version",
            "beside",
            "state",
            "problem",
            "percent",
            "started_at",
            "finished_at",
            "subject",
            "question",
            "since",
            "until",
            "moment",
            "days",
            "horizon_days",
            "kinds",
        ]


class BacktestDetailSerializer(BacktestSerializer):
    """With the whole report: every figure with its number of leads and its interval. Of a version
    that scores accounts ``leads`` are accounts, as ``subject`` says."""

    results = serializers.DictField(read_only=True, help_text="Empty until it is done.")

    class Meta(BacktestSerializer.Meta):
        fields = [*BacktestSerializer.Meta.fields, "results"]


class StartBacktestSerializer(serializers.Serializer[Any]):
    """What is left out is chosen to fit the data."""

    version = serializers.IntegerField(help_text="Id of the version.")
    beside = serializers.IntegerField(required=False, help_text="Id of one to compare it with.")
    since = serializers.DateTimeField(required=False, help_text="Signed up from.")
    until = serializers.DateTimeField(required=False, help_text="Signed up before.")
    moment = serializers.ChoiceField(
        choices=BacktestMoment.choices, default=BacktestMoment.AFTER_SIGN_UP
    )
    days = serializers.IntegerField(required=False, min_value=0, max_value=3650)
    horizon_days = serializers.IntegerField(required=False, min_value=1, max_value=3650)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=OutcomeKind.choices),
        required=False,
        allow_empty=False,
        help_text="Outcomes that count as converted.",
    )


@extend_schema_view(
    list=extend_schema(summary="List backtests", description="Every backtest, by id."),
    retrieve=extend_schema(
        summary="Get a backtest",
        description="How far it is and, once `state` is `done`, its whole report in `results`.",
    ),
)
@extend_schema(tags=["Rubrics"])
class BacktestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Backtest]):
    scopes = {"GET": ("read:scores", "manage:rubrics"), "POST": "manage:rubrics"}
    queryset = Backtest.objects.select_related("version__rubric").defer(
        "document", "beside_document", "ages"
    )

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Backtest]]:
        return BacktestSerializer if self.action == "list" else BacktestDetailSerializer

    @extend_schema(
        summary="Start a backtest",
        description="Replays a version over past leads (or accounts, if it scores those) in the "
        "background; ask for it again to see "
        "how far it is. Nobody's score changes.",
        request=StartBacktestSerializer,
        responses={201: BacktestDetailSerializer},
        examples=[OpenApiExample("All answers fitted to the data", value={"version": 1})],
    )
    def create(self, request: Request) -> Response:
        given = StartBacktestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        try:
            started = start_backtest(
                _version(values, "version"),
                beside=_version(values, "beside") if "beside" in values else None,
                asking=Asking(
                    since=_moment(values, "since"),
                    until=_moment(values, "until"),
                    moment=MomentKind(values["moment"]),
                    days=values.get("days"),
                    horizon_days=values.get("horizon_days"),
                    kinds=values.get("kinds") or CONVERSIONS,
                ),
                at=timezone.now(),
                by=cast("User", request.user),  # HasScope lets no anonymous one through
            )
        except BacktestRefused as refused:
            raise InvalidParameters({refused.field: str(refused)}) from refused
        except SpecError as error:
            raise InvalidParameters({"version": f"It cannot be scored yet. {error}"}) from error
        return Response(self.get_serializer(started).data, status=status.HTTP_201_CREATED)


def _moment(values: dict[str, Any], name: str) -> datetime | None:
    moment: datetime | None = values.get(name)
    return moment


def _version(values: dict[str, Any], name: str) -> RubricVersion:
    version = RubricVersion.objects.select_related("rubric").filter(pk=values[name]).first()
    if version is None:
        raise InvalidParameters({name: "No rubric version has this id."})
    return version
