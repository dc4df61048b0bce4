"""Writes to the facts."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from leads import services
from leads.ingest import ingest, read_message
from leads.keys import hash_write_key
from leads.models import (
    AttributeChange,
    Event,
    Hit,
    Identity,
    Lead,
    LeadChange,
    LeadMerge,
    Outcome,
    RejectedMessage,
    Source,
    Trial,
)
from tests.factories.leads import (
    AT,
    AccountFactory,
    LeadFactory,
    ProductFactory,
    SignalMappingFactory,
    SourceFactory,
    TrialFactory,
    message,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_write_key_is_shown_once_and_kept_as_a_hash() -> None:
    source, key = services.create_source(name="App")
    assert source.key_hash == hash_write_key(key)
    assert key.startswith(source.key_prefix)
    assert key not in str(Source.objects.values().get())


def test_rotated_key_overlaps() -> None:
    source, old = services.create_source(name="App")
    new = services.rotate_write_key(source, at=AT, overlap=HOUR)
    opened = Source.objects.with_key_hash
    assert opened(hash_write_key(new), at=AT).get() == source
    assert opened(hash_write_key(old), at=AT + HOUR / 2).get() == source
    assert not opened(hash_write_key(old), at=AT + HOUR).exists()
    services.rotate_write_key(source, at=AT, overlap=timedelta(0))
    assert not opened(hash_write_key(new), at=AT).exists()


def test_set_attributes_keeps_history_and_asks_for_a_score() -> None:
    account = AccountFactory.create(domain="acme.example")
    lead = LeadFactory.create()
    changed = services.set_attributes(
        lead=lead, attributes={"email": "a@acme.example", "title": "VP"}, at=AT
    )
    lead.refresh_from_db()
    assert changed
    assert (lead.email, lead.title, lead.account) == ("a@acme.example", "VP", account)
    assert LeadChange.objects.get().lead == lead
    assert not services.set_attributes(lead=lead, attributes={"title": "VP"}, at=AT + HOUR)
    assert AttributeChange.objects.get(name="title").confirmed_at == AT + HOUR


def test_account_attributes_change_all_its_leads() -> None:
    account = AccountFactory.create()
    lead = LeadFactory.create(account=account)
    stranger = LeadFactory.create(email="b@acme.example")
    services.set_account_attributes(
        account=account, attributes={"employees": 50, "domain": "acme.example"}, at=AT
    )
    account.refresh_from_db()
    stranger.refresh_from_db()
    assert account.attributes == {"employees": 50, "domain": "acme.example"}
    assert stranger.account == account
    assert set(LeadChange.objects.values_list("lead_id", flat=True)) == {lead.pk, stranger.pk}


def test_outcome_told_twice_is_one() -> None:
    lead = LeadFactory.create()
    for amount in (None, Decimal(5)):
        services.record_outcome(
            lead=lead, kind="closed_won", occurred_at=AT, amount=amount, currency="EUR"
        )
    assert (Outcome.objects.get().amount, Outcome.objects.get().currency) == (Decimal(5), "EUR")


def test_merge_moves_everything_and_leaves_a_signpost() -> None:
    source = SourceFactory.create()
    SignalMappingFactory.create(signal__product=source.product)
    ingest(
        [
            read_message(raw, received_at=AT)
            for raw in (
                message("identify", userId="u1", traits={"title": "VP", "plan": "old"}),
                message("identify", userId="u2", traits={"plan": "pro", "x": None}),
                message(userId="u2", timestamp="2026-11-01T00:00:00Z"),
            )
        ],
        source=source,
        received_at=AT,
    )
    winner = Identity.objects.get(value="u1").lead
    loser = Identity.objects.get(value="u2").lead
    other_product = ProductFactory.create()
    TrialFactory.create(lead=loser, product=other_product, started_at=AT, ends_at=AT + HOUR)
    for lead, kind in ((winner, "churned"), (loser, "churned"), (loser, "opportunity")):
        services.record_outcome(lead=lead, kind=kind, occurred_at=AT)
    services.merge_leads(winner=winner, loser=loser, reason="admin", at=AT)

    winner = Lead.objects.living().get()
    assert winner.attributes == {"title": "VP", "plan": "pro"}
    assert Event.objects.filter(lead=winner).count() == 3
    assert Hit.objects.filter(lead=winner).count() == 1
    assert Identity.objects.filter(lead=winner).count() == 2
    assert {outcome.kind for outcome in winner.outcomes.all()} == {"churned", "opportunity"}
    assert Outcome.objects.count() == 2
    assert winner.trials.get(product=source.product).started_at.day == 1
    assert winner.trials.get(product=other_product).ends_at == AT + HOUR
    # Both: the winner for a new score, the loser to lose its own.
    assert set(LeadChange.objects.values_list("lead_id", flat=True)) == {winner.pk, loser.pk}
    loser.refresh_from_db()
    assert (loser.merged_into, loser.attributes) == (winner, {})
    assert not AttributeChange.objects.filter(lead=loser).exists()
    assert not Trial.objects.filter(lead=loser).exists()
    assert LeadMerge.objects.get().moved["events"] == 2
    with pytest.raises(services.MergeImpossibleError):
        services.merge_leads(winner=loser, loser=winner, reason="again", at=AT)


def test_stated_sign_up_wins_over_a_seen_one_in_a_merge() -> None:
    product = ProductFactory.create()
    seen = TrialFactory.create(product=product, started_at=AT - HOUR)
    stated = TrialFactory.create(product=product, started_at=AT, start_is_stated=True)
    services.merge_leads(winner=seen.lead, loser=stated.lead, reason="admin", at=AT)
    assert Trial.objects.get().started_at == AT


def test_chain_of_merges_is_followed() -> None:
    one, two, three = LeadFactory.create_batch(3)
    services.merge_leads(winner=two, loser=one, reason="admin", at=AT)
    services.merge_leads(winner=three, loser=two, reason="admin", at=AT)
    services.record_outcome(lead=one, kind="churned", occurred_at=AT)
    assert Outcome.objects.get().lead == three


def test_replay_takes_what_has_become_valid() -> None:
    source = SourceFactory.create()
    late = AT + timedelta(days=3)
    good = message(userId="u1", messageId="m1", timestamp="2026-11-20T00:00:00Z")
    for raw in (good, message(userId="null", messageId="m2"), "no message"):
        row = RejectedMessage(source=source, received_at=AT, code="old_rule", reason="It was.")
        row.raw = str(raw) if isinstance(raw, str) else json.dumps(raw)
        row.save()
    ids = list(RejectedMessage.objects.values_list("pk", flat=True))
    result = services.replay_rejected(ids, at=late)
    assert result.accepted == 1
    assert RejectedMessage.objects.waiting().count() == 2
    assert Event.objects.get().occurred_at.day == 20
    assert services.replay_rejected(ids, at=late).accepted == 0
