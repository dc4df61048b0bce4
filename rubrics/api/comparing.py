"""The events behind a line, and two scores compared, as JSON."""

from typing import Any

from rest_framework import serializers

from leads.api.serializers import AccountBriefSerializer, TimeInput
from rubrics.api.serializers import MemberLeadSerializer, ScoredLeadSerializer
from rubrics.scoring.types import Axis

AXES = [(axis.value, axis.label) for axis in Axis]
MOST_ID = 2**63 - 1


class ScoreEvidenceQuery(serializers.Serializer[Any]):
    """Which line's hits."""

    criterion = serializers.CharField(max_length=60, help_text="Key of the criterion.")
    as_of = TimeInput(required=False, help_text="The hits that counted at this past moment.")
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ID,
        help_text="Id of a rubric version. Left out: the one that gave the score.",
    )  # fmt: skip


class EvidenceEventSerializer(serializers.Serializer[Any]):
    """The event that a hit came from."""

    message_id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    properties = serializers.DictField()


class HitEvidenceSerializer(serializers.Serializer[Any]):
    """One hit that a criterion looked at."""

    occurred_at = serializers.DateTimeField()
    signal = serializers.CharField(help_text="Name of the signal.")
    value = serializers.FloatField(allow_null=True)
    event = EvidenceEventSerializer(
        allow_null=True, help_text="Null once the event is no longer kept."
    )


class LeadEvidenceSerializer(serializers.Serializer[Any]):
    """The newest hits behind one line, newest first, twenty at most."""

    lead = ScoredLeadSerializer()
    criterion = serializers.CharField()
    hits = HitEvidenceSerializer(many=True)


class AccountHitEvidenceSerializer(HitEvidenceSerializer):
    """One hit that a criterion of an account looked at, and whose it is."""

    lead = MemberLeadSerializer()


class AccountEvidenceSerializer(serializers.Serializer[Any]):
    """The newest hits behind one line, newest first, twenty at most."""

    account = AccountBriefSerializer()
    criterion = serializers.CharField()
    hits = AccountHitEvidenceSerializer(many=True)


class ScoreCompareQuery(serializers.Serializer[Any]):
    """Which two scores are compared."""

    from_version = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ID,
        help_text="Id of the rubric version to compare from. Left out: that of `to_version`.",
    )  # fmt: skip
    to_version = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ID,
        help_text="Id of the version to compare to. Left out: the published version of the same "
        "rubric; with neither, the published version of every rubric.",
    )  # fmt: skip

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # "from" is a word of Python, so no attribute can be called so.
        moments = {
            "from": TimeInput(required=False, help_text="Left out: 7 days before `to`."),
            "to": TimeInput(required=False, help_text="Left out: now."),
        }
        return {**moments, **super().get_fields()}


class ComparedScoreSerializer(serializers.Serializer[Any]):
    """One of the two scores."""

    rubric = serializers.SlugField()
    version = serializers.IntegerField(help_text="Number of the rubric's version.")
    at = serializers.DateTimeField()
    fit = serializers.IntegerField()
    behavior = serializers.IntegerField()
    total = serializers.IntegerField()
    is_pql = serializers.BooleanField()


class ComparedLineSerializer(serializers.Serializer[Any]):
    """A line that gives another number of points; null where it did not exist."""

    key = serializers.CharField()
    axis = serializers.ChoiceField(choices=AXES)
    # Named like an attribute of every serializer; the metaclass collects it as a field.
    label = serializers.CharField()  # type: ignore[assignment]
    from_points = serializers.IntegerField(source="then", allow_null=True)
    to_points = serializers.IntegerField(source="now", allow_null=True)
    difference = serializers.IntegerField()
    from_reason = serializers.CharField(source="reason_then")
    to_reason = serializers.CharField(source="reason_now")


class ComparisonSerializer(serializers.Serializer[Any]):
    """What changed from one score to the other."""

    product = serializers.SlugField()
    sentences = serializers.ListField(child=serializers.CharField())
    lines = ComparedLineSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        ends = {"from": ComparedScoreSerializer(), "to": ComparedScoreSerializer()}
        return {**super().get_fields(), **ends}


class LeadComparisonsSerializer(serializers.Serializer[Any]):
    """A lead's scores at two moments or by two versions, one comparison a rubric."""

    lead = ScoredLeadSerializer()
    comparisons = ComparisonSerializer(many=True)


class AccountComparisonsSerializer(serializers.Serializer[Any]):
    """An account's scores at two moments or by two versions, one comparison a rubric."""

    account = AccountBriefSerializer()
    comparisons = ComparisonSerializer(many=True)
