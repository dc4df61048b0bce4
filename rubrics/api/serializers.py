"""Scores and rubrics as JSON."""

from typing import Any

from rest_framework import serializers

from leads.api.serializers import LeadBriefSerializer, TimeInput
from leads.models import Lead
from leads.models.identity import IdentityKind
from rubrics.models import Rubric, RubricVersion, Score
from rubrics.rows import document_of
from rubrics.scoring.types import Axis


class ScoredLeadSerializer(LeadBriefSerializer):
    """The lead of a score, with the user ids that your systems know it by."""

    user_ids = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = [*LeadBriefSerializer.Meta.fields, "user_ids"]

    def get_user_ids(self, lead: Lead) -> list[str]:
        return [one.value for one in lead.identities.all() if one.kind == IdentityKind.USER]


class ScoreSerializer(serializers.ModelSerializer[Score]):
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
            "last_activity_at",
            "changed_at",
            "revision",
        ]


class LineSerializer(serializers.Serializer[Any]):
    """One reason of a score. The points of an axis' lines sum to its score."""

    key = serializers.CharField()
    axis = serializers.ChoiceField(choices=[(axis.value, axis.label) for axis in Axis])
    # Named like an attribute of every serializer; the metaclass collects it as a field.
    label = serializers.CharField()  # type: ignore[assignment]
    points = serializers.IntegerField()
    reason = serializers.CharField()
    is_unknown = serializers.BooleanField(
        help_text="Nothing is known yet: 0 points, and up to `best_points` are possible."
    )
    best_points = serializers.IntegerField()


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
    lines = LineSerializer(many=True)


class LeadScoresSerializer(serializers.Serializer[Any]):
    """A lead's scores, one a rubric. Empty until the lead has been scored."""

    lead = ScoredLeadSerializer()
    scores = ExplainedScoreSerializer(many=True)


class LeadScoreQuery(serializers.Serializer[Any]):
    """The parameters of a lead's score."""

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


class LeadScoreLookupQuery(LeadScoreQuery):
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
        return attrs


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
