"""What is owed and what was sent: looked at, sent again, cancelled; never edited."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from integrations.models import Delivery, DeliveryState
from integrations.outbound import handling
from leads.admin.base import (
    BigTableAdmin,
    change_url,
    confirmed,
    lead_link,
    page_link,
    person,
    pretty_json,
)
from routing.models import Alert

MOST_SHOWN = 100
COLORS = {
    DeliveryState.QUEUED.label: "info",
    DeliveryState.SENT.label: "success",
    DeliveryState.MAYBE_SENT.label: "warning",
    DeliveryState.GIVEN_UP.label: "danger",
    DeliveryState.CANCELLED.label: "warning",
    DeliveryState.FOLDED.label: "info",
}


@admin.register(Delivery)
class DeliveryAdmin(BigTableAdmin):
    list_display = (
        "id", "destination", "kind", "whom", "lead_name", "shown_state", "attempts",
        "not_before", "sent_at", "problem",
    )  # fmt: skip
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("destination", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("destination", "user", "lead")
    ordering = ("-id",)
    actions = ("resend_selected", "cancel_selected")
    actions_detail = ("resend", "cancel")
    fields = (
        ("destination", "kind", "shown_state"),
        ("whom", "lead_name", "into"),
        "problem",
        ("created_at", "not_before"),
        ("sent_at", "claimed_until"),
        ("attempts", "doubts", "doubted_at"),
        ("key", "remote_id", "remote_channel"),
        "shown_payload",
        "shown_alerts",
    )
    readonly_fields = ("shown_state", "whom", "lead_name", "shown_payload", "shown_alerts")

    @display(description="state", label=COLORS)
    def shown_state(self, delivery: Delivery) -> str:
        return delivery.get_state_display()

    @display(description="for", empty_value="Everybody there")
    def whom(self, delivery: Delivery) -> str | None:
        if delivery.user is None:
            return None
        return delivery.user.get_full_name() or delivery.user.get_username()

    @display(description="lead", empty_value="-")
    def lead_name(self, delivery: Delivery) -> str | None:
        return lead_link(delivery.lead_id, delivery.lead) if delivery.lead_id else None

    @display(description="content")
    def shown_payload(self, delivery: Delivery) -> str:
        return pretty_json(delivery.payload) if delivery.payload else "Read when it is sent."

    @display(description="tells", empty_value="-")
    def shown_alerts(self, delivery: Delivery) -> SafeString | None:
        alerts = Alert.objects.filter(pk__in=delivery.alert_ids).order_by("-severity", "pk")
        rows = ((page_link(change_url(alert), alert),) for alert in alerts[:MOST_SHOWN])
        return format_html_join("", "<div>{}</div>", rows) or None

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """What can be done to it in its state."""
        actions: list[Any] = super().get_actions_detail(request, object_id)
        state = Delivery.objects.filter(pk=object_id).values_list("state", flat=True).first()
        impossible = tuple(
            f"_{name}" for name, states in handling.POSSIBLE_IN.items() if state not in states
        )
        return [one for one in actions if not one.action_name.endswith(impossible)]

    @admin.action(description="Resend", permissions=["acting"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, handling.resend, "to be sent again")

    @admin.action(description="Cancel", permissions=["acting"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, handling.cancel, "cancelled")

    def _each(self, request: HttpRequest, queryset: Any, act: Any, done: str) -> None:
        acted, refused = 0, ""
        for delivery in queryset:
            try:
                act(delivery, by=person(request), at=timezone.now())
                acted += 1
            except handling.NotPossibleError as error:
                refused = str(error)
        if acted:
            noun = "delivery" if acted == 1 else "deliveries"
            self.message_user(request, f"{acted} {noun} {done}.", messages.SUCCESS)
        if refused:
            self.message_user(request, refused, messages.ERROR)

    @action(description="Resend", icon="replay", permissions=["acting"], url_path="resend")
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return confirmed(
            self,
            request,
            object_id,
            lambda one: handling.resend(one, by=person(request), at=timezone.now()),
            title="Send it again?",
            text=self._resend_words(request, object_id),
            button="Resend",
            refuses=(handling.NotPossibleError,),
        )

    def _resend_words(self, request: HttpRequest, object_id: str) -> str:
        """Which one it is, how it ended, and what comes next."""
        delivery = self.get_object(request, object_id)
        if delivery is None:  # the door answers that
            return ""
        whom = self.whom(delivery)
        about = f" about {delivery.lead}" if delivery.lead else ""
        to = f" to {whom}" if whom else ""
        what = f"{delivery.get_kind_display()}{about}, by {delivery.destination}{to}."
        state = f"{delivery.get_state_display()}. {delivery.problem}".strip()
        goes = "Sent again, it goes out within seconds, with things as they stand now."
        return f"{what} {state} {goes}"

    @action(description="Cancel", icon="block", permissions=["acting"], url_path="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return confirmed(
            self,
            request,
            object_id,
            lambda one: handling.cancel(one, by=person(request), at=timezone.now()),
            title="Cancel this delivery?",
            text="It is not sent. It can be sent again later.",
            button="Cancel it",
            refuses=(handling.NotPossibleError,),
        )
