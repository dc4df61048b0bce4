# factory_boy is typed in parts only:
# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator,type-arg"
"""Leads with scores, written as rows: what the engine would have left behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory

from leads.models import Account, Lead, Product, Trial
from rubrics.models import Criterion, Rubric, RubricVersion, Score, ScoreChange, Tier
from rubrics.models.rubric import VersionStatus

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product
        django_get_or_create = ("key",)

    key = "suite"
    name = "Suite"


class RubricFactory(factory.django.DjangoModelFactory[Rubric]):
    class Meta:
        model = Rubric
        django_get_or_create = ("key",)

    product = factory.SubFactory(ProductFactory)
    key = "standard"
    name = "Standard"


class VersionFactory(factory.django.DjangoModelFactory[RubricVersion]):
    """A published version with two criteria: one of fit, one of behavior."""

    class Meta:
        model = RubricVersion
        django_get_or_create = ("rubric", "number")
        skip_postgeneration_save = True

    rubric = factory.SubFactory(RubricFactory)
    number = 1
    status = VersionStatus.PUBLISHED
    published_at = AT - timedelta(days=100)

    @factory.post_generation
    def criteria(self: RubricVersion, create: bool, extracted: Any, **kwargs: Any) -> None:
        if not create or self.criteria.exists():
            return
        _criterion(self, "company_size", "fit", "Company size", "number_in_range", points=50)
        _criterion(self, "core_feature", "behavior", "Used the core feature", "count", points=100)


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Company {n}")
    domain = factory.Sequence(lambda n: f"company{n}.example")
    attributes = {"employees": 120, "industry": "SaaS", "country": "US"}


class LeadFactory(factory.django.DjangoModelFactory[Lead]):
    class Meta:
        model = Lead

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@company.example")
    title = "VP Sales"


class TrialFactory(factory.django.DjangoModelFactory[Trial]):
    class Meta:
        model = Trial

    lead = factory.SubFactory(LeadFactory)
    product = factory.SubFactory(ProductFactory)
    started_at = AT - timedelta(days=10)


class ScoreFactory(factory.django.DjangoModelFactory[Score]):
    class Meta:
        model = Score

    class Params:
        stands_for = factory.SubFactory(VersionFactory)

    lead = factory.SubFactory(LeadFactory)
    version = factory.SelfAttribute("stands_for")
    rubric = factory.SelfAttribute("version.rubric")
    at = AT
    fit = 32
    fit_low = factory.SelfAttribute("fit")
    fit_high = factory.SelfAttribute("fit")
    behavior = 60
    total = factory.LazyAttribute(lambda score: score.fit + score.behavior)
    is_pql = factory.LazyAttribute(
        lambda score: score.total >= 80 and score.fit >= 15 and score.behavior >= 40
    )
    last_activity_at = AT - timedelta(hours=3)
    measures = factory.LazyFunction(lambda: [120.0, 3.0])
    points = factory.LazyAttribute(lambda score: [score.fit, score.behavior])
    changed_at = AT


class ScoreChangeFactory(factory.django.DjangoModelFactory[ScoreChange]):
    """A change that a score went through; by default one that crossed the threshold."""

    class Meta:
        model = ScoreChange

    class Params:
        score = factory.SubFactory(ScoreFactory)

    lead = factory.SelfAttribute("score.lead")
    rubric = factory.SelfAttribute("score.rubric")
    version = factory.SelfAttribute("score.version")
    at = factory.SelfAttribute("score.at")
    fit = factory.SelfAttribute("score.fit")
    behavior = factory.SelfAttribute("score.behavior")
    total = factory.SelfAttribute("score.total")
    is_pql = factory.SelfAttribute("score.is_pql")
    crossed = factory.SelfAttribute("is_pql")


def _criterion(
    version: RubricVersion, key: str, axis: str, name: str, measure: str, *, points: int
) -> None:
    params: dict[str, Any] = (
        {"attribute": "account.employees"} if axis == "fit" else {"signals": [key]}
    )
    criterion = Criterion.objects.create(
        version=version, key=key, axis=axis, name=name, measure=measure, params=params
    )
    Tier.objects.create(criterion=criterion, points=points, label=name)
