"""Leads, accounts and outcomes as JSON."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.api.filters import parse_time
from leads.api.viewsets import StrictSerializer
from leads.models import Account, Identity, Lead, Outcome, Product, Trial
from leads.models.outcome import OutcomeKind


@extend_schema_field(OpenApiTypes.DATETIME)
class TimeInput(serializers.Field[Any, str, str, Any]):
    """An ISO 8601 time with its offset."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return parse_time(data if isinstance(data, str) else "")
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat())


class AccountBriefSerializer(serializers.ModelSerializer[Account]):
    class Meta:
        model = Account
        fields = ["id", "external_id", "name", "domain"]


class AccountSerializer(serializers.ModelSerializer[Account]):
    """A company with the newest value of each attribute known of it."""

    attributes = serializers.DictField(help_text="Newest value of each attribute.")

    class Meta:
        model = Account
        fields = [*AccountBriefSerializer.Meta.fields, "attributes", "is_synthetic", "created_at"]


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    class Meta:
        model = Identity
        fields = ["kind", "namespace", "value"]


class TrialSerializer(serializers.ModelSerializer[Trial]):
    product = serializers.SlugField(source="product.key", read_only=True)

    class Meta:
        model = Trial
        fields = ["product", "started_at", "ends_at"]


class OutcomeSerializer(serializers.ModelSerializer[Outcome]):
    """What became of a lead."""

    product = serializers.SlugField(source="product.key", read_only=True, allow_null=True)

    class Meta:
        model = Outcome
        fields = [
            "id",
            "lead",
            "product",
            "kind",
            "occurred_at",
            "amount",
            "currency",
            "note",
            "recorded_at",
        ]


class LeadBriefSerializer(serializers.ModelSerializer[Lead]):
    account = AccountBriefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Lead
        fields = ["id", "email", "name", "title", "account"]


class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A person trying the product, and every way your sources name them."""

    account = AccountBriefSerializer(read_only=True, allow_null=True)
    identities = IdentitySerializer(many=True, read_only=True)

    class Meta:
        model = Lead
        fields = [*LeadBriefSerializer.Meta.fields, "identities", "is_synthetic", "created_at"]


class LeadDetailSerializer(serializers.ModelSerializer[Lead]):
    """A lead with the newest value of each attribute, its trials and its outcomes."""

    identities = IdentitySerializer(many=True, read_only=True)
    account = AccountSerializer(read_only=True, allow_null=True)
    attributes = serializers.DictField(help_text="Newest value of each attribute.")
    trials = TrialSerializer(many=True, read_only=True)
    outcomes = OutcomeSerializer(many=True, read_only=True)
    merged_into = serializers.IntegerField(
        source="merged_into_id",
        read_only=True,
        allow_null=True,
        help_text="The lead this one became part of, if any.",
    )

    class Meta:
        model = Lead
        fields = [
            *LeadSerializer.Meta.fields,
            "attributes",
            "trials",
            "outcomes",
            "merged_into",
        ]


class OutcomeInputSerializer(StrictSerializer):
    """An outcome to record. Name the lead one way: ``lead``, ``user_id`` or ``email``."""

    lead = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Its id here."
    )
    user_id = serializers.CharField(
        required=False, max_length=254, help_text="Its user id in your product."
    )
    email = serializers.CharField(required=False, max_length=254)
    kind = serializers.ChoiceField(choices=OutcomeKind.choices)
    occurred_at = TimeInput(help_text="When it happened; ISO 8601 with its offset.")
    product = serializers.SlugField(
        required=False, max_length=60, help_text="Its key. Left out: of no product in particular."
    )
    amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, help_text="Needs `currency`."
    )
    currency = serializers.RegexField(
        "^[A-Z]{3}$",
        required=False,
        help_text="ISO 4217, e.g. USD. Needs `amount`.",
        error_messages={"invalid": "Give three capital letters, e.g. USD."},
    )
    note = serializers.CharField(required=False, max_length=300, allow_blank=True)

    def validate_product(self, key: str) -> Product:
        product = Product.objects.filter(key=key).first()
        if product is None:
            raise serializers.ValidationError(f"No product has the key “{key}”.")
        return product

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("lead", "user_id", "email")) != 1:
            raise serializers.ValidationError(
                "Name the lead by exactly one of `lead`, `user_id` and `email`."
            )
        if "amount" in attrs and "currency" not in attrs:
            raise serializers.ValidationError({"currency": "An amount needs its currency."})
        if "currency" in attrs and "amount" not in attrs:
            raise serializers.ValidationError({"amount": "A currency needs its amount."})
        return attrs
