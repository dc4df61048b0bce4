"""Scores and rubrics over HTTP."""

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.pagination import ChangeFeedPagination
from leads.api.problems import Conflict, InvalidParameters
from leads.api.viewsets import StrictViewSet
from leads.models import Lead
from leads.models.identity import IdentityKind
from rubrics import previews, publishing
from rubrics.api.comparing import (
    LeadComparisonsSerializer,
    LeadEvidenceSerializer,
    ScoreCompareQuery,
    ScoreEvidenceQuery,
)
from rubrics.api.explaining import ExplainingViewSet
from rubrics.api.filtersets import RubricFilterSet, RubricVersionFilterSet, ScoreFilterSet
from rubrics.api.previews import PreviewSerializer
from rubrics.api.publications import PublicationSerializer, PublishSerializer
from rubrics.api.serializers import (
    LeadScoreLookupQuery,
    LeadScoresSerializer,
    RubricSerializer,
    RubricVersionDetailSerializer,
    RubricVersionSerializer,
    ScoreQuery,
    ScoreSerializer,
)
from rubrics.api.version_comparing import CompareVersionsQuery, VersionComparisonSerializer
from rubrics.comparing import compare_documents
from rubrics.errors import VersionNotPublishable
from rubrics.files import version_document
from rubrics.files.naming import comparable_version
from rubrics.measures import SpecError
from rubrics.models import Rubric, RubricVersion, Score
from rubrics.scoring.types import Subject

READ_RUBRICS = ("read:scores", "manage:rubrics")


@extend_schema_view(
    list=extend_schema(
        summary="List scores",
        description="The newest score of every lead, oldest change first, made for keeping a copy "
        "in step: walk the pages to the end, keep `resume_from`, and give it as `changed_since` "
        "next time. A score that changes moves to the end of the list, so a walk may meet it "
        "twice but never misses it (at least once): write by `id` and keep the higher `revision`.",
    ),
)
@extend_schema(tags=["Scores"])
class ScoreViewSet(mixins.ListModelMixin, StrictViewSet[Score]):
    scopes = {"GET": "read:scores"}
    queryset = Score.objects.select_related(
        "lead__account", "rubric__product", "version"
    ).prefetch_related("lead__identities")
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilterSet
    pagination_class = ChangeFeedPagination


@extend_schema_view(
    score=extend_schema(
        operation_id="leads_score",
        summary="Explain a lead's score",
        description="Every rubric's score of this lead with the lines that make it. With `as_of` "
        "or `version` it is computed for that moment or version, and nothing is stored. Each line "
        "says what was measured, when it last happened and what its next step gives; "
        "`include=advice` adds what would make the lead a PQL, or until when it is one.",
        parameters=[ScoreQuery],
        responses=LeadScoresSerializer,
    ),
    evidence=extend_schema(
        operation_id="leads_score_evidence",
        summary="Get the events behind a line",
        description="The newest hits that a criterion of the lead's score looked at, each with its "
        "event: as of the moment the score is of, or any past one. 404 if no score of the lead has "
        "such a criterion.",
        parameters=[ScoreEvidenceQuery],
        responses=LeadEvidenceSerializer,
    ),
    compare=extend_schema(
        operation_id="leads_score_compare",
        summary="Compare two scores of a lead",
        description="What changed from one moment to another, or from one version to another, in "
        "words and line by line. Both are computed, and nothing is stored.",
        parameters=[ScoreCompareQuery],
        responses=LeadComparisonsSerializer,
    ),
)
@extend_schema(tags=["Scores"])
class LeadScoreViewSet(ExplainingViewSet[Lead]):
    """A lead's scores, explained."""

    queryset = Lead.objects.select_related("account").prefetch_related("identities")
    serializer_class = LeadScoresSerializer
    query_serializers = {**ExplainingViewSet.query_serializers, "lookup": LeadScoreLookupQuery}
    subject = Subject.LEAD
    evidence_serializer = LeadEvidenceSerializer
    comparisons_serializer = LeadComparisonsSerializer

    @extend_schema(
        operation_id="leads_score_lookup",
        summary="Explain a score by e-mail or user id",
        description="As `/leads/{id}/score/`, with the lead named as your systems name it.",
        parameters=[LeadScoreLookupQuery],
        responses=LeadScoresSerializer,
    )
    @action(detail=False, methods=["get"], url_path="score")
    def lookup(self, request: Request) -> Response:
        query = self.query()
        kind, name = (
            (IdentityKind.EMAIL, "email") if "email" in query else (IdentityKind.USER, "user_id")
        )
        leads = Lead.objects.living().known_as(kind, query[name])
        leads = leads.select_related("account").prefetch_related("identities")
        found = list(leads.order_by("pk")[:2])
        if not found:
            raise Http404("No lead is known by this.")
        if len(found) > 1:
            raise InvalidParameters(
                {name: "Several leads are known by this, in different namespaces. Use their id."}
            )
        return self.explain(found[0], query)


@extend_schema_view(
    list=extend_schema(summary="List rubrics", description="Every rubric, by id."),
    retrieve=extend_schema(
        summary="Get a rubric",
        description="One rubric. Its versions: `/rubric-versions/?rubric=<key>`.",
    ),
)
@extend_schema(tags=["Rubrics"])
class RubricViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Rubric]):
    scopes = {"GET": READ_RUBRICS}
    queryset = Rubric.objects.select_related("product")
    serializer_class = RubricSerializer
    filterset_class = RubricFilterSet


@extend_schema_view(
    list=extend_schema(
        summary="List rubric versions", description="Every version of every rubric, by id."
    ),
    retrieve=extend_schema(
        summary="Get a rubric version",
        description="One version with its criteria, tiers and lists as one document.",
    ),
)
@extend_schema(tags=["Rubrics"])
class RubricVersionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[RubricVersion]
):
    scopes = {"GET": READ_RUBRICS, "POST": "manage:rubrics"}
    queryset = RubricVersion.objects.select_related("rubric__product")
    filterset_class = RubricVersionFilterSet
    query_serializers = {"compare": CompareVersionsQuery}

    def get_serializer_class(self) -> type[serializers.BaseSerializer[RubricVersion]]:
        return RubricVersionSerializer if self.action == "list" else RubricVersionDetailSerializer

    @extend_schema(
        summary="Preview a version",
        description="Starts to find out what the version would do to everybody's score; nothing "
        "is written that anybody sees. Answers at once; `/previews/{id}/` tells how far it is and "
        "what it found. One that is under way already is answered again. 409 with the field if "
        "the version cannot be scored.",
        request=None,
        responses={202: PreviewSerializer},
        examples=[OpenApiExample("Nothing to send", value=None, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str) -> Response:
        user = cast("User", request.user)  # HasScope lets no anonymous one through
        try:
            started = previews.start_preview(self.get_object(), by=user, at=timezone.now())
        except SpecError as error:
            raise Conflict(f"It cannot be scored. {error}") from error
        except previews.PreviewRunning as running:
            started = running.preview
        return Response(PreviewSerializer(started).data, status=202)

    @extend_schema(
        summary="Compare two versions in words",
        description="What is different in this version against another one, of any rubric; by "
        "default the published one of its own rubric, else the newest other. 409 if either is a "
        "draft that is no whole rubric yet.",
        parameters=[CompareVersionsQuery],
        responses=VersionComparisonSerializer,
    )
    @action(detail=True, methods=["get"])
    def compare(self, request: Request, pk: str) -> Response:
        now, chosen = self.get_object(), self.query().get("with")
        then = self.queryset.filter(pk=chosen).first() if chosen else comparable_version(now)
        if then is None:
            raise InvalidParameters({"with": "There is no such version to compare with."})
        try:
            found = compare_documents(version_document(then), version_document(now))
        except SpecError as error:
            raise Conflict(str(error)) from error
        return Response(
            VersionComparisonSerializer({"then": then, "now": now, "comparison": found}).data
        )

    @extend_schema(
        summary="Publish a draft",
        description="Freezes this draft and scores everybody by it in the background, out of "
        "sight. Once all are done it is the version that scores, for all leads at once, and the "
        "one before it is retired. Answers with the publication: ask for it again to see how far "
        "it is. 409 with the reasons if the draft cannot be published, or not now.",
        request=PublishSerializer,
        responses={202: PublicationSerializer},
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        given = PublishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = cast("User", request.user)  # HasScope lets no anonymous one through
        try:
            publication = publishing.publish_version(
                self.get_object(), by=user, at=timezone.now(), **given.validated_data
            )
        except VersionNotPublishable as error:
            raise Conflict(str(error)) from error
        return Response(PublicationSerializer(publication).data, status=202)
