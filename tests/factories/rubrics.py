# factory_boy is typed in parts only:
# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator,type-arg"
"""Leads with scores, written as rows: what the engine would have left behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory

from leads.models import Account, Lead, Product, Trial
from rubrics.models import Publication, RubricVersion, Score, ScoreChange
from rubrics.models.rubric import VersionStatus
from rubrics.services import load_rubric
from tests.stock import written_once

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product
        django_get_or_create = ("key",)

    key = "suite"
    name = "Suite"


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


DOCUMENT: dict[str, Any] = {
    "format": 1,
    "rubric": "small",
    "name": "Small",
    "decay": {"mode": "none"},
    "signals": {"core_feature": {"name": "Used the core feature", "activity": True}},
    "criteria": [
        *(
            {
                "key": key,
                "axis": "fit",
                "name": name,
                "measure": "is_present",
                "attribute": f"account.{key}",
                "tiers": [{"points": points, "label": f"{name} is known"}],
            }
            for key, name, points in (
                ("industry", "Industry", 10),
                ("size", "Company size", 22),
                ("country", "Country", 8),
            )
        ),
        {
            "key": "core_feature",
            "axis": "behavior",
            "name": "Core feature",
            "measure": "count",
            "signals": ["core_feature"],
            "per_unit": {"points": 1, "max": 100},
        },
    ],
}
FITS = {0: (0, 0, 0), 10: (1, 0, 0), 22: (0, 1, 0), 32: (1, 1, 0), 40: (1, 1, 1)}


def make_version() -> RubricVersion:
    """The published version of a small rubric: fit of 0 to 40, a point a hit of behavior."""
    found = RubricVersion.objects.published().filter(rubric__key="small").first()
    return found or _write_version()


@written_once
def _write_version() -> RubricVersion:
    product = ProductFactory.create()
    at = AT - timedelta(days=100)
    version = load_rubric(DOCUMENT, product=product, by=None, at=at)
    # Its going live is written as well, past the gates: that is a hundred statements, and most
    # tests of what comes after scoring need a version. Tests of publishing: tests/rubrics/.
    version.status, version.published_at = VersionStatus.PUBLISHED, at
    version.save(update_fields=["status", "published_at"])
    Publication.objects.create(
        kind="publish", product=product, version=version, state="done",
        started_at=at, finished_at=at, flipped_at=at,
    )  # fmt: skip
    return version


class ScoreFactory(factory.django.DjangoModelFactory[Score]):
    """A score whose lines sum to it. ``fit`` is one of FITS; ``behavior`` anything up to 100."""

    class Meta:
        model = Score

    class Params:
        stands_for = factory.LazyFunction(make_version)

    lead = factory.SubFactory(LeadFactory)
    version = factory.SelfAttribute("stands_for")
    rubric = factory.SelfAttribute("version.rubric")
    product = factory.SelfAttribute("rubric.product")
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
    measures = factory.LazyAttribute(lambda score: [*map(float, FITS[score.fit]), score.behavior])
    points = factory.LazyAttribute(
        lambda score: [
            *(has * worth for has, worth in zip(FITS[score.fit], (10, 22, 8), strict=True)),
            score.behavior,
        ]
    )
    changed_at = AT


class ScoreChangeFactory(factory.django.DjangoModelFactory[ScoreChange]):
    """A change that a score went through; by default one that crossed the threshold."""

    class Meta:
        model = ScoreChange

    class Params:
        score = factory.SubFactory(ScoreFactory)

    lead = factory.SelfAttribute("score.lead")
    product = factory.SelfAttribute("score.product")
    rubric = factory.SelfAttribute("score.rubric")
    version = factory.SelfAttribute("score.version")
    at = factory.SelfAttribute("score.at")
    fit = factory.SelfAttribute("score.fit")
    behavior = factory.SelfAttribute("score.behavior")
    total = factory.SelfAttribute("score.total")
    is_pql = factory.SelfAttribute("score.is_pql")
    crossed = factory.SelfAttribute("is_pql")
