"""What a data audit counts: of one chunk of leads or accounts, and of the whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models import Count, Max, Q, Sum
from psycopg import sql

from leads.catalogue.silence import silent_sources
from leads.models import Account, EventType, EventVolume, RejectedMessage
from leads.models.catalogue import Span
from rubrics.claims import LEADS, Tables
from rubrics.dataquality.counts import Facts
from rubrics.dataquality.decisions import StoredFit, attributes_of, count_decisions
from rubrics.mappers import Compiled, compiled
from rubrics.measures import SpecError
from rubrics.measures.attributes import known_sql
from rubrics.measures.fit import domain_patterns
from rubrics.models import RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.presets import shipped_list
from rubrics.scoring.types import Axis

DAY = timedelta(days=1)
RHYTHM_DAYS = 90
"""Days of which is kept whether a signal had hits: its rhythm."""

PERSONAL = "personal"

References = tuple[str, ...]

# Whether anything at all is known of an identity but the id of a browser.
_LEADS = """
SELECT jsonb_build_object(
  'leads', count(*),
  'without_email', count(*) FILTER (WHERE email = ''),
  'personal', count(*) FILTER (WHERE split_part(email, '@', 2) = ANY(%(personal)s)
    OR split_part(email, '@', 2) LIKE ANY(%(personal_endings)s)),
  'without_account', count(*) FILTER (WHERE account_id IS NULL),
  'anonymous', count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM leads_identity i WHERE i.lead_id = known.id AND i.kind <> 'anonymous')),
  'never_active', count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM leads_hit h WHERE h.lead_id = known.id)),
  'quiet', count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM leads_hit h WHERE h.lead_id = known.id AND h.occurred_at > %(month)s)),
  'attributes', {attributes})
FROM (
  SELECT l.*, l.attributes AS lead_attributes, a.attributes AS account_attributes
  FROM leads_lead l LEFT JOIN leads_account a ON a.id = l.account_id
  WHERE l.merged_into_id IS NULL AND l.id > %(after)s AND l.id <= %(upto)s
) AS known
"""
_ACCOUNTS = """
SELECT jsonb_build_object(
  'accounts', count(*),
  'without_domain', count(*) FILTER (WHERE domain = ''),
  'account_attributes', {attributes})
FROM (
  SELECT a.domain, '{{}}'::jsonb AS lead_attributes, a.attributes AS account_attributes
  FROM leads_account a WHERE a.id > %(after)s AND a.id <= %(upto)s
) AS known
"""
_HITS = """
SELECT signal_id, count(*),
  count(*) FILTER (WHERE occurred_at > %(week)s),
  count(*) FILTER (WHERE occurred_at > %(month)s),
  count(DISTINCT lead_id),
  max(occurred_at),
  array_agg(DISTINCT occurred_at::date - '2000-01-01'::date)
    FILTER (WHERE occurred_at > %(rhythm)s)
FROM leads_hit WHERE lead_id > %(after)s AND lead_id <= %(upto)s AND occurred_at <= %(at)s
GROUP BY signal_id
"""
_SCORES = """
SELECT version_id, measures, points, behavior, is_pql FROM {scores}
WHERE {key} > %(after)s AND {key} <= %(upto)s AND version_id = ANY(%(versions)s)
"""


def audited_versions() -> list[Compiled]:
    """The versions that score now and the drafts that can be scored: whose needs are looked at."""
    found = []
    open_versions = RubricVersion.objects.exclude(status=VersionStatus.RETIRED).order_by("pk")
    for pk in open_versions.values_list("pk", flat=True):
        try:
            found.append(compiled(pk))
        except (SpecError, RubricVersion.DoesNotExist):
            continue  # a draft that is not finished yet has no needs to speak of
    return found


def attributes_used(versions: Iterable[Compiled]) -> list[References]:
    """Every attribute that fit criteria of these versions look at."""
    return sorted(
        {
            references
            for one in versions
            for criterion in one.version.criteria
            if criterion.axis is Axis.FIT
            for references in attributes_of(one.version, criterion)
        }
    )


def personal_domains(versions: Iterable[Compiled]) -> list[str]:
    """The shipped list, and what RevOps made of it in these versions."""
    found = set(shipped_list(PERSONAL, PERSONAL))
    for one in versions:
        found.update(domain.lower() for domain in (one.version.lists or {}).get(PERSONAL, ()))
    return sorted(found)


def collect(
    tables: Tables, versions: Sequence[Compiled], *, after: int, upto: int, at: datetime
) -> Facts:
    """The facts of the leads, or accounts, of a range of ids."""
    personal, endings = domain_patterns(personal_domains(versions))
    values: dict[str, Any] = {
        "after": after,
        "upto": upto,
        "at": at,
        "week": at - 7 * DAY,
        "month": at - 30 * DAY,
        "rhythm": at - RHYTHM_DAYS * DAY,
        "personal": personal,
        "personal_endings": endings,
    }
    facts = _people(tables, attributes_used(versions), values)
    if tables is LEADS:
        facts["signals"] = _signals(values)
    facts["versions"] = _decisions(tables, versions, values)
    return facts


def _people(tables: Tables, references: Sequence[References], values: dict[str, Any]) -> Facts:
    if tables is not LEADS:  # of an account nobody asks for its people's
        references = [each for each in references if all(r.startswith("account.") for r in each)]
    parts = [
        sql.SQL("{}, count({})").format(sql.Literal("|".join(each)), known_sql(each))
        for each in references
    ]
    statement = sql.SQL(_LEADS if tables is LEADS else _ACCOUNTS).format(
        attributes=sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(parts))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: Facts = orjson.loads(cursor.fetchone()[0])  # Django's cursors give it as text
    return found


def _signals(values: dict[str, Any]) -> Facts:
    with connection.cursor() as cursor:
        cursor.execute(_HITS, values)
        return {
            str(signal_id): {
                "hits": hits,
                "week": week,
                "month": month,
                "leads": leads,
                "last_at": last_at.isoformat(),
                "days": days or [],
            }
            for signal_id, hits, week, month, leads, last_at, days in cursor.fetchall()
        }


def _decisions(tables: Tables, versions: Sequence[Compiled], values: dict[str, Any]) -> Facts:
    scores: dict[int, list[StoredFit]] = {one.version_id: [] for one in versions}
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(_SCORES), {**values, "versions": list(scores)})
        for version_id, *fit in cursor.fetchall():
            scores[version_id].append(StoredFit(*fit))
    return {
        str(one.version_id): count_decisions(one.version, scores[one.version_id])
        for one in versions
        if scores[one.version_id]
    }


def collect_whole(at: datetime) -> Facts:
    """What is no sum over leads: receipts, rejected messages, silent sources, shared e-mails."""
    month = at - 30 * DAY
    days = EventVolume.objects.filter(span=Span.DAY, start__gt=month)
    received = days.aggregate(events=Sum("count"), late=Sum("late"), ahead=Sum("ahead"))
    rejected = (
        RejectedMessage.objects.filter(received_at__gt=month)
        .order_by()
        .values_list("source__name", "code")
        .annotate(number=Count("pk"))
    )
    recent = Q(last_received_at__gt=month)
    named = EventType.objects.exclude(name="")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(leads), 0)::bigint FROM (SELECT count(*) AS leads"
            " FROM leads_lead WHERE email <> '' AND merged_into_id IS NULL"
            " GROUP BY email HAVING count(*) > 1) AS shared"
        )
        emails, leads = cursor.fetchone()
    newest = EventType.objects.aggregate(newest=Max("last_received_at"))["newest"]
    return {
        "received": {name: count or 0 for name, count in received.items()},
        "newest": newest.isoformat() if newest else None,
        "names": named.values("name").distinct().count(),
        "names_month": named.filter(recent).values("name").distinct().count(),
        "rejected": [[source, code, number] for source, code, number in rejected],
        "silent": [
            [one.source.pk, one.source.name, one.last_at.isoformat(), one.usual.total_seconds()]
            for one in silent_sources(at)
        ],
        "shared_emails": emails,
        "leads_sharing": leads,
        "domains": Account.objects.exclude(domain="").values("domain").distinct().count(),
    }
