"""Scores and rubrics as JSON."""

from typing import Any

from rest_framework import serializers

from leads.api.serializers import LeadBriefSerializer, TimeInput
from leads.models import Lead
from leads.models.identity import IdentityKind
from rubrics.api.advice import AdviceSerializer, UntilSerializer
from rubrics.api.label_serializers import (
    BandSerializer,
    LabelledSerializer,
    LineSerializer,
    TierField,
)
from rubrics.models import Rubric, RubricVersion, Score
from rubrics.rows import document_of


class ScoredLeadSerializer(LeadBriefSerializer):
    """The lead of a score, with the user ids that your systems know it by."""

    user_ids = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = [*LeadBriefSerializer.Meta.fields, "user_ids"]

    def get_user_ids(self, lead: Lead) -> list[str]:
        return [one.value for one in lead.identities.all() if one.kind == IdentityKind.USER]


class MemberLeadSerializer(serializers.ModelSerializer[Lead]):
    """A person of the account."""

    class Meta:
        model = Lead
        fields = ["id", "email", "name", "title"]


class ScoreSerializer(LabelledSerializer, serializers.ModelSerializer[Score]):
    """The newest score of one lead by one rubric."""

    lead = ScoredLeadSerializer(read_only=True)
    product = serializers.SlugField(source="rubric.product.key", read_only=True)
    rubric = serializers.SlugField(source="rubric.key", read_only=True)
    version = serializers.IntegerField(
        source="version.number", read_only=True, help_text="Number of the rubric's version."
    )

    class Meta:
        model = Score
        fields = [
            "id",
            "lead",
            "product",
            "rubric",
            "version",
            "at",
            "fit",
            "fit_low",
            "fit_high",
            "behavior",
            "total",
            "is_pql",
            "band",
            "tier",
            "last_activity_at",
            "changed_at",
            "revision",
        ]


class DetailedLineSerializer(LineSerializer):
    """A reason with what was measured and when, and what comes next."""

    measured = serializers.CharField(
        help_text="What was measured, in words; empty if it is unknown."
    )
    last_at = serializers.DateTimeField(allow_null=True, help_text="When the last of its hits was.")
    known_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when the fact is known that it looked at."
    )
    next_step = serializers.CharField(
        help_text="What its next step takes and gives; empty where none is possible any more."
    )
    evidence = serializers.CharField(
        allow_null=True, help_text="Address of the events behind it; null if it counts none."
    )


class ExplainedScoreSerializer(serializers.Serializer[Any]):
    """A score by one version at one moment, with every line that makes it."""

    product = serializers.SlugField()
    rubric = serializers.SlugField()
    version = serializers.IntegerField(help_text="Number of the rubric's version.")
    at = serializers.DateTimeField(help_text="The moment scored for.")
    fit = serializers.IntegerField()
    fit_low = serializers.IntegerField()
    fit_high = serializers.IntegerField()
    behavior = serializers.IntegerField()
    total = serializers.IntegerField()
    is_pql = serializers.BooleanField()
    last_activity_at = serializers.DateTimeField(
        help_text="The last activity by then; the sign-up if there was none."
    )
    segment = serializers.CharField(
        help_text="Which segment picked the rubric, and why; empty where there is but one, and for "
        "computed scores."
    )
    band = BandSerializer(allow_null=True)
    next_band = BandSerializer(
        allow_null=True, help_text="The band above it; null from the highest, or without bands."
    )
    tier = TierField()
    is_headline = serializers.BooleanField(
        help_text="Of several products' scores the one that counts, and comes first: the one "
        "with the highest behavior, then the highest total. Never their sum."
    )
    lines = DetailedLineSerializer(many=True)
    advice = AdviceSerializer(
        allow_null=True,
        help_text="With `include=advice`: what would make it a PQL. Else, and if it is one, null.",
    )  # fmt: skip
    pql_until = UntilSerializer(
        allow_null=True,
        help_text="With `include=advice`: when it stops being a PQL if nothing happens. Else null; "
        "so too if it is none, or stays one for the next 400 days.",
    )  # fmt: skip


class LeadScoresSerializer(serializers.Serializer[Any]):
    """A lead's scores, one a product. Empty until the lead has been scored."""

    lead = ScoredLeadSerializer()
    scores = ExplainedScoreSerializer(many=True)


class ScoreQuery(serializers.Serializer[Any]):
    """The parameters of the score of a lead or an account."""

    as_of = TimeInput(
        required=False, help_text="Score as of this past moment, from what was known then."
    )
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Id of a rubric version (see `/rubric-versions/`), a draft too. Left out: the "
        "published version of every rubric.",
    )
    include = serializers.ChoiceField(
        choices=["advice"],
        required=False,
        help_text="Also compute what would make it a PQL, and until when it is one.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "include" in attrs and "as_of" in attrs:
            text = "Advice looks ahead from now: leave `as_of` out."
            raise serializers.ValidationError({"include": text})
        return attrs


class LeadScoreLookupQuery(ScoreQuery):
    """The same, with the lead named by what your systems call it."""

    email = serializers.CharField(
        required=False, max_length=254, help_text="An e-mail of the lead; or `user_id`."
    )
    user_id = serializers.CharField(
        required=False, max_length=254, help_text="The lead's user id in your product."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("user_id" in attrs):
            text = "Name the lead by either `email` or `user_id`."
            raise serializers.ValidationError({"email": text})
        return super().validate(attrs)


class RubricSerializer(serializers.ModelSerializer[Rubric]):
    """The scoring model of one product."""

    product = serializers.SlugField(source="product.key", read_only=True)

    class Meta:
        model = Rubric
        fields = ["id", "product", "key", "name", "description", "created_at"]


class RubricVersionSerializer(serializers.ModelSerializer[RubricVersion]):
    """One numbered edition of a rubric."""

    rubric = serializers.SlugField(source="rubric.key", read_only=True)
    product = serializers.SlugField(source="rubric.product.key", read_only=True)

    class Meta:
        model = RubricVersion
        fields = [
            "id",
            "rubric",
            "product",
            "number",
            "status",
            "note",
            "source",
            "min_total",
            "min_fit",
            "min_behavior",
            "created_at",
            "published_at",
        ]


class RubricVersionDetailSerializer(RubricVersionSerializer):
    """A version with all that a score by it depends on."""

    document = serializers.SerializerMethodField(
        help_text="Thresholds, limits, decay, lists, signals, criteria and tiers, in the form that "
        "rubrics are exported and imported in."
    )

    class Meta:
        model = RubricVersion
        fields = [*RubricVersionSerializer.Meta.fields, "document"]

    def get_document(self, version: RubricVersion) -> dict[str, Any]:
        return document_of(version)
