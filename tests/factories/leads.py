"""Rows of the facts for tests; every person and company is made up."""

from datetime import UTC, datetime
from typing import Any

import factory

from leads.keys import hash_write_key
from leads.models import Account, Lead, Product, Signal, SignalMapping, Source, Trial

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product

    key = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")


class SourceFactory(factory.django.DjangoModelFactory[Source]):
    """A source whose write key is ``write_key_of(source)``."""

    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"Source {n}")
    product = factory.SubFactory(ProductFactory)
    key_hash = factory.LazyAttribute(lambda source: hash_write_key(f"key of {source.name}"))


def write_key_of(source: Source) -> str:
    """Return the write key of a source made by :class:`SourceFactory`."""
    return f"key of {source.name}"


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    class Meta:
        model = Account

    external_id = factory.Sequence(lambda n: f"account-{n}")
    name = factory.Sequence(lambda n: f"Company {n}")


class LeadFactory(factory.django.DjangoModelFactory[Lead]):
    class Meta:
        model = Lead

    email = factory.Sequence(lambda n: f"person{n}@company.example")
    attributes = factory.LazyAttribute(lambda lead: {"email": lead.email})


class TrialFactory(factory.django.DjangoModelFactory[Trial]):
    class Meta:
        model = Trial

    lead = factory.SubFactory(LeadFactory)
    product = factory.SubFactory(ProductFactory)
    started_at = AT


class SignalFactory(factory.django.DjangoModelFactory[Signal]):
    class Meta:
        model = Signal

    product = factory.SubFactory(ProductFactory)
    key = factory.Sequence(lambda n: f"signal_{n}")
    name = factory.Sequence(lambda n: f"Signal {n}")


class SignalMappingFactory(factory.django.DjangoModelFactory[SignalMapping]):
    class Meta:
        model = SignalMapping

    signal = factory.SubFactory(SignalFactory)
    event_name = "Teammate Invited"


def message(kind: str = "track", **fields: Any) -> dict[str, Any]:
    """Return a raw message of the Segment spec with what every message needs."""
    raw: dict[str, Any] = {"type": kind, "timestamp": AT.isoformat()}
    if kind == "track":
        raw["event"] = "Teammate Invited"
    return raw | fields
