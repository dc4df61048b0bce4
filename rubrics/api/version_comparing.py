"""Two versions compared over HTTP, in words."""

from typing import Any

from rest_framework import serializers

from leads.api.viewsets import StrictSerializer
from rubrics.comparing import Kind


class CompareVersionsQuery(StrictSerializer):
    """What to compare a version with."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # "with" is a word of Python's: no attribute can have its name.
        return {
            "with": serializers.IntegerField(
                required=False, min_value=1, help_text="Id of the version it is compared with."
            )
        }


class VersionNameSerializer(serializers.Serializer[Any]):
    """Which version."""

    id = serializers.IntegerField()
    rubric = serializers.CharField(source="rubric.key")
    number = serializers.IntegerField()


class ChangeSerializer(serializers.Serializer[Any]):
    """One difference."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in Kind])
    criterion = serializers.CharField(source="key", help_text="Key of the criterion, or empty.")
    text = serializers.CharField(help_text="In words.")


class ChangeGroupSerializer(serializers.Serializer[Any]):
    """The differences of one part of a rubric."""

    title = serializers.CharField()
    changes = ChangeSerializer(many=True)


class VersionComparisonSerializer(serializers.Serializer[Any]):
    """What is different between two versions."""

    then = VersionNameSerializer()
    now = VersionNameSerializer()
    summary = serializers.CharField(
        source="comparison.summary", help_text="E.g. `3 changed`; `Nothing differs`."
    )
    changes_scores = serializers.BooleanField(
        source="comparison.changes_scores", help_text="False if at most the order differs."
    )
    groups = ChangeGroupSerializer(source="comparison.groups", many=True)
