"""PQLs as JSON."""

from typing import Any

from rest_framework import serializers

from leads.api.serializers import LeadBriefSerializer, TimeInput
from leads.api.viewsets import StrictSerializer
from routing.models import Qualification, Rep, StateChange
from routing.models.qualification import RejectReason
from rubrics.api.label_serializers import LineSerializer


class RepSerializer(serializers.ModelSerializer[Rep]):
    name = serializers.CharField(source="__str__", read_only=True)
    team = serializers.CharField(source="team.name", read_only=True)

    class Meta:
        model = Rep
        fields = ["id", "name", "team"]


class PqlSerializer(serializers.ModelSerializer[Qualification]):
    """One episode of work, with the scores frozen as they were when it opened."""

    lead = LeadBriefSerializer(read_only=True)
    product = serializers.SlugField(source="product.key", read_only=True)
    rubric = serializers.SlugField(source="version.rubric.key", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    rep = RepSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Qualification
        fields = [
            "id",
            "lead",
            "product",
            "rubric",
            "version",
            "state",
            "rep",
            "fit",
            "behavior",
            "total",
            "opened_at",
            "assigned_at",
            "first_touched_at",
            "snoozed_until",
            "closed_at",
            "reject_reason",
        ]


class FrozenLineSerializer(LineSerializer):
    """One reason, as it was when the PQL opened."""

    is_unknown = serializers.BooleanField(default=False)
    best_points = serializers.IntegerField(default=0)
    proxy_for = serializers.CharField(default="")


class StateChangeSerializer(serializers.ModelSerializer[StateChange]):
    """One change of state: who, when, why; and until when it can be undone."""

    by = serializers.CharField(
        source="by.get_username", default=None, allow_null=True, help_text="Null: Ripeline."
    )
    rep = RepSerializer(read_only=True, allow_null=True)

    undoes = serializers.IntegerField(
        source="undoes_id", allow_null=True, read_only=True, help_text="Id of what it took back."
    )
    undo_until = serializers.DateTimeField(
        allow_null=True,
        read_only=True,
        help_text="Until then it can be undone, while it is the last change. Null: never.",
    )

    class Meta:
        model = StateChange
        fields = [
            "id",
            "from_state",
            "to_state",
            "rep",
            "by",
            "reason",
            "at",
            "undoes",
            "undo_until",
        ]


class PqlDetailSerializer(PqlSerializer):
    """A PQL with the reasons frozen when it opened, and every change of its state."""

    breakdown = FrozenLineSerializer(many=True, read_only=True)
    changes = StateChangeSerializer(many=True, read_only=True)

    class Meta:
        model = Qualification
        fields = [*PqlSerializer.Meta.fields, "breakdown", "changes"]


class RejectInputSerializer(StrictSerializer):
    """Why a PQL goes back."""

    reason = serializers.ChoiceField(choices=RejectReason.choices)
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200, help_text="In own words."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["reason"] == RejectReason.OTHER and not attrs["note"]:
            raise serializers.ValidationError({"note": "Say what, since the reason is `other`."})
        return attrs


class SnoozeInputSerializer(StrictSerializer):
    """Until when a PQL sleeps."""

    until = TimeInput(help_text="A moment to come; ISO 8601 with its offset.")


class UndoInputSerializer(StrictSerializer):
    """Which change of state is taken back."""

    change = serializers.IntegerField(min_value=1, max_value=2**62, help_text="Its id.")
