"""Four eyes: somebody else than those who worked on a draft signs it (docs/adr/0013)."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import OuterRef, Subquery

from leads import audit
from leads.models import AuditEntry
from rubrics.documents import fingerprint_of
from rubrics.errors import NotApprovable
from rubrics.models import Approval, RubricVersion
from rubrics.models.approval import ApprovalStep
from rubrics.models.rubric import VersionStatus
from rubrics.rows import document_of

APPROVE = "rubrics.approve_rubricversion"
OVERRODE_GOLDEN, OVERRODE_APPROVAL = "overrode golden leads", "overrode approval"
# What the audit log has about a draft that changes nothing in it.
NO_EDITS = (*(step.label.lower() for step in ApprovalStep), OVERRODE_GOLDEN, OVERRODE_APPROVAL)


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """How far a draft is: the newest step, and whether the draft is still what it was about."""

    newest: Approval | None
    is_current: bool

    @property
    def is_approved(self) -> bool:
        """Signed, and not edited since."""
        return self.is_current and self._is(ApprovalStep.APPROVED)

    @property
    def is_asked(self) -> bool:
        """Waiting for somebody to approve it."""
        return self._is(ApprovalStep.ASKED)

    @property
    def words(self) -> str:
        """How it stands, in a sentence."""
        one = self.newest
        if one is None:
            return "Nobody has approved this draft yet."
        who, day = audit.name_of(one.by) or "Somebody", f"{one.at:%-d %B %Y}"
        if self._is(ApprovalStep.SENT_BACK):
            return f"{who} sent it back on {day}: {one.note}".rstrip(".") + "."
        if self._is(ApprovalStep.ASKED):
            return f"{who} asked for approval on {day}."
        if self.is_current:
            return f"{who} approved it on {day}."
        return f"{who} approved it on {day}, but it was edited since: ask for approval again."

    def _is(self, step: ApprovalStep) -> bool:
        return self.newest is not None and self.newest.step == step


def approval_state(version: RubricVersion) -> ApprovalState:
    """How far a draft is with its approval, as it stands in the database."""
    newest = version.approvals.newest_first().select_related("by").first()
    if newest is None:
        return ApprovalState(None, is_current=False)
    stored = RubricVersion.objects.select_related("rubric").get(pk=version.pk)
    return ApprovalState(newest, newest.fingerprint == fingerprint_of(document_of(stored)))


def published_words(version: RubricVersion) -> str:
    """Of a version that is no draft anymore: who published it and when, and who approved it."""
    return f"{_publishing_words(version)} {_approval_words(version)}"


def _publishing_words(version: RubricVersion) -> str:
    if version.status == VersionStatus.PUBLISHING or version.published_at is None:
        return "It is being published."
    who = audit.name_of(version.published_by)
    by = f" by {who}" if who else ""  # nobody: a command did it, or the person is gone
    return f"Published{by} on {version.published_at:%-d %B %Y}."


def _approval_words(version: RubricVersion) -> str:
    state = approval_state(version)
    if state.is_approved:
        return state.words
    overrides = AuditEntry.objects.filter(
        about="rubrics.rubricversion", about_id=version.pk, action=OVERRODE_APPROVAL
    )
    if newest := overrides.order_by("-at", "-pk").first():
        who = audit.name_of(newest.by) or "Somebody"
        return f"It lacked the approval it needed. {who} overrode that: {newest.reason}"
    return "Nobody approved it: it needed no approval then."


def drafts_awaiting_approval() -> list[RubricVersion]:
    """Drafts whose newest step is that somebody asked for approval, the longest waiting first."""
    newest = Approval.objects.filter(version=OuterRef("pk")).newest_first()
    asked = RubricVersion.objects.editable().annotate(
        last_step=Subquery(newest.values("step")[:1]), asked_at=Subquery(newest.values("at")[:1])
    )
    waiting = asked.filter(last_step=ApprovalStep.ASKED).select_related("rubric")
    return list(waiting.order_by("asked_at"))


def workers_on(version: RubricVersion) -> set[int]:
    """Ids of those who made or edited the draft: they cannot approve it."""
    edits = AuditEntry.objects.filter(about="rubrics.rubricversion", about_id=version.pk)
    found = set(
        edits.exclude(action__in=NO_EDITS)
        .exclude(by=None)
        .order_by()
        .values_list("by", flat=True)
        .distinct()
    )
    return found | ({version.created_by_id} if version.created_by_id else set())


@transaction.atomic
def ask_for_approval(
    version: RubricVersion, *, by: AbstractBaseUser, at: datetime, note: str = ""
) -> Approval:
    """Tell those who may approve that the draft is ready.

    Raises:
        NotApprovable: it is no draft.
    """
    return _step(ApprovalStep.ASKED, version, by=by, at=at, note=note)


@transaction.atomic
def approve(
    version: RubricVersion, *, seen: str, by: AbstractBaseUser, at: datetime, note: str = ""
) -> Approval:
    """Sign a draft: its thresholds, and all that counts in it.

    Args:
        seen: the fingerprint of what the person saw.

    Raises:
        NotApprovable: it is no draft, was edited since it was seen, or ``by`` worked on it.
    """
    locked = _lock(version)
    if by.pk in workers_on(locked):
        raise NotApprovable(f"You worked on {locked}: somebody else has to approve it.")
    if fingerprint_of(document_of(locked)) != seen:
        raise NotApprovable(f"{locked} was edited after you opened this page. Look at it again.")
    return _step(ApprovalStep.APPROVED, version, by=by, at=at, note=note)


@transaction.atomic
def send_back(version: RubricVersion, *, by: AbstractBaseUser, at: datetime, note: str) -> Approval:
    """Do not sign a draft, and say why. An approval given before is void.

    Raises:
        NotApprovable: it is no draft, or no reason is given.
    """
    if not note.strip():
        raise NotApprovable("Say what has to change, so that it can be changed.")
    return _step(ApprovalStep.SENT_BACK, version, by=by, at=at, note=note)


def _step(
    step: ApprovalStep, version: RubricVersion, *, by: AbstractBaseUser, at: datetime, note: str
) -> Approval:
    locked = _lock(version)
    document = document_of(locked)
    made = Approval.objects.create(
        version=locked,
        step=step,
        by_id=by.pk,
        at=at,
        note=note.strip()[:500],
        thresholds=document["thresholds"],
        fingerprint=fingerprint_of(document),
    )
    signed = [("thresholds", None, document["thresholds"])]
    action = step.label.lower()
    audit.record(action, about=locked, by=by, at=at, changes=signed, reason=made.note)
    return made


def _lock(version: RubricVersion) -> RubricVersion:
    """The version, if it is a draft: nobody edits or publishes it meanwhile."""
    locked = (
        RubricVersion.objects.select_for_update(of=("self",))
        .select_related("rubric")
        .get(pk=version.pk)
    )
    if not locked.is_editable:
        raise NotApprovable(f"{locked} is {locked.get_status_display().lower()} already.")
    return locked
