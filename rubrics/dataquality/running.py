"""The life of a data audit: started, counted chunk by chunk, done. Kill it anywhere."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads import jobs
from leads.models import Account, Lead
from rubrics.claims import ACCOUNTS, LEADS, Tables
from rubrics.dataquality.collecting import audited_versions, collect, collect_whole
from rubrics.dataquality.counts import add_up
from rubrics.mappers import Compiled
from rubrics.models import DataAudit
from rubrics.models.data_audit import AuditPart, AuditReason
from rubrics.proof.reading import is_scoring_behind, next_ids

CHUNK = 2_000
PARTS: dict[str, Tables] = {AuditPart.LEADS: LEADS, AuditPart.ACCOUNTS: ACCOUNTS}
PATIENCE = timedelta(seconds=1)
NIGHT_HOUR = 3  # UTC, after the proof
KEPT = timedelta(days=400)


class AuditRunning(Exception):
    """A data audit is under way already; there is one at a time."""


@transaction.atomic
def start_audit(
    *,
    at: datetime,
    by: AbstractBaseUser | None = None,
    reason: AuditReason = AuditReason.ON_DEMAND,
) -> DataAudit:
    """Start to count what is known and what comes in; forget old audits.

    Raises:
        AuditRunning: one is under way.
    """
    DataAudit.objects.started_before(at - KEPT).delete()
    total = Lead.objects.count() + Account.objects.count()
    try:
        with transaction.atomic():
            return DataAudit.objects.create(
                reason=reason, asked_by_id=by.pk if by else None, started_at=at, total=total
            )
    except IntegrityError as error:
        raise AuditRunning("A data audit is running already. Wait for its end.") from error


def start_nightly(*, at: datetime) -> DataAudit | None:
    """Start tonight's audit, unless one began since 03:00 UTC or nobody is there to look at."""
    night = at.astimezone(UTC).replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night > at:
        night -= timedelta(days=1)
    begun = DataAudit.objects.filter(started_at__gte=night)
    if (begun | DataAudit.objects.running()).exists() or not Lead.objects.exists():
        return None
    try:
        return start_audit(at=at, reason=AuditReason.NIGHTLY)
    except AuditRunning:
        return None


def audit_some(*, at: datetime, seconds: float, gives_way: bool = False) -> bool:
    """Work on the running audit for about so long; False if there was nothing to work on."""
    return jobs.work_on(
        DataAudit.objects.running(),
        _Step(),
        at=at,
        seconds=seconds,
        gives_way=_is_scoring_behind if gives_way else None,
    )


def audit_now(
    audit: DataAudit, *, at: datetime, told: Callable[[DataAudit], None] | None = None
) -> DataAudit:
    """Work until the audit has ended, beside or instead of the workers; return it as it ended."""
    began = timezone.now()
    while audit.is_running:
        if not audit_some(at=at + (timezone.now() - began), seconds=1):
            time.sleep(0.1)  # a worker is at it
        audit.refresh_from_db()
        if told is not None:
            told(audit)
    return audit


def _is_scoring_behind(now: datetime) -> bool:
    return is_scoring_behind(now - PATIENCE)


class _Step:
    """Goes one chunk on; the versions are compiled once a ring, drafts take their time."""

    def __init__(self) -> None:
        self.versions: list[Compiled] | None = None

    def __call__(self, audit: DataAudit, at: datetime) -> bool:
        """False at the end, or if the audit is ours no more.

        Everything is counted as of the audit's start, however long it takes.
        """
        as_of = audit.started_at
        if audit.part == AuditPart.WHOLE:
            jobs.finish(audit, at=at, facts=add_up(audit.facts, collect_whole(as_of)))
            return False
        tables = PARTS[audit.part]
        ids = next_ids(tables, audit.after, CHUNK)
        if not ids:
            parts = list(AuditPart.values)
            audit.part, audit.after = parts[parts.index(audit.part) + 1], 0
            return jobs.advance(audit, part=audit.part, after=0)
        if self.versions is None:
            self.versions = audited_versions()
        found = collect(tables, self.versions, after=audit.after, upto=ids[-1], at=as_of)
        audit.facts, audit.after = add_up(audit.facts, found), ids[-1]
        return jobs.advance(audit, done=len(ids), after=audit.after, facts=audit.facts)
