"""Leads, accounts and outcomes over HTTP."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.filtersets import AccountFilterSet, LeadFilterSet
from leads.api.serializers import (
    AccountSerializer,
    LeadDetailSerializer,
    LeadSerializer,
    OutcomeInputSerializer,
    OutcomeSerializer,
)
from leads.api.viewsets import StrictViewSet
from leads.models import Account, Lead, Outcome
from leads.models.identity import IdentityKind
from leads.services import record_outcome


@extend_schema_view(
    list=extend_schema(
        summary="List leads",
        description="Everybody who tries the product, by id. Leads merged into another one are "
        "not listed; the one they became part of is.",
    ),
    retrieve=extend_schema(
        summary="Get a lead",
        description="One lead with identities, attributes, trials and outcomes. A merged lead "
        "says in `merged_into` where its facts are now.",
    ),
)
@extend_schema(tags=["Leads"])
class LeadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Lead]):
    scopes = {"GET": "read:scores"}
    queryset = Lead.objects.all()
    filterset_class = LeadFilterSet

    def get_queryset(self) -> QuerySet[Lead]:
        leads = Lead.objects.select_related("account").prefetch_related("identities")
        if self.action == "list":
            return leads.living()
        return leads.prefetch_related("trials__product", "outcomes__product")

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Lead]]:
        return LeadSerializer if self.action == "list" else LeadDetailSerializer


@extend_schema_view(
    list=extend_schema(summary="List accounts", description="Every company, by id."),
    retrieve=extend_schema(
        summary="Get an account",
        description="One company with its attributes. Its leads: `/leads/?account=<id>`.",
    ),
)
@extend_schema(tags=["Leads"])
class AccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Account]):
    scopes = {"GET": "read:scores"}
    queryset = Account.objects.all()
    serializer_class = AccountSerializer
    filterset_class = AccountFilterSet


@extend_schema(tags=["Outcomes"])
class OutcomeViewSet(StrictViewSet[Outcome]):
    scopes = {"POST": "ingest"}
    queryset = Outcome.objects.none()
    serializer_class = OutcomeInputSerializer

    @extend_schema(
        summary="Record an outcome",
        description="What became of a lead: the truth that scores are checked against. Sending "
        "the same outcome again changes nothing.",
        responses={201: OutcomeSerializer},
        examples=[
            OpenApiExample(
                "A won deal",
                value={
                    "email": "ada@acme.example",
                    "kind": "closed_won",
                    "occurred_at": "2026-11-01T09:00:00Z",
                    "amount": "12000.00",
                    "currency": "USD",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        body = OutcomeInputSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        lead = _named_lead(values)
        if values["occurred_at"] > timezone.now():
            raise serializers.ValidationError({"occurred_at": "This lies in the future."})
        outcome = record_outcome(lead=lead, **values)
        return Response(OutcomeSerializer(outcome).data, status=status.HTTP_201_CREATED)


def _named_lead(values: dict[str, Any]) -> Lead:
    """Take the naming of the lead out of ``values``; find the lead, following merges."""
    living = Lead.objects.living()
    if "lead" in values:
        name, found = "lead", living.filter(pk=values.pop("lead"))
    elif "user_id" in values:
        name, found = "user_id", living.known_as(IdentityKind.USER, values.pop("user_id"))
    else:
        name, found = "email", living.known_as(IdentityKind.EMAIL, values.pop("email"))
    leads = list(found.order_by("pk")[:2])
    if not leads:
        raise serializers.ValidationError({name: "No lead is known by this."})
    if len(leads) > 1:
        raise serializers.ValidationError(
            {name: "Several leads are known by this, in different namespaces. Use `lead`."}
        )
    return leads[0]
