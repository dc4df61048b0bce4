"""Where events come from, and what of them could not be kept."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from leads.admin.base import AppAdmin, ReadOnlyAdmin, confirmed, pretty_json, show_secret
from leads.admin.filters import MomentFilter
from leads.models import EventKey, Product, RejectedMessage, SignalMapping, Source
from leads.services import (
    add_product,
    create_source,
    rename_product,
    replay_rejected,
    rotate_write_key,
)

KEY_TEXT = "Put this write key into the SDK or the CDP destination that sends the events."


@admin.register(Product)
class ProductAdmin(AppAdmin):
    list_display = ("name", "key", "created_at")
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    fields = ("name", "key")
    instead_of_deleting = (
        "To end it, switch off its sources and retire its rubrics: nothing of it is scored then, "
        "and what was known stays."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        return ["key"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Product | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        asked: dict[str, Any] = {"by": request.user, "at": timezone.now(), "name": obj.name}
        if change:
            rename_product(obj, **asked)
        else:
            obj.pk = add_product(key=obj.key, **asked).pk


@admin.register(Source)
class SourceAdmin(AppAdmin):
    list_display = ("name", "product", "shown_key", "is_active", "is_synthetic", "created_at")
    list_filter = (("product", RelatedDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("product",)
    search_fields = ("name",)
    actions_detail = ("rotate",)
    instead_of_deleting = (
        "Untick “Is active” instead: nothing it sends is taken in any more, and what it sent stays."
    )

    def in_use_by(self, obj: Source) -> list[str]:
        """By keys of events, which are indexed, and not by the events, which are not."""
        used_by = {
            "events": EventKey.objects.filter(source=obj),
            "rejected messages": RejectedMessage.objects.filter(source=obj),
            "signal mappings": SignalMapping.objects.filter(source=obj),
        }
        return [name for name, rows in used_by.items() if rows.exists()]

    def get_fields(self, request: HttpRequest, obj: Source | None = None) -> list[Any]:
        fields: list[Any] = ["name", "product", "namespace", "is_synthetic"]
        return [*fields, "is_active", "shown_key", "previous_key_until"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        # Who a user id names cannot change once events came in under it.
        return ["namespace", "shown_key", "previous_key_until"] if obj else []

    @display(description="write key")
    def shown_key(self, source: Source) -> str:
        return f"{source.key_prefix}…" if source.key_hash else "none"

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        source, obj.new_write_key = create_source(**form.cleaned_data)  # type: ignore[attr-defined]  # carried to response_add
        obj.pk = source.pk

    def response_add(
        self, request: HttpRequest, obj: Source, post_url_continue: str | None = None
    ) -> HttpResponse:
        secret = obj.new_write_key  # type: ignore[attr-defined]  # set by save_model
        title = f"Write key of {obj.name}"
        return show_secret(self, request, obj, title=title, secret=secret, text=KEY_TEXT)

    @action(
        description="Rotate write key",
        icon="key",
        permissions=["acting"],
        url_path="rotate-write-key",
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(source: Source) -> HttpResponse:
            secret = rotate_write_key(source, at=timezone.now())
            text = f"{KEY_TEXT} The key before it works for 24 hours more."
            title = f"New write key of {source.name}"
            return show_secret(self, request, source, title=title, secret=secret, text=text)

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Rotate the write key?",
            text="The source gets a new write key. The present one works for 24 hours more, so "
            "that nothing is lost while you put the new one in place.",
            button="Rotate",
        )


class WaitingFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("replayed", "Replayed"), ("dismissed", "Dismissed")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "waiting":
            return queryset.waiting()
        return queryset.filter(resolution=self.value()) if self.value() else queryset


@admin.register(RejectedMessage)
class RejectedMessageAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "source", "code", "field", "reason", "state")
    list_filter = (
        WaitingFilter,
        ("source", RelatedDropdownFilter),
        ("received_at", MomentFilter),
    )
    list_select_related = ("source",)
    search_fields = ("=message_id", "reason")
    fields = (
        ("received_at", "source"),
        ("code", "field"),
        "reason",
        ("message_id", "sent_at"),
        "state",
        "shown_raw",
    )
    readonly_fields = ("state", "shown_raw")
    actions = ("replay", "dismiss")

    @display(
        description="state",
        label={"Waiting": "warning", "Replayed": "success", "Dismissed": "info"},
    )
    def state(self, message: RejectedMessage) -> str:
        return message.get_resolution_display() or "Waiting"

    @display(description="message as received")
    def shown_raw(self, message: RejectedMessage) -> str:
        try:
            return pretty_json(json.loads(message.raw))
        except (ValueError, RecursionError):
            return pretty_json(message.raw)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("leads.change_rejectedmessage"))

    @admin.action(description="Replay: take in what is valid now", permissions=["resolve"])
    def replay(self, request: HttpRequest, queryset: QuerySet[RejectedMessage]) -> None:
        chosen = list(queryset.filter(resolved_at=None).values_list("pk", flat=True))
        result = replay_rejected(chosen, at=timezone.now())
        taken = result.accepted + result.duplicates
        level = messages.SUCCESS if taken else messages.WARNING
        self.message_user(request, f"{taken} taken in, {len(chosen) - taken} still waiting.", level)

    @admin.action(description="Dismiss: not worth keeping", permissions=["resolve"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[RejectedMessage]) -> None:
        waiting = RejectedMessage.objects.waiting().filter(pk__in=queryset.values("pk"))
        count = waiting.update(resolved_at=timezone.now(), resolution="dismissed")
        self.message_user(request, f"{count} dismissed.", messages.SUCCESS)
