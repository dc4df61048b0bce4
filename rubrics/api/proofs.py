"""Proofs over HTTP: are the stored scores what the facts give, and when was that last found?"""

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.viewsets import StrictViewSet
from rubrics.models import Proof


class ProofSerializer(serializers.ModelSerializer[Proof]):
    """One pass over the stored scores, each derived again from the facts."""

    rubric = serializers.SlugField(
        source="rubric.key",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="The only rubric whose scores it looks at; null: all.",
    )
    percent = serializers.IntegerField(read_only=True, help_text="How far it is.")

    class Meta:
        model = Proof
        fields = [
            "id",
            "reason",
            "rubric",
            "state",
            "started_at",
            "finished_at",
            "percent",
            "checked",
            "mismatched",
            "waiting",
            "overdue",
        ]


@extend_schema_view(
    list=extend_schema(
        summary="List proofs",
        description="Every proof of the last 90 days, by id: how many stored scores were derived "
        "again from the facts (`checked`), and how many were not what they give (`mismatched`).",
    ),
)
@extend_schema(tags=["Scores"])
class ProofViewSet(mixins.ListModelMixin, StrictViewSet[Proof]):
    scopes = {"GET": "read:scores"}
    queryset = Proof.objects.select_related("rubric")
    serializer_class = ProofSerializer

    @extend_schema(
        summary="Get the latest proof",
        description="The newest proof of all scores that went to its end: for monitoring. 404 "
        "before the first one has.",
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def latest(self, request: Request) -> Response:
        proof = Proof.objects.finished().of_all().select_related("rubric").first()
        if proof is None:
            raise Http404("No proof has gone to its end yet.")
        return Response(self.get_serializer(proof).data)
