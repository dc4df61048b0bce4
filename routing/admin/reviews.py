"""Which PQLs somebody looks at before they are dealt."""

from django.contrib import admin
from unfold.decorators import display

from leads.admin.base import AppAdmin, ModelForm
from routing.admin.conditions import ConditionsField
from routing.models import ReviewPolicy


class ReviewPolicyForm(ModelForm):
    conditions = ConditionsField(
        required=False, help_text="All must hold when the PQL opens. None: every PQL."
    )


@admin.register(ReviewPolicy)
class ReviewPolicyAdmin(AppAdmin):
    form = ReviewPolicyForm
    list_display = ("name", "about", "is_active")
    list_select_related = ("product",)
    fields = (("name", "is_active"), "product", "conditions")

    @display(description="holds back")
    def about(self, policy: ReviewPolicy) -> str:
        asked = [condition.words for condition in policy.asks]
        product = policy.product.name if policy.product else "Every product"
        return "; ".join([product, *asked])
