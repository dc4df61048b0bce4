"""Where results go: set up, tested, and how each of them is."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from integrations.models import DeliveryState, Destination, DestinationKind, EventType
from integrations.outbound import handling
from integrations.outbound.health import WORDS, health_of, word_for
from integrations.outbound.webhooks.guard import (
    ForbiddenAddressError,
    UnknownHostError,
    resolve,
    target,
)
from leads import audit
from leads.admin.base import AppAdmin, ModelForm, confirmed, person
from routing.models import Play

EDITED = (
    "name", "key", "kind", "is_on", "secret_name", "channel", "team", "product", "url", "events",
)  # fmt: skip
DEFAULT_SECRET = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of a variable


class DestinationForm(ModelForm):
    events = forms.MultipleChoiceField(
        choices=EventType.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text="Webhook: what it is told. None chosen: everything.",
    )

    class Meta:
        model = Destination
        fields = EDITED

    def clean_url(self) -> str:
        """Refused here already; and once more whenever something is sent."""
        url: str = self.cleaned_data["url"].strip()
        if url:
            try:
                found = target(url)
                resolve(found.host, found.port)
            except (ForbiddenAddressError, UnknownHostError) as error:
                raise forms.ValidationError(str(error)) from error
        return url

    def clean_key(self) -> str:
        """Plays name a destination by its key."""
        key: str = self.cleaned_data["key"]
        before = self.initial.get("key", key) if self.instance.pk else key
        named_by = plays_in_words(before) if key != before else ""
        if named_by:
            raise forms.ValidationError(
                f"{named_by} by the key “{before}”. Keep it, or change these plays first."
            )
        return key

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind = given.get("kind") or self.instance.kind  # fixed once there is one
        if kind == DestinationKind.SLACK and not given.get("secret_name"):
            given["secret_name"] = DEFAULT_SECRET
        if kind == DestinationKind.WEBHOOK and not given.get("secret_name"):
            self.add_error("secret_name", "Name the variable that its events are signed with.")
        if kind:
            self._check_kind(kind, given)
        return given

    def _check_kind(self, kind: str, given: dict[str, Any]) -> None:
        """Point out what a destination of this kind does not have, or lacks."""
        if kind == DestinationKind.WEBHOOK and not (given.get("url") or "url" in self.errors):
            self.add_error("url", "Give the address that a webhook's events are sent to.")
        if kind != DestinationKind.WEBHOOK and given.get("url"):
            self.add_error("url", "Only a webhook has an address. Leave it empty.")
        if kind != DestinationKind.SLACK and given.get("channel"):
            self.add_error("channel", "Only Slack has channels. Leave it empty.")
        if not given.get("channel"):
            for name in ("team", "product"):
                if given.get(name):
                    self.add_error(name, "Only a Slack channel can be of one. Leave it empty.")


@admin.register(Destination)
class DestinationAdmin(AppAdmin):
    form = DestinationForm
    list_display = ("name", "kind", "health", "owed", "given_up", "sent_at", "failed_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("is_on", BooleanRadioFilter))
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    actions_detail = ("test",)
    change_form_outer_before_template = "admin/integrations/_health.html"
    instead_of_deleting = (
        "Untick “Is on” instead: nothing goes there any more, and what was sent stays on record."
    )
    fieldsets = (
        (None, {"fields": (("name", "key"), ("kind", "is_on"), "secret_name")}),
        ("Slack", {"fields": ("channel", ("team", "product"))}),
        ("Webhook", {"fields": ("url", "events")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Destination | None = None
    ) -> list[str]:
        return ["kind"] if obj else []  # what was sent there was sent that way

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Destination | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        found: QuerySet[Destination] = super().get_queryset(request)
        return found.annotate(
            owed_count=Count("deliveries", filter=Q(deliveries__state=DeliveryState.QUEUED)),
            given_up_count=Count("deliveries", filter=Q(deliveries__state=DeliveryState.GIVEN_UP)),
        )

    def in_use_by(self, obj: Destination) -> list[str]:
        return ["deliveries"] if obj.deliveries.exists() else []

    @display(description="state", label=WORDS)
    def health(self, destination: Destination) -> str:
        return word_for(destination, at=timezone.now())

    @display(description="owed", ordering="owed_count")
    def owed(self, destination: Destination) -> int:
        return int(destination.owed_count)  # type: ignore[attr-defined]  # annotated

    @display(description="given up", ordering="given_up_count")
    def given_up(self, destination: Destination) -> int:
        return int(destination.given_up_count)  # type: ignore[attr-defined]  # annotated

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        health = health_of(found, at=timezone.now()) if found else None
        context = {**(extra_context or {}), "health": health}
        if found and health:
            context["named_by"] = plays_in_words(found.key)
            context["health_color"] = WORDS[health.word]
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def has_delete_permission(self, request: HttpRequest, obj: Destination | None = None) -> bool:
        """One that plays tell is in use: change these first. The page says which."""
        is_in_use = obj is not None and Play.objects.telling(obj.key).exists()
        return not is_in_use and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)  # not many at a time, and not past what is in use
        return actions

    def delete_model(self, request: HttpRequest, obj: Destination) -> None:
        audit.record("deleted", about=obj, by=person(request), at=timezone.now())
        super().delete_model(request, obj)

    def save_model(self, request: HttpRequest, obj: Destination, form: Any, change: bool) -> None:
        before = _document(Destination.objects.get(pk=obj.pk)) if change else {}
        if change and "is_on" in form.changed_data and obj.is_on:
            obj.failures, obj.rests_until, obj.problem = 0, None, ""
        super().save_model(request, obj, form, change)
        audit.record(
            "edited" if change else "added",
            about=obj,
            by=person(request),
            at=timezone.now(),
            changes=list(audit.differences(before, _document(obj))) or [("", None, None)],
        )
        if not obj.is_on and (named_by := plays_in_words(obj.key, are_on=True)):
            lost = f"{named_by}. What would be told while it is off is not kept for later."
            self.message_user(request, lost, messages.WARNING)

    @action(description="Send a test message", icon="send", permissions=["acting"], url_path="test")
    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(destination: Destination) -> None:
            handling.owe_test(destination, by=person(request), at=timezone.now())
            self.message_user(
                request,
                "The test message goes out within seconds; Deliveries shows how it went.",
                messages.SUCCESS,
            )

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Send a test message?",
            text="It goes to you, to the channel, or to the webhook, as an alert would.",
            button="Send",
            refuses=(handling.NotPossibleError,),
        )


def plays_in_words(key: str, *, are_on: bool = False) -> str:
    """``2 plays tell it: Hot hand-off and At the limit``; empty if none does."""
    telling = Play.objects.telling(key)
    names = [str(play) for play in (telling.on() if are_on else telling)]
    if not names:
        return ""
    *first, last = names
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"{len(names)} play{'s tell' if first else ' tells'} it: {listed}"


def _document(destination: Destination) -> dict[str, Any]:
    values = {name: getattr(destination, name) for name in EDITED}
    return values | {"team": destination.team_id, "product": destination.product_id}
