"""Find, lock and make the leads that messages are of (docs/adr/0004: the locking protocol).

Leads are locked in id order, shared (``FOR KEY SHARE``) by whoever adds facts and exclusively
(``FOR UPDATE``) by whoever merges. Nobody goes from the first to the second: a merge found
necessary starts the transaction over (:class:`StartOverError`) with all its leads exclusive.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from django.db import OperationalError, connection

from leads.ingest import people
from leads.ingest.people import Key
from leads.ingest.types import Message
from leads.merging import merge_locked
from leads.models import Source

MAX_ROUNDS = 10

FIND = """
SELECT i.namespace, i.kind, i.value, l.id, l.merged_into_id IS NOT NULL
FROM unnest(%s::text[], %s::text[], %s::text[]) AS w(namespace, kind, value)
JOIN leads_identity i
  ON i.namespace = w.namespace AND i.kind = w.kind AND i.value = w.value
JOIN leads_lead l ON l.id = i.lead_id
ORDER BY l.id FOR KEY SHARE OF l
"""

# Identities first: whoever loses the race for one gets no row for it, and a lead none of whose
# identities was ours to give is never made. The foreign key is checked at commit.
MAKE = """
WITH fresh AS MATERIALIZED (
  SELECT number, nextval(pg_get_serial_sequence('leads_lead', 'id')) AS id
  FROM generate_series(1, %(fresh)s) AS number
), named AS (
  INSERT INTO leads_identity (namespace, kind, value, lead_id, created_at)
  SELECT k.namespace, k.kind, k.value, coalesce(k.lead, fresh.id), %(at)s
  FROM json_to_recordset(%(keys)s::json)
    AS k(namespace text, kind text, value text, lead bigint, number int)
  LEFT JOIN fresh ON fresh.number = k.number
  ORDER BY k.namespace, k.kind, k.value
  ON CONFLICT DO NOTHING
  RETURNING namespace, kind, value, lead_id
), made AS (
  INSERT INTO leads_lead (id, email, name, title, attributes, is_synthetic, created_at)
  SELECT id, '', '', '', '{}', %(is_synthetic)s, %(at)s
  FROM fresh WHERE id IN (SELECT lead_id FROM named)
)
SELECT namespace, kind, value, lead_id FROM named
"""


class StartOverError(Exception):
    """Let go of every lock and start over, first locking these leads for merging."""

    def __init__(self, lead_ids: Iterable[int]) -> None:
        super().__init__()
        self.lead_ids = frozenset(lead_ids)


def resolve_leads(
    messages: Sequence[Message], *, source: Source, at: datetime, locked: frozenset[int]
) -> tuple[list[int], set[int]]:
    """Return the lead id of each message, and the ids of leads that others were merged into.

    Args:
        locked: leads this transaction holds ``FOR UPDATE`` and may merge.

    Raises:
        StartOverError: leads must be merged that are not ``locked``, or were merged meanwhile.
    """
    keys = [people.keys_of(message, source.namespace) for message in messages]
    wanted = list({key: None for of_message in keys for key in of_message})
    grown: set[int] = set()
    for _ in range(MAX_ROUNDS):
        owners = _find(wanted)
        if owners is None:
            # Merged while we waited for its lock. Locking its winner on top of what we hold
            # would break the order of locking.
            raise StartOverError(locked)
        leads = people.all_known(keys, owners)
        if leads is not None:
            return leads, grown
        plan = people.plan_people(messages, keys, owners=owners, users=_users(set(owners.values())))
        if plan.merges:
            if not set(owners.values()) <= locked:
                raise StartOverError(owners.values())
            for merge in plan.merges:
                grown.add(merge_locked(merge.winner_id, merge.loser_id, merge.reason, at))
        elif _make(plan, source=source, at=at):
            return [_lead_id(person) for person in plan.people], grown
    raise OperationalError("Identities changed faster than they could be read; try again.")


def lock_leads(lead_ids: Iterable[int]) -> None:
    """Lock leads for merging, in id order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(lead_ids)],
        )


def _find(wanted: Sequence[Key]) -> dict[Key, int] | None:
    namespaces, kinds, values = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(FIND, [list(namespaces), list(kinds), list(values)])
        rows = cursor.fetchall()
    owners = {}
    for namespace, kind, value, lead_id, is_merged in rows:
        if is_merged:
            return None
        owners[Key(namespace, kind, value)] = lead_id
    return owners


def _users(lead_ids: set[int]) -> dict[int, list[Key]]:
    users: dict[int, list[Key]] = {}
    if lead_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT lead_id, namespace, value FROM leads_identity"
                " WHERE kind = 'user' AND lead_id = ANY(%s)",
                [list(lead_ids)],
            )
            for lead_id, namespace, value in cursor.fetchall():
                users.setdefault(lead_id, []).append(Key(namespace, "user", value))
    return users


def _make(plan: people.Plan, *, source: Source, at: datetime) -> bool:
    """Store new identities and leads; False if another request was faster with any of them."""
    if not plan.new_keys:
        return True  # only a contradiction that changes nothing
    fresh: dict[int, int] = {}
    rows = []
    for key, owner in plan.new_keys.items():
        person = owner.whole()
        number = None
        if person.lead_id is None:
            number = fresh.setdefault(id(person), len(fresh) + 1)
        rows.append({**key._asdict(), "lead": person.lead_id, "number": number})
    with connection.cursor() as cursor:
        cursor.execute(
            MAKE,
            {
                "fresh": len(fresh),
                "keys": orjson.dumps(rows).decode(),
                "is_synthetic": source.is_synthetic,
                "at": at,
            },
        )
        made = cursor.fetchall()
    for namespace, kind, value, lead_id in made:
        plan.new_keys[Key(namespace, kind, value)].whole().lead_id = lead_id
    return len(made) == len(rows)


def _lead_id(person: people.Person) -> int:
    lead_id = person.whole().lead_id
    if lead_id is None:
        raise AssertionError("a person of a finished plan has a lead")
    return lead_id
