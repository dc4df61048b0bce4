"""Finding what plays wait for: every cause once, within moments, whatever is killed.

A cause becomes a row (:class:`PlayRun`, unique by play and cause) in the transaction that notes how
far the search is. Ids are given out in one order and committed in another; so rows are looked at
twice: once as soon as they can be seen, which takes care of nearly all within the second, and
once more when all transactions that could hold an earlier id have ended (:mod:`leads.fences`),
which takes care of the rest (docs/adr/0026).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from leads.fences import are_writers_numbered, is_behind, raise_fence
from routing.models import Play, PlayCursor
from routing.models.change import UNDO_SPAN
from routing.models.play import PlaySource
from routing.plays.triggers import TRIGGERS, Span
from routing.plays.triggers.base import compose

TABLES = {
    PlaySource.CHANGES: ("rubrics_scorechange", "c"),
    PlaySource.HITS: ("leads_hit", "h"),
    PlaySource.STATES: ("routing_statechange", "s"),
}
"""The table of each source that is searched by id, and what the triggers' statements call it."""
BLOCK = 20_000
"""Ids searched in one transaction: some tens of milliseconds."""
LOOK_BACK = 10_000
"""Ids before the newest that a search begins with: what others are just writing."""
NEWS = timedelta(days=1)
"""What happened longer ago is history when it comes in: an import, a mapping of past events."""
TRIALS_EVERY = timedelta(minutes=1)

KEEP = """
INSERT INTO routing_playrun (play_id, lead_id, product_id, qualification_id, cause, occurred_at,
  found_at, due_at, state, skipped_for, attempts, checked, did)
SELECT %(play)s, found.lead_id, found.product_id, found.qualification_id, found.cause,
  found.occurred_at, %(at)s, greatest(found.occurred_at + %(wait)s, %(at)s), 'waiting', '', 0,
  '[]', '[]'
FROM ({find}) AS found JOIN leads_lead AS l ON l.id = found.lead_id
WHERE found.occurred_at >= %(since)s AND found.occurred_at <= %(until)s
  AND (%(product)s::bigint IS NULL OR found.product_id = %(product)s)
ON CONFLICT (play_id, cause) DO NOTHING
"""


def find_causes(*, at: datetime, seconds: float = 5) -> int:
    """Search all sources that plays wait for; return how many causes were found."""
    plays = list(Play.objects.on())
    began, found = monotonic(), 0
    for source in PlaySource:
        waiting = [play for play in plays if source in TRIGGERS[play.trigger].sources]
        more = bool(waiting)
        while more and monotonic() - began < seconds:
            count, more = _search(source, waiting, at=at)
            found += count
    return found


def begin_now(sources: Iterable[PlaySource], *, at: datetime) -> None:
    """Begin to search at the present: for a source that no play waited for so far."""
    for source in sources:
        PlayCursor.objects.get_or_create(source=source)
        cursor = PlayCursor.objects.select_for_update().get(source=source)
        if source in TABLES:
            newest = _newest_id(TABLES[source][0])
            cursor.seen_id = cursor.complete_id = max(newest - LOOK_BACK, 0)
            # The next search raises the fence: it waits for those who write just now.
            cursor.fence_id, cursor.fence_xid = cursor.complete_id, 0
        cursor.looked_at = None
        cursor.save()


@transaction.atomic
def _search(source: PlaySource, plays: list[Play], *, at: datetime) -> tuple[int, bool]:
    """Search one block; return how many causes it had, and whether there is more at once."""
    if source == PlaySource.TRIALS:
        return _search_trials(plays, at=at), False
    table, row = TABLES[source]
    # Before the lock, with which this transaction gets its number, the fence: whoever was given an
    # id by now, and has a number, belongs to a transaction before it.
    newest, are_numbered = _newest_id(table), are_writers_numbered(table)
    cursor = _locked_cursor(source)
    if cursor is None or cursor.complete_id >= newest:
        return 0, False
    before, found = cursor.complete_id, 0
    if cursor.complete_id < cursor.fence_id and is_behind(cursor.fence_xid):
        upto = min(cursor.complete_id + BLOCK, cursor.fence_id)
        found += _keep_all(plays, source, Span.of_ids(cursor.complete_id, upto), row, at)
        cursor.complete_id, cursor.seen_id = upto, max(cursor.seen_id, upto)
    if cursor.complete_id >= cursor.fence_id and are_numbered:
        cursor.fence_id, cursor.fence_xid = newest, raise_fence()
    if cursor.seen_id < newest:
        upto = min(cursor.seen_id + BLOCK, newest)
        found += _keep_all(plays, source, Span.of_ids(cursor.seen_id, upto), row, at)
        cursor.seen_id = upto
    cursor.save()
    return found, cursor.seen_id < newest or cursor.complete_id > before


def _locked_cursor(source: PlaySource) -> PlayCursor | None:
    """None if somebody else searches it, or a play is just being switched on."""
    return PlayCursor.objects.filter(source=source).select_for_update(skip_locked=True).first()


def _search_trials(plays: list[Play], *, at: datetime) -> int:
    cursor = _locked_cursor(PlaySource.TRIALS)
    if cursor is None:
        return 0
    if cursor.looked_at is not None and at - cursor.looked_at < TRIALS_EVERY:
        return 0
    found = 0
    for play in plays:
        ends = {"ends_after": at, "ends_by": at + timedelta(days=play.trigger_params["days"])}
        span = Span("{row}.ends_at > %(ends_after)s AND {row}.ends_at <= %(ends_by)s", ends)
        found += _keep(play, PlaySource.TRIALS, span, "t", at)
    cursor.looked_at = at
    cursor.save()
    return found


def _keep_all(plays: list[Play], source: PlaySource, span: Span, row: str, at: datetime) -> int:
    return sum(_keep(play, source, span, row, at) for play in plays)


def _keep(play: Play, source: PlaySource, span: Span, row: str, at: datetime) -> int:
    """Keep a play's causes in the span, those already kept left alone; return how many are new."""
    trigger = TRIGGERS[play.trigger]
    assert play.on_since is not None
    template, values = trigger.find(source, play.trigger_params)
    since = play.on_since if source == PlaySource.TRIALS else max(play.on_since, at - NEWS)
    bound: dict[str, Any] = {
        **span.values,
        **values,
        "play": play.pk,
        "product": play.product_id,
        "at": at,
        "since": since,
        "until": at + NEWS,
        "wait": UNDO_SPAN if trigger.settles else timedelta(0),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(KEEP).format(find=compose(template, span, row)), bound)
        return int(cursor.rowcount)


def _newest_id(table: str) -> int:
    """The highest id given out so far, stored or not yet; 0 for none."""
    values: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {}"
            ).format(sql.Identifier(f"{table}_id_seq")),
            values,
        )
        return int(cursor.fetchone()[0])
