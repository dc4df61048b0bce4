"""A person's alerts over HTTP: the same inbox as on the pages, and read in one is read in both."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.viewsets import StrictSerializer, StrictViewSet
from routing.alerts import inbox
from routing.api.filtersets import SEVERITIES, AlertFilterSet
from routing.models import Alert
from routing.models.alert import Severity


class AlertScoresSerializer(serializers.Serializer[Any]):
    """Both scores and the total when it was told, each with its maximum."""

    fit = serializers.IntegerField()
    max_fit = serializers.IntegerField()
    behavior = serializers.IntegerField()
    max_behavior = serializers.IntegerField()
    total = serializers.IntegerField()
    max_total = serializers.IntegerField()
    band = serializers.CharField(default="")
    tier = serializers.CharField(default="")


class AlertReasonSerializer(serializers.Serializer[Any]):
    points = serializers.IntegerField()
    text = serializers.CharField()


class AlertFigureSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """What one person was told, as it was when it was made. Texts that do not apply are empty."""

    severity = serializers.SerializerMethodField()
    pql = serializers.IntegerField(source="qualification_id", read_only=True, allow_null=True)
    lead = serializers.IntegerField(source="lead_id", read_only=True, allow_null=True)
    message = serializers.CharField(source="content.message", default="")
    person = serializers.CharField(source="content.person", default="")
    job_title = serializers.CharField(source="content.job_title", default="")
    company = serializers.CharField(source="content.company", default="")
    product = serializers.CharField(source="content.product", default="")
    scores = AlertScoresSerializer(source="content.scores", default=None, allow_null=True)
    reasons = AlertReasonSerializer(source="content.reasons", many=True, default=list)
    last_activity = serializers.CharField(source="content.last_activity", default="")
    suggested_message = serializers.CharField(source="content.suggested_message", default="")
    figures = AlertFigureSerializer(source="content.figures", many=True, default=list)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = [
            "id",
            "kind",
            "severity",
            "title",
            "message",
            "lead",
            "pql",
            "person",
            "job_title",
            "company",
            "product",
            "scores",
            "reasons",
            "last_activity",
            "suggested_message",
            "figures",
            "url",
            "created_at",
            "read_at",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": [name for name, _ in SEVERITIES]})
    def get_severity(self, alert: Alert) -> str:
        return Severity(alert.severity).name.lower()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, alert: Alert) -> str:
        """Where it leads, on the pages."""
        url: str = self.context["request"].build_absolute_uri(alert.content.get("path", "/"))
        return url


class ReadInputSerializer(StrictSerializer):
    """How far somebody has read."""

    until = serializers.IntegerField(
        min_value=1, max_value=2**62, help_text="Id of the newest alert that was seen."
    )


@extend_schema_view(
    list=extend_schema(
        summary="List alerts",
        description="The caller's own, by id, so the oldest first: every one is here at once, also "
        "those that quiet hours or a digest hold back elsewhere. To fetch what is new, ask for "
        "`unread=true`, or for those `since` a little before the newest one known, and skip ids "
        "that are known.",
    ),
    retrieve=extend_schema(summary="Get an alert", description="One of the caller's own."),
)
@extend_schema(tags=["Alerts"])
class AlertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Alert]):
    scopes = {"GET": "work:pqls", "POST": "work:pqls"}
    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    filterset_class = AlertFilterSet

    def get_queryset(self) -> QuerySet[Alert]:
        if getattr(self, "swagger_fake_view", False):
            return Alert.objects.none()
        return Alert.objects.of_user(self._person().pk)

    @extend_schema(
        summary="Mark an alert as read",
        description="Harmless twice: the first time counts.",
        request=None,
        responses=AlertSerializer,
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        inbox.read_alert(self.get_object(), at=timezone.now())
        return self._told()

    @extend_schema(
        summary="Keep an alert for later",
        description="It counts as unread again.",
        request=None,
        responses=AlertSerializer,
    )
    @action(detail=True, methods=["post"])
    def unread(self, request: Request, pk: str) -> Response:
        inbox.unread_alert(self.get_object())
        return self._told()

    @extend_schema(
        operation_id="alerts_read_all",
        summary="Mark alerts as read",
        description="All of the caller's up to the newest one seen; what came since stays new.",
        request=ReadInputSerializer,
        responses=inline_serializer("AlertsRead", {"marked": serializers.IntegerField()}),
        examples=[OpenApiExample("Up to an id", value={"until": 12}, request_only=True)],
    )
    @action(detail=False, methods=["post"], url_path="read", url_name="read-all")
    def read_all(self, request: Request) -> Response:
        body = ReadInputSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        until = body.validated_data["until"]
        marked = inbox.read_all(self._person(), until=until, at=timezone.now())
        return Response({"marked": marked})

    def _person(self) -> User:
        return cast("User", self.request.user)  # HasScope lets no anonymous one through

    def _told(self) -> Response:
        """The alert as it is now."""
        return Response(self.get_serializer(self.get_object()).data)
