"""Account scores as JSON."""

from typing import Any

from rest_framework import serializers

from leads.api.serializers import AccountBriefSerializer
from rubrics.api.label_serializers import LabelledSerializer
from rubrics.api.serializers import ExplainedScoreSerializer, MemberLeadSerializer
from rubrics.models import AccountScore

NUMBERS = ["at", "fit", "fit_low", "fit_high", "behavior", "total", "is_pql"]


class AccountScoreSerializer(LabelledSerializer, serializers.ModelSerializer[AccountScore]):
    """The newest score of one account for one product."""

    account = AccountBriefSerializer(read_only=True)
    product = serializers.SlugField(source="product.key", read_only=True)
    rubric = serializers.SlugField(source="rubric.key", read_only=True)
    version = serializers.IntegerField(
        source="version.number", read_only=True, help_text="Number of the rubric's version."
    )

    class Meta:
        model = AccountScore
        fields = [
            "id",
            "account",
            "product",
            "rubric",
            "version",
            *NUMBERS,
            "band",
            "tier",
            "last_activity_at",
            "changed_at",
            "revision",
        ]


class MemberScoreSerializer(serializers.Serializer[Any]):
    """The score that represents a lead: of several products the one with the highest behavior."""

    product = serializers.SlugField(source="product.key")
    fit = serializers.IntegerField()
    behavior = serializers.IntegerField()
    total = serializers.IntegerField()
    is_pql = serializers.BooleanField()


class MemberSerializer(serializers.Serializer[Any]):
    """A lead of the account, with what it did for the account's score."""

    lead = MemberLeadSerializer()
    score = MemberScoreSerializer(allow_null=True)
    last_activity_at = serializers.DateTimeField(allow_null=True)


class AccountScoresSerializer(serializers.Serializer[Any]):
    """An account's scores, one a product, the one that counts first; and its members."""

    account = AccountBriefSerializer()
    scores = ExplainedScoreSerializer(many=True)
    members = MemberSerializer(
        many=True, help_text="Up to 200, the most recently active first. All: `/leads/?account=`."
    )
