"""The life of a proof: started, worked on a few seconds at a time, done. Kill it anywhere."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from leads import jobs
from rubrics import claims
from rubrics.claims import ACCOUNTS, LEADS, Tables
from rubrics.models import AccountScore, Proof, ProofMismatch, Rubric, Score
from rubrics.models.proof import ProofPart, ProofReason
from rubrics.proof.comparing import Tally, compare
from rubrics.proof.reading import is_scoring_behind, next_ids

CHUNK = 500
PARTS: dict[str, Tables] = {ProofPart.LEADS: LEADS, ProofPart.ACCOUNTS: ACCOUNTS}
"""What a proof goes through, in this order."""
PATIENCE = timedelta(seconds=1)
"""A change that waits longer than this for its score goes before the proof."""
NIGHT_HOUR = 2  # UTC
KEPT = timedelta(days=90)
MOST_KEPT = 10_000
"""Mismatches kept of one proof; all are counted. So many have one cause."""


class ProofRunning(Exception):
    """A proof is under way already; there is one at a time."""


@transaction.atomic
def start_proof(
    *,
    at: datetime,
    by: AbstractBaseUser | None = None,
    reason: ProofReason = ProofReason.ON_DEMAND,
    rubric: Rubric | None = None,
) -> Proof:
    """Start to derive every stored score again (or those by one rubric); forget old proofs.

    Raises:
        ProofRunning: one is under way.
    """
    Proof.objects.started_before(at - KEPT).delete()
    only = {} if rubric is None else {"rubric": rubric}
    total = sum(scores.objects.filter(**only).count() for scores in (Score, AccountScore))
    try:
        with transaction.atomic():
            return Proof.objects.create(
                reason=reason,
                asked_by_id=by.pk if by else None,
                rubric=rubric,
                started_at=at,
                total=total,
            )
    except IntegrityError as error:
        raise ProofRunning("A proof is running already. Wait for its end.") from error


def start_nightly(*, at: datetime) -> Proof | None:
    """Start tonight's proof, unless one of all scores began since 02:00 UTC or one is running.

    A machine that was off at that hour makes up for it.
    """
    night = at.astimezone(UTC).replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night > at:
        night -= timedelta(days=1)
    begun = Proof.objects.filter(started_at__gte=night, rubric=None)
    if (begun | Proof.objects.running()).exists() or not Score.objects.exists():
        return None
    try:
        return start_proof(at=at, reason=ProofReason.NIGHTLY)
    except ProofRunning:
        return None


def prove_some(*, at: datetime, seconds: float, gives_way: bool = False) -> bool:
    """Work on the running proof for about so long; False if there was nothing to work on.

    Nothing to work on: none is running, somebody else is at it or, with ``gives_way``, scoring is
    behind.
    """
    return jobs.work_on(
        Proof.objects.running(),
        _prove_chunk,
        at=at,
        seconds=seconds,
        gives_way=_is_scoring_behind if gives_way else None,
    )


def _is_scoring_behind(now: datetime) -> bool:
    return is_scoring_behind(now - PATIENCE)


def _prove_chunk(proof: Proof, at: datetime) -> bool:
    """Go one chunk on; False at the end, or if the proof is ours no more."""
    tables = PARTS[proof.part]
    ids = next_ids(tables, proof.after, CHUNK)
    if ids:
        tally = compare(tables, ids, at=at, rubric_id=proof.rubric_id)
        return _keep(proof, tally, after=ids[-1])
    parts = list(PARTS)
    following = parts[parts.index(proof.part) + 1 :]
    if following:
        proof.part, proof.after = following[0], 0
        return jobs.advance(proof, part=proof.part, after=0)
    jobs.finish(proof, at=at)
    return False


@transaction.atomic
def _keep(proof: Proof, tally: Tally, *, after: int) -> bool:
    """Store what a chunk came to, and that it is done. False: somebody else goes on with it."""
    found = len(tally.findings)
    kept = tally.findings[: max(MOST_KEPT - proof.mismatched, 0)]
    moved = jobs.advance(
        proof,
        done=tally.checked + tally.waiting,
        after=after,
        checked=F("checked") + tally.checked,
        waiting=F("waiting") + tally.waiting,
        overdue=F("overdue") + tally.overdue,
        mismatched=F("mismatched") + found,
    )
    if not moved:
        return False
    proof.after = after
    proof.mismatched += found
    is_of_leads = proof.part == ProofPart.LEADS
    ProofMismatch.objects.bulk_create(
        ProofMismatch(
            proof=proof,
            kind=finding.kind,
            lead_id=finding.subject_id if is_of_leads else None,
            account_id=None if is_of_leads else finding.subject_id,
            rubric_id=finding.rubric_id,
            version_id=finding.version_id,
            at=finding.at,
            differences=finding.differences,
        )
        for finding in kept
    )
    return True


@transaction.atomic
def score_again(mismatches: QuerySet[ProofMismatch], *, at: datetime) -> int:
    """Ask for new scores of whom these mismatches are about; return how many they are."""
    rows = mismatches.order_by("pk").select_for_update().values_list("lead_id", "account_id")
    lead_ids, account_ids = ({pk for pk in column if pk} for column in zip(*rows, strict=True))
    claims.mark(LEADS, lead_ids, at=at)
    claims.mark(ACCOUNTS, account_ids, at=at)
    mismatches.update(asked_again_at=at)
    return len(lead_ids) + len(account_ids)
