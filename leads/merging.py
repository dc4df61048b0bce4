"""Two leads are one person: make them one lead, losing and doubling nothing (docs/adr/0004)."""

from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from leads.attributes import Statement, mark_left_accounts, write_statements
from leads.models import Identity, Lead, LeadMerge, Outcome, Trial

TRIAL_ENDS = "$trial_ends_at."  # + product id: what sources stated, in the lead's history


class MergeImpossibleError(ValueError):
    """The two leads are one already."""


class _MergedMeanwhileError(Exception):
    """One of the leads was merged by somebody else while we waited for its lock."""


@transaction.atomic
def merge_leads(*, winner: Lead, loser: Lead, reason: str, at: datetime) -> Lead:
    """Merge ``loser`` into ``winner`` for good and return the winner; its score becomes due.

    Events, hits, identities, attribute history, trials and outcomes move. The loser stays as a
    signpost. Leads merged before are followed to who they are now.

    Raises:
        MergeImpossibleError: both are the same person already.
    """
    while True:
        ids = {follow_merges(winner.pk), follow_merges(loser.pk)}
        if len(ids) == 1:
            raise MergeImpossibleError(f"Leads {winner.pk} and {loser.pk} are one already.")
        with suppress(_MergedMeanwhileError), transaction.atomic():
            list(Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update())
            if {follow_merges(winner.pk), follow_merges(loser.pk)} != ids:
                raise _MergedMeanwhileError  # lets go of the locks: they must be taken in order
            winner_id = merge_locked(winner.pk, loser.pk, reason, at)
            mark_changed([winner_id], at)
            return Lead.objects.get(pk=winner_id)


def follow_merges(lead_id: int) -> int:
    """Return the id of the living lead that ``lead_id`` is, along the chain of merges."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE chain AS ("
            " SELECT id, merged_into_id FROM leads_lead WHERE id = %s"
            " UNION SELECT l.id, l.merged_into_id FROM leads_lead l"
            "  JOIN chain c ON l.id = c.merged_into_id)"
            " SELECT id FROM chain WHERE merged_into_id IS NULL",
            [lead_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else lead_id


def mark_changed(lead_ids: list[int], at: datetime) -> None:
    """Ask for new scores of these leads."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_leadchange (lead_id, generation, changed_at, attempts)"
            " SELECT id, 1, %s, 0 FROM unnest(%s::bigint[]) AS id"
            " ON CONFLICT (lead_id) DO UPDATE SET generation = leads_leadchange.generation + 1,"
            " attempts = 0",
            [at, sorted(set(lead_ids))],
        )


def merge_locked(winner_id: int, loser_id: int, reason: str, at: datetime) -> int:
    """Merge two leads that this transaction holds ``FOR UPDATE``; return the living one's id.

    Several merges of one plan may form a chain, so both ends are followed first.
    """
    winner_id, loser_id = follow_merges(winner_id), follow_merges(loser_id)
    if winner_id == loser_id:
        return winner_id
    moved: dict[str, Any] = {
        "identities": sorted(
            Identity.objects.filter(lead_id=loser_id).values_list("pk", flat=True)
        ),
        "events": _move("leads_event", winner_id, loser_id),
        "hits": _move("leads_hit", winner_id, loser_id),
        "outcomes": _move_outcomes(winner_id, loser_id),
    }
    _move("leads_identity", winner_id, loser_id)
    _move_trials(winner_id, loser_id)
    moved["attributes"] = _move_history(winner_id, loser_id)
    settle_trial_ends([winner_id])
    _leave_signpost(winner_id, loser_id, at)
    LeadMerge.objects.create(
        winner_id=winner_id, loser_id=loser_id, reason=reason, moved=moved, merged_at=at
    )
    return winner_id


_MOVE = {
    table: f"UPDATE {table} SET lead_id = %s WHERE lead_id = %s"  # noqa: S608  fixed names
    for table in ("leads_event", "leads_hit", "leads_identity")
}


def _move(table: str, winner_id: int, loser_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE[table], [winner_id, loser_id])
        return int(cursor.rowcount)


def _move_outcomes(winner_id: int, loser_id: int) -> int:
    """Move outcomes; one that both have (same product, kind, time) is the same one."""
    known = set(
        Outcome.objects.filter(lead_id=winner_id).values_list("product_id", "kind", "occurred_at")
    )
    moved = 0
    for outcome in Outcome.objects.filter(lead_id=loser_id):
        if (outcome.product_id, outcome.kind, outcome.occurred_at) in known:
            outcome.delete()
        else:
            outcome.lead_id = winner_id
            outcome.save(update_fields=["lead"])
            moved += 1
    return moved


def _move_trials(winner_id: int, loser_id: int) -> None:
    """One trial per product: a stated start wins over a seen one, then the earlier."""
    ours = {trial.product_id: trial for trial in Trial.objects.filter(lead_id=winner_id)}
    for trial in Trial.objects.filter(lead_id=loser_id):
        kept = ours.get(trial.product_id)
        if kept is None:
            trial.lead_id = winner_id
            trial.save(update_fields=["lead"])
            continue
        first = min(kept, trial, key=lambda each: (not each.start_is_stated, each.started_at))
        ends_at = max((each.ends_at for each in (kept, trial) if each.ends_at), default=None)
        kept.started_at, kept.start_is_stated = first.started_at, first.start_is_stated
        kept.ends_at = ends_at if ends_at and ends_at >= kept.started_at else None
        kept.save(update_fields=["started_at", "start_is_stated", "ends_at"])
        trial.delete()


def settle_trial_ends(lead_ids: list[int]) -> set[int]:
    """Bring ``Trial.ends_at`` in line with what was last stated; return the leads it changed.

    An end before a stated start is a contradiction and dropped; a start that was merely seen
    after the end moves back to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH stated AS ("
            " SELECT DISTINCT ON (lead_id, name) lead_id,"
            "  split_part(name, '.', 2)::bigint AS product_id,"
            "  (value #>> '{}')::timestamptz AS ends_at"
            " FROM leads_attributechange"
            " WHERE lead_id = ANY(%s) AND starts_with(name, %s)"
            " ORDER BY lead_id, name, known_at DESC"
            "), wanted AS ("
            " SELECT t.id, CASE WHEN s.ends_at >= t.started_at OR NOT t.start_is_stated"
            "  THEN s.ends_at END AS ends_at"
            " FROM stated s JOIN leads_trial t"
            "  ON t.lead_id = s.lead_id AND t.product_id = s.product_id"
            ")"
            " UPDATE leads_trial t SET ends_at = w.ends_at,"
            "  started_at = CASE WHEN t.start_is_stated THEN t.started_at"
            "   ELSE least(t.started_at, w.ends_at) END"
            " FROM wanted w WHERE w.id = t.id AND t.ends_at IS DISTINCT FROM w.ends_at"
            " RETURNING t.lead_id",
            [sorted(lead_ids), TRIAL_ENDS],
        )
        return {lead_id for (lead_id,) in cursor.fetchall()}


def _move_history(winner_id: int, loser_id: int) -> int:
    """Fold what was stated of the loser into the winner's history."""
    stated: dict[str, list[Statement]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM leads_attributechange WHERE lead_id = %s"
            " RETURNING name, value::text, known_at, confirmed_at",
            [loser_id],
        )
        rows = cursor.fetchall()
    for name, text, known_at, confirmed_at in rows:
        value = orjson.loads(text)
        stated[name] += [(known_at, value), (confirmed_at, value)]
    write_statements("lead", {winner_id: stated})
    return len(rows)


def _leave_signpost(winner_id: int, loser_id: int, at: datetime) -> None:
    mark_changed([loser_id], at)  # its scores are to go
    mark_left_accounts([loser_id])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead w SET created_at = least(w.created_at, l.created_at),"
            " is_synthetic = w.is_synthetic AND l.is_synthetic"
            " FROM leads_lead l WHERE w.id = %s AND l.id = %s",
            [winner_id, loser_id],
        )
        cursor.execute(
            "UPDATE leads_lead SET merged_into_id = %s, account_id = NULL, email = '', name = '',"
            " title = '', attributes = '{}' WHERE id = %s",
            [winner_id, loser_id],
        )
