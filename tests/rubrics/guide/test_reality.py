"""Objectives against what happened: shares with their counts, judged only where they are sure."""

from datetime import timedelta

import pytest

from leads.models import Lead, Outcome, Product, Trial
from rubrics.guide.keeping import start_guide
from rubrics.guide.reality import Share, compare, measure
from rubrics.models import Rubric, RubricVersion, ScoreChange, SetupGuide
from tests.rubrics.guide.test_knowing import DAY
from tests.rubrics.makers import AT, make_product

pytestmark = pytest.mark.django_db


def make_person(
    product: Product,
    *,
    started: int,
    pql: int | None = None,
    outcome: tuple[str, int] | None = None,
    times: int = 1,
) -> None:
    """``times`` leads: started, became a PQL and came to something so many days ago."""
    for _ in range(times):
        lead = Lead.objects.create()
        Trial.objects.create(lead=lead, product=product, started_at=AT - started * DAY)
        if pql is not None:
            version = RubricVersion.objects.get()
            ScoreChange.objects.create(
                lead=lead, product=product, rubric=version.rubric, version=version,
                at=AT - pql * DAY, fit=20, behavior=70, total=90, is_pql=True, crossed=True,
            )  # fmt: skip
        if outcome is not None:
            kind, ago = outcome
            Outcome.objects.create(
                lead=lead, product=product, kind=kind, occurred_at=AT - ago * DAY
            )


@pytest.fixture
def app() -> Product:
    product = make_product()
    rubric = Rubric.objects.create(product=product, key="main", name="Main")
    RubricVersion.objects.create(rubric=rubric, number=1)
    return product


def counts(share: Share) -> tuple[int, int]:
    return share.hits, share.of


def test_trials_that_paid(app: Product) -> None:
    make_person(app, started=40, outcome=("closed_won", 20))
    make_person(app, started=40, outcome=("converted", 20))
    make_person(app, started=40, outcome=("opportunity", 20))
    make_person(app, started=40)
    make_person(app, started=29, outcome=("closed_won", 1))  # the others had longer
    make_person(app, started=211, outcome=("closed_won", 1))  # long ago
    assert counts(measure(app, AT).paid) == (2, 4)


def test_pqls_that_became_something_afterwards(app: Product) -> None:
    make_person(app, started=90, pql=80, outcome=("opportunity", 60))
    make_person(app, started=90, pql=80, outcome=("opportunity", 85))  # before it was a PQL
    make_person(app, started=90, pql=80, outcome=("closed_lost", 60))
    make_person(app, started=90, pql=29, outcome=("closed_won", 10))  # too young
    assert counts(measure(app, AT).to_deal) == (1, 3)


def test_signups_that_became_pqls(app: Product) -> None:
    make_person(app, started=89, pql=10)
    make_person(app, started=10)
    make_person(app, started=91, pql=80)
    assert counts(measure(app, AT).pqls) == (1, 2)


def test_another_products_outcomes_do_not_count(app: Product) -> None:
    make_person(app, started=40)
    other = make_product(key="other")
    Outcome.objects.create(
        lead=Lead.objects.get(), product=other, kind="closed_won", occurred_at=AT
    )
    assert counts(measure(app, AT).paid) == (0, 1)


@pytest.mark.parametrize(
    ("paid", "target", "reached"),
    [(60, 20, True), (5, 50, False), (30, 28, None), (30, None, None)],
)
def test_reached_only_where_it_is_sure(
    app: Product, paid: int, target: int | None, reached: bool | None
) -> None:
    make_person(app, started=40, outcome=("closed_won", 20), times=paid)
    make_person(app, started=40, times=100 - paid)
    start_guide(product=app, by=None, at=AT)
    SetupGuide.objects.update(target_trial_to_paid=target, baseline_trial_to_paid=1)
    first = compare(SetupGuide.objects.get(), measure(app, AT))[0]
    assert first.reached is reached
    assert first.is_open is (target is not None and reached is None)
    assert first.target == (f"{target} %" if target else "")
    assert (first.baseline, first.share.percent) == (1.0, float(paid))
    assert first.low < paid < first.high


def test_nothing_measured_says_nothing(app: Product) -> None:
    guide = start_guide(product=app, by=None, at=AT + timedelta(days=1))
    for one in compare(guide, measure(app, AT)):
        assert (one.share.of, one.share.percent, one.reached, one.verdict) == (0, 0.0, None, "")
        assert not one.is_open
