from datetime import timedelta

import pytest

from leads.models import Hit, Lead, Product, Signal
from routing.messages import suggested_message
from routing.models import MessageTemplate, Qualification
from tests.factories.routing import RepFactory, make_pql
from tests.factories.rubrics import AT, TrialFactory

pytestmark = pytest.mark.django_db

LINES = [
    {"key": "a", "axis": "fit", "label": "Company size", "points": 40, "reason": "120 employees"},
    {"key": "b", "axis": "behavior", "label": "Invited teammates", "points": 20, "reason": "3"},
    {"key": "c", "axis": "behavior", "label": "SSO setup", "points": 5, "reason": "1"},
]


def _pql() -> Qualification:
    rep = RepFactory.create(user__first_name="Maya", user__last_name="Lind")
    pql: Qualification = make_pql(
        rep=rep, breakdown=LINES, lead__name="Ada King", lead__account__name="Engines Ltd"
    )
    return pql


def _signal(product: Product, name: str) -> Signal:
    return Signal.objects.create(product=product, key=name.lower().replace(" ", "_"), name=name)


def _hit(lead: Lead, signal: Signal, days_ago: int) -> None:
    Hit.objects.create(
        lead=lead,
        signal=signal,
        occurred_at=AT - timedelta(days=days_ago),
        event_id=-Hit.objects.count() - 1,
    )


def test_suggested_message_without_templates_is_a_whole_message() -> None:
    pql = _pql()
    _hit(pql.lead, _signal(pql.product, "Hit a usage limit"), 1)
    text = suggested_message(pql)
    assert text.startswith("Hi Ada,\n\nI saw that you hit a usage limit in Suite.")
    assert "Engines Ltd" in text
    assert text.endswith("Maya\n")


def test_suggested_message_of_somebody_unknown_still_reads_well() -> None:
    pql: Qualification = make_pql(rep=None, lead__name="", lead__account=None)
    text = suggested_message(pql)
    assert text.startswith("Hi there,\n\nI saw that you got started in Suite.")
    assert "your team" in text
    assert "{" not in text


def test_suggested_message_fills_reason_and_trial_end() -> None:
    pql = _pql()
    TrialFactory.create(lead=pql.lead, product=pql.product, ends_at=AT + timedelta(days=3))
    MessageTemplate.objects.create(name="a", subject="s", text="{top_reason}, {trial_end}")
    assert suggested_message(pql) == "invited teammates, 13 March"


def test_suggested_message_takes_the_most_special_template() -> None:
    pql = _pql()
    limit, old = _signal(pql.product, "Hit a limit"), _signal(pql.product, "Saw pricing")
    _hit(pql.lead, limit, 1)
    _hit(pql.lead, old, 40)
    make = MessageTemplate.objects.create
    other = Product.objects.create(key="other", name="Other")
    make(name="other product", subject="s", text="other", product=other)
    make(name="old signal", subject="s", text="old", signal=old)
    assert suggested_message(pql).startswith("Hi Ada")
    make(name="any", subject="s", text="any", position=0)
    assert suggested_message(pql) == "any"
    make(name="product", subject="s", text="product", product=pql.product, position=9)
    assert suggested_message(pql) == "product"
    make(name="limit", subject="s", text="limit", signal=limit, position=9)
    assert suggested_message(pql) == "limit"
    make(name="limit first", subject="s", text="limit first", signal=limit, position=8)
    assert suggested_message(pql) == "limit first"


def test_suggested_message_keeps_names_in_capitals() -> None:
    pql = _pql()
    pql.breakdown = LINES[2:]
    MessageTemplate.objects.create(name="a", subject="s", text="{top_reason}")
    assert suggested_message(pql) == "SSO setup"
