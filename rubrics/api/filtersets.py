"""Which scores, rubrics, versions and publications a list holds."""

from datetime import datetime

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from leads.api.filters import TextFilter, TimeFilter, TrueFalseFilter, WholeNumberFilter
from leads.models import JobState
from rubrics.models import AccountScore, Preview, Publication, Rubric, RubricVersion, Score
from rubrics.models.rubric import VersionStatus


class ScoreFilterSet(filters.FilterSet):
    product = TextFilter(
        field_name="rubric__product__key", max_length=60, help_text="Key of the product."
    )
    rubric = TextFilter(field_name="rubric__key", max_length=60, help_text="Key of the rubric.")
    is_pql = TrueFalseFilter(help_text="Only who meets all three thresholds, or only others.")
    min_total = WholeNumberFilter(
        field_name="total", lookup_expr="gte", help_text="Total score at least this."
    )
    changed_since = TimeFilter(
        method="filter_changed_since",
        help_text="Scores that came out different since; see `resume_from`.",
    )

    class Meta:
        model = Score
        fields: list[str] = []

    def filter_changed_since(
        self, queryset: QuerySet[Score], name: str, value: datetime
    ) -> QuerySet[Score]:
        return queryset.filter(changed_at__gte=value)


class AccountScoreFilterSet(ScoreFilterSet):
    """The same filters, of accounts."""

    class Meta:
        model = AccountScore
        fields: list[str] = []


class RubricFilterSet(filters.FilterSet):
    product = TextFilter(field_name="product__key", max_length=60, help_text="Key of the product.")

    class Meta:
        model = Rubric
        fields: list[str] = []


class RubricVersionFilterSet(filters.FilterSet):
    rubric = TextFilter(field_name="rubric__key", max_length=60, help_text="Key of the rubric.")
    status = filters.ChoiceFilter(choices=VersionStatus.choices)

    class Meta:
        model = RubricVersion
        fields: list[str] = []


class PreviewFilterSet(filters.FilterSet):
    version = WholeNumberFilter(field_name="version", help_text="Id of the rubric version.")
    rubric = TextFilter(field_name="rubric__key", max_length=60, help_text="Key of the rubric.")

    class Meta:
        model = Preview
        fields: list[str] = []


class PublicationFilterSet(filters.FilterSet):
    rubric = TextFilter(
        field_name="version__rubric__key", max_length=60, help_text="Key of the rubric."
    )
    state = filters.ChoiceFilter(choices=JobState.choices)

    class Meta:
        model = Publication
        fields: list[str] = []
