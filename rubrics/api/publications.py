"""Publications over HTTP: which version is going live, how far it is, and which ones went."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from leads.api.viewsets import StrictViewSet
from rubrics.api.filtersets import PublicationFilterSet
from rubrics.models import Publication


class PublishSerializer(serializers.Serializer[None]):
    """What may be said when a draft is published."""

    reason = serializers.CharField(
        required=False, max_length=500, help_text="Why; kept in the audit log."
    )
    override = serializers.CharField(
        required=False,
        max_length=500,
        help_text="Why in spite of what a first attempt was refused for, where that may be set "
        "aside; kept in the audit log.",
    )


class PublicationSerializer(serializers.ModelSerializer[Publication]):
    """A version on its way to scoring everybody, or that went it."""

    product = serializers.SlugField(source="product.key", read_only=True)
    rubric = serializers.SlugField(source="version.rubric.key", read_only=True)
    number = serializers.IntegerField(
        source="version.number", read_only=True, help_text="Of the version within its rubric."
    )
    replaces = serializers.IntegerField(
        source="replaces.number",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="Number of the version that scores before it; null: none of this rubric does.",
    )
    percent = serializers.IntegerField(read_only=True, help_text="How far it is.")

    class Meta:
        model = Publication
        fields = [
            "id",
            "kind",
            "product",
            "rubric",
            "version",
            "number",
            "replaces",
            "state",
            "reason",
            "started_at",
            "finished_at",
            "flipped_at",
            "total",
            "done",
            "percent",
            "skipped",
            "entered",
            "left",
            "problem",
        ]


@extend_schema_view(
    list=extend_schema(
        summary="List publications",
        description="Every version that went live, or is about to, by id.",
    ),
    retrieve=extend_schema(
        summary="Get a publication",
        description="How far it is (`percent`), and once it has flipped (`flipped_at`), how many "
        "leads became PQLs by it (`entered`) and how many are none any more (`left`).",
    ),
)
@extend_schema(tags=["Rubrics"])
class PublicationViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Publication]
):
    scopes = {"GET": ("read:scores", "manage:rubrics")}
    queryset = Publication.objects.select_related("product", "version__rubric", "replaces")
    serializer_class = PublicationSerializer
    filterset_class = PublicationFilterSet
