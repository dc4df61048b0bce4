"""What would make a lead a PQL, and until when it is one, as JSON."""

from typing import Any

from rest_framework import serializers


class StepSerializer(serializers.Serializer[Any]):
    """One step of a suggestion."""

    criterion = serializers.CharField(
        allow_null=True,
        help_text="Key of the criterion; null where it is about none.",
    )
    words = serializers.CharField()
    gain = serializers.IntegerField(help_text="Points that the criterion then gives more.")
    actions = serializers.IntegerField(
        allow_null=True,
        help_text="Actions asked of the lead; null where something is found out.",
    )
    finds_out = serializers.BooleanField(help_text="Unknown so far: it has yet to turn out so.")


class SuggestionSerializer(serializers.Serializer[Any]):
    """Steps that together make the lead a PQL; none can be left out."""

    words = serializers.CharField()
    follows = serializers.CharField(help_text="What else changes with it; empty for nothing.")
    is_certain = serializers.BooleanField(help_text="Nothing of it has yet to turn out so.")
    fit = serializers.IntegerField()
    behavior = serializers.IntegerField()
    total = serializers.IntegerField(help_text="The total then.")
    steps = StepSerializer(many=True)


class AdviceSerializer(serializers.Serializer[Any]):
    """What would make the lead a PQL."""

    short = serializers.CharField()
    gates = serializers.ListField(
        child=serializers.CharField(), help_text="Thresholds not met: `fit 12, needs 15`."
    )
    verdict = serializers.CharField(help_text="All of it in one sentence.")
    unknowns = serializers.ListField(child=serializers.CharField())
    suggestions = SuggestionSerializer(many=True)


class UntilSerializer(serializers.Serializer[Any]):
    """When a PQL stops being one if nothing happens."""

    at = serializers.DateTimeField()
    because = serializers.CharField(help_text="What then takes points.")
    is_exact = serializers.BooleanField(help_text="False: not before this; no further was looked.")
