"""PQLs as JSON."""

from typing import Any

from rest_framework import serializers

from leads.api.pagination import StableCursorPagination
from leads.api.serializers import LeadBriefSerializer, TimeInput
from leads.api.viewsets import StrictSerializer
from routing.models import Note, Qualification, Rep, StateChange, Touch
from routing.models.qualification import LOST_CHOICES, ClosingReason, RejectReason, State
from routing.models.touch import TouchKind
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
            "closing_reason",
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


class TouchSerializer(serializers.ModelSerializer[Touch]):
    """One time somebody reached out to the lead."""

    by = serializers.CharField(source="by.get_username", default=None, allow_null=True)

    class Meta:
        model = Touch
        fields = ["id", "kind", "by", "note", "touched_at"]


class NoteSerializer(serializers.ModelSerializer[Note]):
    """What somebody wrote about the PQL."""

    by = serializers.CharField(
        source="by.get_username", default=None, allow_null=True, help_text="Null: Ripeline."
    )

    class Meta:
        model = Note
        fields = ["id", "by", "text", "at"]


class PqlDetailSerializer(PqlSerializer):
    """A PQL with the reasons frozen when it opened, every change of its state, touches and notes,
    the newest of these first."""

    breakdown = FrozenLineSerializer(many=True, read_only=True)
    changes = StateChangeSerializer(many=True, read_only=True)
    touches = TouchSerializer(many=True, read_only=True)
    notes = NoteSerializer(many=True, read_only=True)

    class Meta:
        model = Qualification
        fields = [*PqlSerializer.Meta.fields, "breakdown", "changes", "touches", "notes"]


class ChangesQuery(serializers.Serializer[Any]):
    """Which changes of a PQL's state are told."""

    state = serializers.ChoiceField(
        choices=State.choices, required=False, help_text="The state it changed to."
    )
    by = serializers.CharField(required=False, max_length=150, help_text="Username of who did it.")
    cursor = serializers.CharField(
        required=False, help_text="Where the page begins: from the `next` of the page before."
    )
    page_size = serializers.CharField(
        required=False, help_text=f"Rows on a page, 1 to {StableCursorPagination.max_page_size}."
    )


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


class TouchInputSerializer(StrictSerializer):
    """How the lead was reached, and when, if not just now."""

    kind = serializers.ChoiceField(choices=TouchKind.choices)
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=1000, help_text="In own words."
    )
    touched_at = TimeInput(
        required=False,
        help_text="A moment since the PQL was opened; ISO 8601 with its offset. Left out: now.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == TouchKind.OTHER and not attrs["note"]:
            raise serializers.ValidationError({"note": "Say what, since the kind is `other`."})
        return attrs


class NoteInputSerializer(StrictSerializer):
    """What is to be remembered."""

    text = serializers.CharField(max_length=1000)


class WorthInputSerializer(StrictSerializer):
    """What a deal is worth, if that is known."""

    amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, help_text="Needs `currency`."
    )
    currency = serializers.RegexField(
        "^[A-Z]{3}$",
        required=False,
        help_text="ISO 4217, e.g. USD. Needs `amount`.",
        error_messages={"invalid": "Give three capital letters, e.g. USD."},
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "amount" in attrs and "currency" not in attrs:
            raise serializers.ValidationError({"currency": "An amount needs its currency."})
        if "currency" in attrs and "amount" not in attrs:
            raise serializers.ValidationError({"amount": "A currency needs its amount."})
        return attrs


class LostInputSerializer(StrictSerializer):
    """Why it came to nothing."""

    reason = serializers.ChoiceField(choices=LOST_CHOICES)
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200, help_text="In own words."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["reason"] == ClosingReason.OTHER and not attrs["note"]:
            raise serializers.ValidationError({"note": "Say what, since the reason is `other`."})
        return attrs


class AssignInputSerializer(StrictSerializer):
    """Who gets a PQL; and, of a rep who is full, off or not at work, that this is meant."""

    rep = serializers.PrimaryKeyRelatedField(
        queryset=Rep.objects.select_related("user"), help_text="The rep's id."
    )
    confirm = serializers.BooleanField(
        required=False,
        default=False,
        help_text="True: also if the dealing would give them none now. The history says so.",
    )
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=150, help_text="In own words."
    )


class UndoInputSerializer(StrictSerializer):
    """Which change of state is taken back."""

    change = serializers.IntegerField(min_value=1, max_value=2**62, help_text="Its id.")
