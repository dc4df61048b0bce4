"""Changes to signals and mappings, kept in the audit log."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from leads.models import AuditEntry, Hit, LeadChange, Signal, SignalMapping
from leads.signals import add_mapping, create_signal, delete_mapping, delete_signal
from tests.factories.leads import AT, LeadFactory, ProductFactory, SignalMappingFactory

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.order_by("pk")
    return [(entry.label, entry.action, entry.field) for entry in rows]


def test_new_signal_has_a_key_of_its_name_that_is_free() -> None:
    product = ProductFactory.create()
    keys = [
        create_signal(product=product, name=name, at=AT).key
        for name in ("Invited a teammate", "Invited a Teammate", "招待", "x" * 120)
    ]
    assert keys == ["invited_a_teammate", "invited_a_teammate_2", "signal", "x" * 56]


def test_who_did_what_is_recorded() -> None:
    person = User.objects.create(username="rosa")
    signal = create_signal(product=ProductFactory.create(), name="Invited", by=person, at=AT)
    mapping = add_mapping(
        signal=signal, kind="track", event_name="Teammate Invited", by=person, at=AT
    )
    delete_mapping(mapping, by=person, at=AT)
    assert entries() == [
        ("Invited", "created", ""),
        ("Invited", "edited", "mappings"),
        ("Invited", "edited", "mappings"),
    ]
    assert set(AuditEntry.objects.values_list("by__username", flat=True)) == {"rosa"}
    added = AuditEntry.objects.order_by("pk")[1]
    assert added.after is not None
    assert added.after[0]["event"] == "Teammate Invited"


def test_a_mapping_that_makes_no_sense_changes_nothing() -> None:
    signal = create_signal(product=ProductFactory.create(), name="Invited", at=AT)
    with pytest.raises(ValidationError):
        add_mapping(signal=signal, kind="track", event_name="", at=AT)
    assert not SignalMapping.objects.exists()
    assert len(entries()) == 1


def test_deleted_signal_takes_its_hits_along_and_its_leads_are_scored_anew() -> None:
    signal = SignalMappingFactory.create().signal
    lead, other = LeadFactory.create_batch(2)
    Hit.objects.create(lead=lead, signal=signal, occurred_at=AT, event_id=1)
    Hit.objects.create(
        lead=other, signal=SignalMappingFactory.create().signal, occurred_at=AT, event_id=1
    )
    delete_signal(signal, by=None, at=AT)
    assert Hit.objects.get().lead == other
    assert LeadChange.objects.get().lead == lead
    assert not Signal.objects.filter(pk=signal.pk).exists()
    assert entries() == [(signal.name, "deleted", "")]
