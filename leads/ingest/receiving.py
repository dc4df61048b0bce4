"""Messages in, facts stored: one transaction, all or nothing, safe to repeat (docs/adr/0003)."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction

from leads.conflicts import lost_to_another
from leads.ingest.describing import describe
from leads.ingest.resolving import StartOverError, lock_leads, resolve_leads
from leads.ingest.storing import claim_keys, store_facts, store_refusals
from leads.ingest.tables import mapping_table
from leads.ingest.types import IngestResult, Message, Refusal
from leads.merging import settle_trial_ends
from leads.models import Source

logger = logging.getLogger(__name__)

MAX_STARTS = 20
MAX_FAILURES = 4
# The server shut down, or the connection broke; where the client notices, there is no state.
CONNECTION_LOST = ("57P", "08")


def ingest(
    messages: Sequence[Message | Refusal], *, source: Source, received_at: datetime
) -> IngestResult:
    """Store messages and what follows from them; when it returns, all of it is committed.

    A message id this source has used before has no effect at all. Refusals are kept as
    :class:`RejectedMessage` rows in the same transaction. A conflict with other requests, or a
    connection that turns out to be dead, makes it start over: message ids make that harmless.

    Raises:
        django.db.OperationalError: the database is away, full or overloaded; nothing is stored.
    """
    kept = [message for message in messages if isinstance(message, Message)]
    set_aside = tuple(
        (index, message) for index, message in enumerate(messages) if isinstance(message, Refusal)
    )
    locked: frozenset[int] = frozenset()
    failures = 0
    for _ in range(MAX_STARTS):
        try:
            return _store(kept, set_aside, source, received_at, locked)
        except StartOverError as again:
            locked = again.lead_ids
        except (OperationalError, InterfaceError) as error:
            failures += 1
            if failures >= MAX_FAILURES or not _may_try_again(error, failures):
                raise
    raise OperationalError("Leads are being merged faster than events can be added; try again.")


@transaction.atomic
def _store(
    kept: Sequence[Message],
    set_aside: Sequence[tuple[int, Refusal]],
    source: Source,
    received_at: datetime,
    locked: frozenset[int],
) -> IngestResult:
    if set_aside:
        store_refusals(
            (refusal for _, refusal in set_aside), source=source, received_at=received_at
        )
    by_key = {message.key: message for message in reversed(kept)}  # the first of equals counts
    if not by_key:
        return IngestResult(set_aside=tuple(set_aside))
    claim = claim_keys(by_key, source_id=source.pk)
    messages = [
        message for message in kept if message.key in claim.fresh and by_key[message.key] is message
    ]
    has_changed = False
    if messages:
        if locked:
            lock_leads(locked)
        leads, grown = resolve_leads(messages, source=source, at=received_at, locked=locked)
        changed = describe(messages, leads, source=source)
        changed.leads |= grown
        has_changed = store_facts(
            messages,
            leads,
            source=source,
            received_at=received_at,
            table=mapping_table(claim.mappings_version),
            changed=changed,
        )
        _settle_trials(messages, leads)
    return IngestResult(
        accepted=len(messages),
        duplicates=len(kept) - len(messages),
        set_aside=tuple(set_aside),
        has_changed_leads=has_changed,
    )


def _settle_trials(messages: Sequence[Message], leads: Sequence[int]) -> None:
    stated = {
        lead_id
        for message, lead_id in zip(messages, leads, strict=True)
        if message.trial_ends_at is not None or message.signed_up_at is not None
    }
    if stated:
        settle_trial_ends(sorted(stated))


def _may_try_again(error: Exception, failures: int) -> bool:
    """Whether starting over can help: always after losing a deadlock, once on a dead connection."""
    if connection.in_atomic_block:
        return False  # the caller's transaction is lost, and only the caller can repeat it
    state = getattr(error.__cause__, "sqlstate", None)
    if lost_to_another(error):
        logger.info("Ingest starts over after a conflict: %s", state)
        return True
    if failures == 1 and (state is None or state.startswith(CONNECTION_LOST)):
        connection.close()
        return True
    return False
