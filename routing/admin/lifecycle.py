"""When a lead qualifies again, and when untouched work is let go. Changes are in the audit log."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from leads import audit
from leads.admin.base import AppAdmin, person
from routing.models import LifecyclePolicy


@admin.register(LifecyclePolicy)
class LifecyclePolicyAdmin(AppAdmin):
    list_display = ("whose", "rest", "sooner", "let_go")
    list_select_related = ("product",)
    fieldsets = (
        (None, {"fields": ("product",)}),
        (
            "Qualifying again",
            {
                "description": "Who was just turned down needs a rest, and so do the reps. A lead "
                "that comes back is told to its rep with how it ended last time.",
                "fields": (("cooldown_days", "early_rise"), "comes_back"),
            },
        ),
        (
            "Letting go",
            {
                "description": "Points fade when a lead goes quiet. A queue full of leads that are "
                "no PQLs any more is one that reps stop opening.",
                "fields": ("expire_after_days",),
            },
        ),
    )

    @display(description="for", ordering="product")
    def whose(self, policy: LifecyclePolicy) -> str:
        return policy.product.name if policy.product else "Every other product"

    @display(description="qualifies again", ordering="cooldown_days")
    def rest(self, policy: LifecyclePolicy) -> str:
        days = policy.cooldown_days
        when = f"After {_days(days)}" if days else "At once"
        return when if policy.comes_back else f"{when}, once it fell below"

    @display(description="sooner", ordering="early_rise")
    def sooner(self, policy: LifecyclePolicy) -> str:
        rise = policy.early_rise
        return "Never" if rise is None else f"{rise} or more points above last time"

    @display(description="untouched and no PQL any more", ordering="expire_after_days")
    def let_go(self, policy: LifecyclePolicy) -> str:
        days = policy.expire_after_days
        return "Stays open" if days is None else f"Closed after {_days(days)}"

    def save_model(
        self, request: HttpRequest, obj: LifecyclePolicy, form: Any, change: bool
    ) -> None:
        locked = LifecyclePolicy.objects.select_for_update(of=("self",))
        before = locked.get(pk=obj.pk).document if change else {}
        super().save_model(request, obj, form, change)
        changes = list(audit.differences(before, obj.document))
        if changes:
            audit.record(
                "edited" if change else "added",
                about=obj,
                by=person(request),
                at=timezone.now(),
                changes=changes,
            )

    def delete_model(self, request: HttpRequest, obj: LifecyclePolicy) -> None:
        audit.record("deleted", about=obj, by=person(request), at=timezone.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[LifecyclePolicy]) -> None:
        for policy in queryset:
            self.delete_model(request, policy)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
