"""Which PQLs somebody looks at before they are dealt."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from leads.admin.base import AppAdmin, ModelForm
from routing import sla
from routing.admin.conditions import ConditionsField
from routing.dealing.deadlines import span_words
from routing.models import ReviewPolicy


class ReviewPolicyForm(ModelForm):
    conditions = ConditionsField(
        required=False, help_text="All must hold when the PQL opens. None: every PQL."
    )


@admin.register(ReviewPolicy)
class ReviewPolicyAdmin(AppAdmin):
    form = ReviewPolicyForm
    list_display = ("name", "about", "promise", "is_active")
    list_select_related = ("product",)
    fields = (
        ("name", "is_active"),
        "product",
        "conditions",
        ("within_minutes", "tell_manager_after_minutes"),
    )

    @display(description="holds back")
    def about(self, policy: ReviewPolicy) -> str:
        asked = [condition.words for condition in policy.asks]
        product = policy.product.name if policy.product else "Every product"
        return "; ".join([product, *asked])

    @display(description="reviewed", ordering="within_minutes")
    def promise(self, policy: ReviewPolicy) -> str:
        return f"Within {span_words(policy.within)}" if policy.within else "At any time"

    def save_model(self, request: HttpRequest, obj: ReviewPolicy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        sla.reset_reviews()

    def delete_model(self, request: HttpRequest, obj: ReviewPolicy) -> None:
        super().delete_model(request, obj)
        sla.reset_reviews()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ReviewPolicy]) -> None:
        super().delete_queryset(request, queryset)
        sla.reset_reviews()
