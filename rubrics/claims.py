"""Who must be scored: changes claimed with a lease, and removed once seen (reliability rule 5).

Leads and accounts wait in tables of the same form; :class:`Tables` names them, and the statements
are composed from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from psycopg import sql

from rubrics.scoring.types import Subject

LEASE = timedelta(seconds=20)
"""How long a killed worker keeps others from its leads: far above what a batch takes."""
MAX_ATTEMPTS = 8
"""Whoever cannot be scored so often is left alone until they change again."""

Claim = tuple[int, int]
"""A lead's, or an account's, id and the generation of its change that was claimed."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Where leads, or accounts, their changes, scores and history of scores are kept, and the
    scores of a publication under way."""

    subject: Subject
    key: str
    owners: str
    changes: str
    scores: str
    history: str
    next: str

    def compose(self, template: str) -> sql.Composed:
        """The statement with ``{key}``, ``{owners}``, ``{changes}`` and so on put in."""
        return _compose(self, template)


@cache
def _compose(tables: Tables, template: str) -> sql.Composed:
    names = ("key", "owners", "changes", "scores", "history", "next")
    # The templates are this package's own constants.
    return sql.SQL(template).format(
        **{name: sql.Identifier(getattr(tables, name)) for name in names}
    )


LEADS = Tables(
    subject=Subject.LEAD,
    key="lead_id",
    owners="leads_lead",
    changes="leads_leadchange",
    scores="rubrics_score",
    history="rubrics_scorechange",
    next="rubrics_nextscore",
)
ACCOUNTS = Tables(
    subject=Subject.ACCOUNT,
    key="account_id",
    owners="leads_account",
    changes="leads_accountchange",
    scores="rubrics_accountscore",
    history="rubrics_accountscorechange",
    next="rubrics_nextaccountscore",
)
TABLES: Mapping[Subject, Tables] = {tables.subject: tables for tables in (LEADS, ACCOUNTS)}

_QUEUE_DUE = """
INSERT INTO {changes} ({key}, generation, changed_at, attempts)
SELECT DISTINCT {key}, 1, %(at)s::timestamptz, 0 FROM (
    (SELECT s.{key} FROM {scores} AS s
     WHERE s.due_at <= %(at)s AND NOT EXISTS (SELECT 1 FROM {changes} AS c WHERE c.{key} = s.{key})
     ORDER BY s.due_at LIMIT %(limit)s)
    UNION ALL
    (SELECT n.{key} FROM {next} AS n JOIN rubrics_publication AS p ON p.id = n.publication_id
     WHERE p.state = 'running' AND n.due_at <= %(at)s
       AND NOT EXISTS (SELECT 1 FROM {changes} AS c WHERE c.{key} = n.{key})
     ORDER BY n.due_at LIMIT %(limit)s)) AS due
ORDER BY {key} ON CONFLICT ({key}) DO NOTHING
"""
_CLAIM = """
UPDATE {changes} AS c SET claimed_until = %(until)s, claimed_generation = c.generation,
    attempts = c.attempts + 1
FROM (
    SELECT {key} FROM {changes}
    WHERE (claimed_until IS NULL OR claimed_until < %(at)s) AND attempts < %(most)s
    ORDER BY changed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS free
WHERE c.{key} = free.{key} RETURNING c.{key}, c.generation
"""
_OURS = """
WITH ours AS MATERIALIZED (
    SELECT c.{key} AS id FROM {changes} AS c
    WHERE c.{key} = ANY(%(ids)s) AND c.claimed_until = %(until)s ORDER BY c.{key} FOR UPDATE
)
"""
_FORGET = f"""{_OURS}
DELETE FROM {{changes}} AS c
USING ours, unnest(%(ids)s::bigint[], %(generations)s::bigint[]) AS done(id, generation)
WHERE c.{{key}} = ours.id AND c.{{key}} = done.id AND c.generation = done.generation
"""  # noqa: S608  fixed text
_REOPEN = f"""{_OURS}
UPDATE {{changes}} AS c SET claimed_until = NULL, attempts = 0
FROM ours WHERE c.{{key}} = ours.id
"""  # noqa: S608  fixed text


# Whoever changes an account marks the leads it sees there. One that just came and is not seen yet
# has a mark of its own; who takes that away must wait until the change is there to be read.
_SHARE_ACCOUNTS = """
SELECT id FROM leads_account WHERE id IN (
    SELECT account_id FROM leads_lead WHERE id = ANY(%(ids)s)) ORDER BY id FOR SHARE
"""


def queue_due(tables: Tables, *, at: datetime, limit: int) -> None:
    """Ask for new scores where the clock may have changed them, in the buffer of a publication too.

    Those already asked for are passed over, so that ones that fail never stand before others.
    """
    _run(tables, _QUEUE_DUE, {"at": at, "limit": limit})


def claim(tables: Tables, *, at: datetime, limit: int) -> list[Claim]:
    """Lease up to ``limit`` changes, oldest first; return them in id order."""
    values: dict[str, Any] = {"at": at, "until": at + LEASE, "limit": limit, "most": MAX_ATTEMPTS}
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(_CLAIM), values)
        return sorted(cursor.fetchall())


def finish(tables: Tables, claims: Sequence[Claim], *, at: datetime) -> None:
    """Take the marks away, except of those that changed again meanwhile: they stay open.

    So do those whose lease ran out and that somebody else claimed: generations start over with
    a new mark, so theirs says nothing about ours. In id order, as ingest takes the same locks.
    """
    values: dict[str, Any] = {
        "ids": [owner_id for owner_id, _ in claims],
        "generations": [generation for _, generation in claims],
        "until": at + LEASE,
    }
    _run(tables, _FORGET, values)
    _run(tables, _REOPEN, values)


def lock(tables: Tables, ids: Sequence[int]) -> None:
    """Take the row locks, in id order. Ingest of their events is not held up."""
    template = "SELECT id FROM {owners} WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
    _run(tables, template, {"ids": list(ids)})
    if tables is LEADS:
        _run(LEADS, _SHARE_ACCOUNTS, {"ids": list(ids)})


def share_rubrics() -> None:
    """Wait for whoever owns the rubrics, and let nobody own them before we are done: see only
    afterwards what is published, and what is going live.

    A publication sees the leads that are there when it begins, and moves the scores that are there
    when it flips. A lead that it does not see yet, and whose own mark we take away, would go
    without its score.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM rubrics_rubric ORDER BY id FOR SHARE")


def own_rubrics(product_id: int) -> None:
    """Wait until nobody scores, and let nobody score or publish before we are done: which of the
    product's rubrics scores whom is decided between them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM rubrics_rubric WHERE product_id = %s ORDER BY id FOR NO KEY UPDATE",
            [product_id],
        )


def lock_range(tables: Tables, low: int, high: int) -> None:
    """The same for all ids from ``low`` to ``high``; only a count travels."""
    template = (
        "SELECT count(*) FROM (SELECT id FROM {owners} WHERE id BETWEEN %(low)s AND %(high)s"
        " ORDER BY id FOR NO KEY UPDATE) AS locked"
    )
    _run(tables, template, {"low": low, "high": high})


def oldest_waiting(tables: Tables) -> datetime | None:
    """Since when the longest waiting change waits; those given up do not count."""
    template = "SELECT min(changed_at) FROM {changes} WHERE attempts < %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(template), {"most": MAX_ATTEMPTS})
        row: tuple[datetime | None] = cursor.fetchone()
    return row[0]


def mark_leads(product_id: int, *, at: datetime) -> None:
    """Ask for new scores of every lead of a product: the workers share them out."""
    _mark(LEADS, "SELECT lead_id FROM leads_trial WHERE product_id = %(who)s", product_id, at)


def mark_accounts(product_id: int, *, at: datetime) -> None:
    """Ask for new scores of every account that has a lead with a trial of the product."""
    who = (
        "SELECT l.account_id FROM leads_trial AS t JOIN leads_lead AS l ON l.id = t.lead_id"
        " WHERE t.product_id = %(who)s AND l.account_id IS NOT NULL"
    )
    _mark(ACCOUNTS, who, product_id, at)


def mark_accounts_of(lead_ids: Sequence[int], *, at: datetime) -> None:
    """Ask for new scores of the accounts that these leads belong to.

    The accounts that leads have left were marked when they left (:mod:`leads.attributes`).
    """
    who = "SELECT account_id FROM leads_lead WHERE id = ANY(%(who)s) AND account_id IS NOT NULL"
    _mark(ACCOUNTS, who, list(lead_ids), at)


def mark(tables: Tables, ids: Iterable[int], *, at: datetime) -> None:
    """Ask for new scores of these leads, or accounts."""
    _mark(tables, "SELECT unnest(%(who)s::bigint[])", list(ids), at)


def _mark(tables: Tables, who: str, argument: int | list[int], at: datetime) -> None:
    template = (
        "INSERT INTO {changes} AS c ({key}, generation, changed_at, attempts)"  # noqa: S608  fixed names
        f" SELECT DISTINCT id, 1, %(at)s::timestamptz, 0 FROM ({who}) AS who(id) ORDER BY id"
        " ON CONFLICT ({key}) DO UPDATE SET generation = c.generation + 1, attempts = 0"
    )
    _run(tables, template, {"at": at, "who": argument})


def _run(tables: Tables, template: str, values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(template), values)
