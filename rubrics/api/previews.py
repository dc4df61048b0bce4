"""Previews over HTTP: what a draft would change, started by a POST and read when it is done."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.pagination import StableCursorPagination
from leads.api.serializers import AccountBriefSerializer, LeadBriefSerializer
from leads.api.viewsets import StrictViewSet
from rubrics.api.filtersets import PreviewFilterSet
from rubrics.models import Preview, PreviewLead
from rubrics.models.preview import Movement
from rubrics.previews import is_outdated
from rubrics.previews.summary import Summary, summarize
from rubrics.previews.tallies import AXES, SIDES
from rubrics.previews.verdict import comparison


class CountSerializer(serializers.Serializer[Any]):
    """One thing counted by what scores now, and with the draft."""

    label = serializers.CharField()  # type: ignore[assignment]  # a name of the base class
    now = serializers.IntegerField()
    then = serializers.IntegerField()


class ShareSerializer(serializers.Serializer[Any]):
    """PQLs among those who signed up within some days."""

    label = serializers.CharField()  # type: ignore[assignment]  # a name of the base class
    sign_ups = serializers.IntegerField()
    now = serializers.IntegerField()
    then = serializers.IntegerField()
    level = serializers.ChoiceField(
        choices=["good", "edge", "off", ""],
        help_text="Of `then`, by the benchmark of 5 to 15 %; empty: too few to judge.",
    )
    verdict = serializers.CharField(help_text="The same in words.")


class ResultSerializer(serializers.Serializer[Summary]):
    """What a preview found."""

    seen = serializers.IntegerField(help_text="Who tries the product.")
    pqls = CountSerializer()
    entered = serializers.IntegerField(help_text="Would become PQLs.")
    left = serializers.IntegerField(help_text="Would be PQLs no longer.")
    stayed = serializers.IntegerField(help_text="PQLs now and then.")
    moved = serializers.IntegerField(help_text="Of these, with another score.")
    changed = serializers.IntegerField(help_text="No PQLs now or then, with another score.")
    shares = ShareSerializer(many=True)
    bands = CountSerializer(many=True)
    tiers = CountSerializer(many=True)
    near = CountSerializer(many=True, help_text="No PQLs, by the points that are missing.")
    unsure = CountSerializer(help_text="PQLs if all that is unknown of their fit turned out best.")
    countries = CountSerializer(many=True, help_text="PQLs by country; empty: unknown.")


class PreviewSerializer(serializers.ModelSerializer[Preview]):
    """One look at what a draft would change."""

    product = serializers.SlugField(source="product.key", read_only=True)
    rubric = serializers.SlugField(
        source="rubric.key", read_only=True, allow_null=True, default=None
    )
    version = serializers.IntegerField(
        source="version_id", read_only=True, allow_null=True, help_text="Its id; null: of a file."
    )
    percent = serializers.IntegerField(read_only=True, help_text="How far it is.")

    class Meta:
        model = Preview
        fields = [
            "id",
            "product",
            "rubric",
            "version",
            "label",
            "state",
            "problem",
            "percent",
            "started_at",
            "finished_at",
            "at",
        ]


class PreviewDetailSerializer(PreviewSerializer):
    """A preview with what it found so far."""

    is_outdated = serializers.SerializerMethodField(help_text="The draft was edited since.")
    results = serializers.SerializerMethodField()
    histograms = serializers.SerializerMethodField(
        help_text="`now` and `then`, by axis: score -> how many."
    )
    outcomes = serializers.SerializerMethodField(
        help_text="Both sides on past outcomes, with 95 % intervals; null if there are none."
    )

    class Meta(PreviewSerializer.Meta):
        fields = [
            *PreviewSerializer.Meta.fields,
            "is_outdated",
            "results",
            "histograms",
            "outcomes",
        ]

    def get_is_outdated(self, preview: Preview) -> bool:
        return is_outdated(preview)

    @extend_schema_field(ResultSerializer)
    def get_results(self, preview: Preview) -> Any:
        return ResultSerializer(summarize(preview)).data

    def get_histograms(self, preview: Preview) -> dict[str, dict[str, dict[str, int]]]:
        return {
            side: {axis: preview.tallies.get(f"{side}.{axis}", {}) for axis in AXES}
            for side in SIDES
        }

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_outcomes(self, preview: Preview) -> Any:
        return comparison(preview)


class PreviewLineSerializer(serializers.Serializer[Any]):
    """A line that gives other points; null where there is no such line."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of the base class
    axis = serializers.CharField()
    now = serializers.IntegerField(allow_null=True)
    then = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()


class PreviewLeadSerializer(serializers.ModelSerializer[PreviewLead]):
    """Somebody whom the draft makes a PQL, or no longer one, and by which lines."""

    lead = LeadBriefSerializer(read_only=True, allow_null=True)
    account = AccountBriefSerializer(read_only=True, allow_null=True)
    lines = PreviewLineSerializer(many=True, read_only=True)
    why = serializers.CharField(read_only=True, help_text="The lines in a few words.")

    class Meta:
        model = PreviewLead
        fields = [
            "id",
            "movement",
            "lead",
            "account",
            "now_total",
            "now_fit",
            "now_behavior",
            "then_total",
            "then_fit",
            "then_behavior",
            "now_rubric",
            "then_rubric",
            "why",
            "lines",
        ]


class PreviewLeadQuery(serializers.Serializer[Any]):
    movement = serializers.ChoiceField(choices=Movement.choices, required=False)
    cursor = serializers.CharField(
        required=False, help_text="Where the page begins: from the `next` of the page before."
    )
    page_size = serializers.CharField(
        required=False, help_text=f"Rows on a page, 1 to {StableCursorPagination.max_page_size}."
    )


@extend_schema_view(
    list=extend_schema(
        summary="List previews", description="Every preview of the last 90 days, by id."
    ),
    retrieve=extend_schema(
        summary="Get a preview",
        description="How far it is and what it found so far: PQLs now and then, shares of "
        "sign-ups, histograms, and both versions on past outcomes once it is done. Started by "
        "`POST /rubric-versions/{id}/preview/`.",
    ),
)
@extend_schema(tags=["Rubrics"])
class PreviewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Preview]):
    scopes = {"GET": ("read:scores", "manage:rubrics")}
    queryset = Preview.objects.select_related("product", "rubric", "version__rubric")
    filterset_class = PreviewFilterSet
    query_serializers = {"leads": PreviewLeadQuery}

    def get_queryset(self) -> QuerySet[Preview]:
        rows = super().get_queryset()
        return (
            rows
            if self.action == "retrieve"
            else Preview.objects.without_results()
            .filter(pk__in=rows.values("pk"))
            .select_related("product", "rubric")
        )

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Preview]]:
        return PreviewDetailSerializer if self.action == "retrieve" else PreviewSerializer

    @extend_schema(
        operation_id="previews_leads",
        summary="List who enters and leaves",
        description="Everybody whom the preview keeps by name, by id: who would become a PQL, who "
        "would be one no longer, and some who stay one with another score.",
        parameters=[PreviewLeadQuery],
        responses=PreviewLeadSerializer(many=True),
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def leads(self, request: Request, pk: str) -> Response:
        query, preview = self.query(), self.get_object()
        rows = preview.leads.select_related("lead__account", "account")
        if "movement" in query:
            rows = rows.filter(movement=query["movement"])
        rows = rows.prefetch_related("lead__identities")
        pages = StableCursorPagination()
        page = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response(PreviewLeadSerializer(page, many=True).data)
