"""What results of leads and of accounts have in common: labels and lines."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rubrics.labels import band_of
from rubrics.models import AccountScore, Score
from rubrics.scoring.types import Axis


class TierField(serializers.IntegerField):
    """The place in the fit x behavior matrix."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = (
            "Place in the fit x behavior matrix: 1 high fit and high behavior, 2 high behavior and "
            "low fit, 3 high fit and low behavior, 4 low both; null without a matrix."
        )
        super().__init__(**{"allow_null": True, "help_text": help_text, **kwargs})


class BandSerializer(serializers.Serializer[Any]):
    """A named range of the total."""

    at_least = serializers.IntegerField()
    name = serializers.CharField()
    meaning = serializers.CharField()


class LabelledSerializer(serializers.Serializer[Any]):
    """A stored score's labels."""

    band = serializers.SerializerMethodField(
        help_text="The named range that the total lies in; null if the version names none."
    )
    tier = TierField(read_only=True)

    @extend_schema_field(BandSerializer(allow_null=True))
    def get_band(self, score: Score | AccountScore) -> dict[str, Any] | None:
        band = band_of(score)
        return None if band is None else asdict(band)


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
    proxy_for = serializers.CharField(
        help_text="What it stands in for, where that itself is not tracked; else empty."
    )
