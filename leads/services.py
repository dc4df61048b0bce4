"""Writes to the facts: sources and their keys, what is known of leads, and what became of them.

Every service is atomic, takes the moment as ``at``, and marks the leads it changed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit, keys
from leads.attributes import write_statements
from leads.ingest import IngestResult, Message, ingest, read_message
from leads.ingest.accounts import attachments_by_domain, lock_accounts
from leads.ingest.describing import lock_described
from leads.merging import MergeImpossibleError, follow_merges, mark_changed, merge_leads
from leads.models import Account, Lead, Outcome, Product, RejectedMessage, Source

__all__ = [
    "MergeImpossibleError",
    "add_product",
    "create_source",
    "merge_leads",
    "record_outcome",
    "rename_product",
    "replay_rejected",
    "rotate_write_key",
    "set_account_attributes",
    "set_attributes",
]


@transaction.atomic
def create_source(
    *,
    name: str,
    product: Product | None = None,
    namespace: str = "",
    is_synthetic: bool = False,
) -> tuple[Source, str]:
    """Create a source and return it with its write key, which cannot be shown again."""
    write_key = keys.new_write_key()
    source = Source.objects.create(
        name=name,
        product=product,
        namespace=namespace,
        is_synthetic=is_synthetic,
        key_hash=keys.hash_write_key(write_key),
        key_prefix=write_key[:12],
    )
    return source, write_key


@transaction.atomic
def rotate_write_key(
    source: Source, *, at: datetime, overlap: timedelta = timedelta(hours=24)
) -> str:
    """Give a source a new write key and return it; the old one works until ``at + overlap``.

    SDKs drop what they hold on a 401, so the overlap is as long as it takes to deploy the new key.
    """
    source = Source.objects.select_for_update().get(pk=source.pk)
    write_key = keys.new_write_key()
    if source.key_hash and overlap > timedelta(0):
        source.previous_key_hash, source.previous_key_until = source.key_hash, at + overlap
    else:
        source.previous_key_hash, source.previous_key_until = "", None
    source.key_hash, source.key_prefix = keys.hash_write_key(write_key), write_key[:12]
    source.save(update_fields=["key_hash", "key_prefix", "previous_key_hash", "previous_key_until"])
    return write_key


@transaction.atomic
def set_attributes(*, lead: Lead, attributes: Mapping[str, Any], at: datetime) -> bool:
    """State attributes of a lead as of ``at`` (None takes one away); return whether any changed."""
    lead_id = follow_merges(lead.pk)
    lock_described([lead_id])
    stated = {name: [(at, value)] for name, value in attributes.items()}
    changed = write_statements("lead", {lead_id: stated})
    if "email" in attributes:
        changed |= write_statements("lead", attachments_by_domain(lead_ids=[lead_id]))
    mark_changed(sorted(changed), at)
    return bool(changed)


@transaction.atomic
def set_account_attributes(
    *, account: Account, attributes: Mapping[str, Any], at: datetime
) -> bool:
    """State attributes of an account as of ``at``; its leads' scores become due if any changed."""
    lock_accounts([account.pk])
    stated = {name: [(at, value)] for name, value in attributes.items()}
    changed = write_statements("account", {account.pk: stated})
    if changed:
        write_statements("lead", attachments_by_domain(account_ids=[account.pk]))
        leads = Lead.objects.living().filter(account_id=account.pk)
        mark_changed(list(leads.values_list("pk", flat=True)), at)
    return bool(changed)


@transaction.atomic
def record_outcome(
    *,
    lead: Lead,
    kind: str,
    occurred_at: datetime,
    product: Product | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    note: str = "",
) -> Outcome:
    """Record what became of a lead; the same outcome told twice is one."""
    outcome, _ = Outcome.objects.update_or_create(
        lead_id=follow_merges(lead.pk),
        product=product,
        kind=kind,
        occurred_at=occurred_at,
        defaults={
            "amount": amount,
            "currency": currency if amount is not None else "",
            "note": note,
        },
    )
    return outcome


@transaction.atomic
def withdraw_outcome(outcome: Outcome) -> None:
    """Take back an outcome that was recorded by mistake."""
    outcome.delete()


def replay_rejected(rejected_ids: Iterable[int], *, at: datetime) -> IngestResult:
    """Take in messages set aside earlier, as of when they were received, now that they are valid.

    What is still not valid stays as it is, waiting. Harmless twice: message ids see to that.
    """
    accepted = duplicates = 0
    has_changed = False
    for pk in sorted(rejected_ids):
        with transaction.atomic():
            row = (
                RejectedMessage.objects.waiting()
                .select_for_update(of=("self",))
                .select_related("source")
                .filter(pk=pk)
                .first()
            )
            message = None if row is None else _reread(row)
            if row is None or message is None:
                continue
            result = ingest([message], source=row.source, received_at=at)
            row.resolved_at, row.resolution = at, "replayed"
            row.save(update_fields=["resolved_at", "resolution"])
            accepted += result.accepted
            duplicates += result.duplicates
            has_changed = has_changed or result.has_changed_leads
    return IngestResult(accepted, duplicates, (), has_changed)


def _reread(row: RejectedMessage) -> Message | None:
    try:
        raw = orjson.loads(row.raw)
    except orjson.JSONDecodeError:
        return None
    message = read_message(raw, received_at=row.received_at, sent_at=row.sent_at)
    return message if isinstance(message, Message) else None


@transaction.atomic
def add_product(*, key: str, name: str, by: AbstractBaseUser | None, at: datetime) -> Product:
    """Another product that people try."""
    product = Product.objects.create(key=key, name=name)
    audit.record("added", about=product, by=by, at=at, changes=[("name", None, name)])
    return product


@transaction.atomic
def rename_product(
    product: Product, *, name: str, by: AbstractBaseUser | None, at: datetime
) -> Product:
    """Call a product otherwise; its key stays."""
    product = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if product.name != name:
        change = [("name", product.name, name)]
        audit.record("edited", about=product, by=by, at=at, changes=change)
        product.name = name
        product.save(update_fields=["name"])
    return product
