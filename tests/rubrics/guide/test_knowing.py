"""What the workspace knows fills answers in; what it does not know says nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads.models import Account, EventType, Lead, Outcome, Product, Source, Trial
from rubrics.guide.answers import Answers
from rubrics.guide.knowing import Sight, look
from tests.rubrics.makers import AT, make_hits, make_product

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def make_leads(product: Product, count: int, *, days_ago: int, trial_days: int | None = 14) -> None:
    """Leads of companies with 10, 20, 30, ... employees."""
    for number in range(count):
        account = Account.objects.create(attributes={"employees": 10 * (number + 1)})
        lead = Lead.objects.create(account=account)
        start = AT - days_ago * DAY
        end = start + trial_days * DAY if trial_days else None
        Trial.objects.create(lead=lead, product=product, started_at=start, ends_at=end)


def buys(product: Product, *, after_days: int, amount: int | None = 1000) -> None:
    """Everybody buys, so many days after the sign-up."""
    for trial in Trial.objects.filter(product=product):
        Outcome.objects.create(
            lead=trial.lead,
            product=product,
            kind="closed_won",
            occurred_at=trial.started_at + after_days * DAY,
            amount=Decimal(amount) if amount else None,
            currency="USD" if amount else "",
        )


def test_empty_workspace_knows_its_product_only() -> None:
    assert look(make_product(), AT) == {"products": Sight("There are here: App.", 1)}


def test_signups_and_trials() -> None:
    product = make_product()
    make_leads(product, 4, days_ago=10)
    make_leads(product, 2, days_ago=60, trial_days=None)
    make_leads(product, 5, days_ago=120)
    make_leads(make_product(key="other"), 9, days_ago=5)
    seen = look(product, AT)
    assert seen["signups"] == Sight("We see 4 sign-ups in the last 30 days, 6 in the last 90.", 4)
    assert seen["coverage"].value == 100
    assert seen["trial_days"].value == 14
    assert seen["trial_model"] == Sight("67% of the newest trials have an end.", None)


def test_trials_that_mostly_end_are_free_trials() -> None:
    product = make_product()
    make_leads(product, 5, days_ago=10)
    assert look(product, AT)["trial_model"].value == "free_trial"


def test_a_quiet_month_takes_a_third_of_the_quarter() -> None:
    product = make_product()
    make_leads(product, 6, days_ago=60)
    assert look(product, AT)["signups"].value == 2


def test_buyers_say_how_long_a_sale_takes_and_how_large_they_are() -> None:
    product = make_product()
    make_leads(product, 10, days_ago=200)
    buys(product, after_days=40)
    seen = look(product, AT)
    assert seen["won"].value == 10
    assert seen["history_months"].value == 5  # 160 days
    assert seen["cycle_days"].value == 40
    assert seen["deal_size"].value == 1000
    assert "10 to 90 employees (of 10 known)" in seen["size_from"].text
    assert seen["trial_to_paid"].value == 100.0


def test_few_buyers_say_little() -> None:
    product = make_product()
    make_leads(product, 9, days_ago=200)
    buys(product, after_days=40)
    seen = look(product, AT)
    assert seen["won"].value == 9
    assert {"cycle_days", "deal_size", "size_from"}.isdisjoint(seen)


def test_deals_without_amounts_have_no_size() -> None:
    product = make_product()
    make_leads(product, 10, days_ago=200)
    buys(product, after_days=40, amount=None)
    assert "deal_size" not in look(product, AT)


@pytest.mark.parametrize(
    ("count", "tracking"),
    [(3, "logins"), (4, "few"), (15, "few"), (16, "key"), (49, "key"), (50, "full")],
)
def test_events_say_how_much_is_tracked(count: int, tracking: str) -> None:
    product = make_product()
    sources = [Source.objects.create(name=name, product=product) for name in ("Web", "Server")]
    EventType.objects.bulk_create(
        EventType(
            source=source, kind=kind, name=name, first_at=AT, last_at=AT,
            first_received_at=AT, last_received_at=received,
        )
        for source in sources
        for kind, name, received in (
            *(("track", f"Event {number}", AT) for number in range(count)),
            ("identify", "", AT),
            ("track", "Long gone", AT - 91 * DAY),
        )
    )  # fmt: skip
    seen = look(product, AT)
    assert seen["tracking"].value == tracking
    assert seen["pipeline"].value == "flowing"


def test_milestones_are_what_the_newest_leads_did() -> None:
    product = make_product("logged_in", "teammate_invited", "own_thing")
    make_leads(product, 1, days_ago=5)
    lead = Lead.objects.get()
    make_hits(product, lead.pk, [("teammate_invited", AT), ("own_thing", AT)])
    assert look(product, AT)["milestones"].value == ["teammate_invited"]


def test_what_is_seen_is_an_answer() -> None:
    product = make_product("logged_in")
    make_leads(product, 12, days_ago=100)
    buys(product, after_days=30)
    raw = {key: sight.value for key, sight in look(product, AT).items()}
    read = Answers.read(raw)
    assert {key for key, value in raw.items() if value is not None} == {
        key for key in raw if getattr(read, key) is not None
    }


def test_it_is_counted_once_a_minute() -> None:
    product = make_product()
    assert "signups" not in look(product, AT)
    make_leads(product, 1, days_ago=1)
    assert "signups" not in look(product, AT)
