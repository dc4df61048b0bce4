"""The statements that claim message ids and store events, hits, trials and what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from leads.ingest.describing import Changed
from leads.ingest.types import Message, Refusal
from leads.mapping import HitFacts, MappingTable
from leads.models import RejectedMessage, Source

# The version of the mappings comes along for nothing: every change writes a row elsewhere.
CLAIM = """
WITH claimed AS (
  INSERT INTO leads_event_key (source_id, key)
  SELECT %s, key FROM unnest(%s::uuid[]) AS key
  ON CONFLICT DO NOTHING RETURNING key
)
SELECT (SELECT array_agg(replace(key::text, '-', '')) FROM claimed),
  (SELECT concat(count(*), ' ', sum(hashtext(concat(id, xmin, ctid)))) FROM leads_signalmapping),
  set_config('lock_timeout', '8s', true)
"""

STORE = """
WITH message AS MATERIALIZED (
  SELECT nextval('leads_event_id_seq') AS id, m.*
  FROM json_to_recordset(%(events)s::json) AS m(
    n int, lead bigint, at timestamptz, kind text, name text, message_id text, session text,
    properties jsonb, context jsonb)
), stored AS (
  INSERT INTO leads_event (id, received_at, occurred_at, source_id, lead_id, kind, name,
    message_id, session, properties, context)
  SELECT id, %(received_at)s, at, %(source)s, lead, kind, name, message_id, session,
    properties, context
  FROM message
), hit AS (
  INSERT INTO leads_hit (lead_id, signal_id, occurred_at, event_id, number, value_key, session_key)
  SELECT message.lead, h.signal, message.at, message.id, h.number, h.value_key, h.session_key
  FROM json_to_recordset(%(hits)s::json) AS h(
    n int, signal bigint, number float8, value_key bigint, session_key bigint)
  JOIN message USING (n)
  RETURNING lead_id
), trial AS (
  INSERT INTO leads_trial AS t (lead_id, product_id, started_at, start_is_stated)
  SELECT w.lead, w.product, w.at, w.stated
  FROM json_to_recordset(%(trials)s::json) AS w(
    lead bigint, product bigint, at timestamptz, stated boolean)
  LEFT JOIN leads_trial known ON known.lead_id = w.lead AND known.product_id = w.product
  WHERE known.id IS NULL
    OR (w.stated AND NOT known.start_is_stated)
    OR (w.stated = known.start_is_stated AND w.at < known.started_at)
  ORDER BY w.product, w.lead
  ON CONFLICT (product_id, lead_id) DO UPDATE SET
    started_at = CASE
      WHEN t.start_is_stated = EXCLUDED.start_is_stated
        THEN least(t.started_at, EXCLUDED.started_at)
      WHEN EXCLUDED.start_is_stated THEN EXCLUDED.started_at
      ELSE t.started_at END,
    start_is_stated = t.start_is_stated OR EXCLUDED.start_is_stated,
    ends_at = CASE
      WHEN EXCLUDED.start_is_stated AND EXCLUDED.started_at > t.ends_at THEN NULL
      ELSE t.ends_at END
  RETURNING lead_id
), changed AS (
  INSERT INTO leads_leadchange AS c (lead_id, generation, changed_at, attempts)
  SELECT lead_id, 1, %(received_at)s, 0 FROM (
    SELECT lead_id FROM hit
    UNION SELECT lead_id FROM trial
    UNION SELECT unnest(%(changed_leads)s::bigint[])
    UNION SELECT id FROM leads_lead
      WHERE account_id = ANY(%(changed_accounts)s::bigint[]) AND merged_into_id IS NULL
  ) AS who
  ORDER BY lead_id
  ON CONFLICT (lead_id) DO UPDATE SET generation = c.generation + 1, attempts = 0
  RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM changed)
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Which message keys are new to us, and which version the signal mappings have."""

    fresh: frozenset[str]
    mappings_version: str


def claim_keys(keys: Iterable[str], *, source_id: int) -> Claim:
    """Claim message keys for ever; ``fresh`` are those that nobody had claimed."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [source_id, "{" + ",".join(sorted(keys)) + "}"])
        row = cursor.fetchone()
    return Claim(frozenset(row[0] or ()), row[1])


def store_facts(
    messages: Sequence[Message],
    leads: Sequence[int],
    *,
    source: Source,
    received_at: datetime,
    table: MappingTable,
    changed: Changed,
) -> bool:
    """Store events, hits and trials; mark the leads changed. Return whether any lead was."""
    hits: list[dict[str, Any]] = []
    trials: dict[tuple[int, int, bool], datetime] = {}
    for n, (message, lead_id) in enumerate(zip(messages, leads, strict=True)):
        products = set() if source.product_id is None else {source.product_id}
        for hit in table.hits(
            message.kind,
            message.name,
            message.properties,
            source_id=source.pk,
            session=message.session,
        ):
            products.add(hit.product_id)
            hits.append(_hit_row(n, hit))
        for product_id in products:
            _note_trial(trials, lead_id, product_id, message, source)
    events = [
        _event_row(n, message, lead_id)
        for n, (message, lead_id) in enumerate(zip(messages, leads, strict=True))
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            STORE,
            {
                "events": orjson.dumps(events).decode(),
                "hits": orjson.dumps(hits).decode(),
                "trials": orjson.dumps(_trial_rows(trials)).decode(),
                "source": source.pk,
                "received_at": received_at,
                "changed_leads": sorted(changed.leads),
                "changed_accounts": sorted(changed.accounts),
            },
        )
        return bool(cursor.fetchone()[0])


def store_refusals(refusals: Iterable[Refusal], *, source: Source, received_at: datetime) -> None:
    """Keep what could not be understood, for people to see, mend and replay."""
    RejectedMessage.objects.bulk_create(
        RejectedMessage(
            source_id=source.pk,
            received_at=received_at,
            sent_at=refusal.sent_at,
            message_id=_printable(refusal.message_id),
            code=refusal.code,
            field=_printable(refusal.field),
            reason=_printable(refusal.reason),
            raw=_printable(refusal.raw.decode(errors="replace")),
        )
        for refusal in refusals
    )


def _printable(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def _event_row(n: int, message: Message, lead_id: int) -> dict[str, Any]:
    return {
        "n": n,
        "lead": lead_id,
        "at": message.occurred_at,
        "kind": message.kind,
        "name": message.name,
        "message_id": message.message_id,
        "session": message.session,
        "properties": message.properties,
        "context": message.context,
    }


def _hit_row(n: int, hit: HitFacts) -> dict[str, Any]:
    return {
        "n": n,
        "signal": hit.signal_id,
        "number": hit.number,
        "value_key": hit.value_key,
        "session_key": hit.session_key,
    }


def _note_trial(
    trials: dict[tuple[int, int, bool], datetime],
    lead_id: int,
    product_id: int,
    message: Message,
    source: Source,
) -> None:
    """The sign-up is what the source of this very product states; else the first thing seen."""
    is_stated = message.signed_up_at is not None and product_id == source.product_id
    at = message.signed_up_at if is_stated else message.occurred_at
    key = (lead_id, product_id, is_stated)
    if at is not None and (key not in trials or at < trials[key]):
        trials[key] = at


def _trial_rows(trials: dict[tuple[int, int, bool], datetime]) -> list[dict[str, Any]]:
    """One row per lead and product: where a start is stated, what was merely seen is left out."""
    return [
        {"lead": lead_id, "product": product_id, "at": at, "stated": is_stated}
        for (lead_id, product_id, is_stated), at in trials.items()
        if is_stated or (lead_id, product_id, True) not in trials
    ]
