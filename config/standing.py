"""How things stand: what the admin's first page says before its lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Max
from django.urls import reverse
from django.utils.timesince import timesince

from leads.admin.base import change_url
from leads.catalogue.silence import counted_at, silent_sources
from leads.models import AccountChange, EventType, LeadChange, RejectedMessage
from leads.moments import moment_words
from rubrics.approvals import drafts_awaiting_approval
from rubrics.models import Proof, Publication, Score
from rubrics.scores import oldest_change

PATIENCE = timedelta(minutes=1)
"""So long may a changed lead wait for its score before the page calls it late."""
MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know: a sentence in which ``link`` leads to where one can do something."""

    level: str
    icon: str
    before: str
    link: str
    url: str
    after: str

    @property
    def is_bad(self) -> bool:
        return self.level == "bad"


def standing(user: User | AnonymousUser, at: datetime) -> list[Line]:
    """What there is to know now, for somebody's rights; what needs doing comes first."""
    lines: list[Line] = []
    if _may(user, "rubrics.view_publication"):
        lines += _going_live()
    if _may(user, "rubrics.approve_rubricversion"):
        lines += _awaiting_approval()
    if _may(user, "leads.view_source"):
        lines += _sources(at)
    if _may(user, "leads.view_leadchange"):
        lines += _scoring(at)
    if _may(user, "rubrics.view_proof"):
        lines += _proof()
    return sorted(lines, key=lambda line: ("bad", "todo", "good").index(line.level))


def _may(user: User | AnonymousUser, permission: str) -> bool:
    return bool(user.has_perm(permission))


def _going_live() -> Iterator[Line]:
    for one in Publication.objects.running().select_related("version__rubric"):
        url = change_url(one)
        yield Line("todo", "publish", "Going live: ", str(one.version), url, f", {one.percent} %.")


def _awaiting_approval() -> Iterator[Line]:
    for draft in drafts_awaiting_approval():
        url = reverse("admin:rubrics_rubricversion_approval", args=[draft.pk])
        yield Line("todo", "approval", "Waiting for approval: ", str(draft), url, ".")


def _sources(at: datetime) -> Iterator[Line]:
    for one in silent_sources(counted_at() or at):
        yield Line(
            "bad",
            "sensors_off",
            "The source ",
            str(one.source),
            change_url(one.source),
            f" has sent nothing for {timesince(one.last_at, at)}; its longest pause before was "
            f"{one.usual_words}.",
        )
    waiting = RejectedMessage.objects.waiting()[:MOST_COUNTED].count()
    if waiting:
        url = f"{reverse('admin:leads_rejectedmessage_changelist')}?state=waiting"
        told = f"{waiting:,} message{'s' if waiting != 1 else ''}"
        yield Line("todo", "report", "", told, url, " could not be taken in: look why, and replay.")
    newest = EventType.objects.aggregate(newest=Max("last_received_at"))["newest"]
    url = reverse("admin:leads_eventtype_changelist")
    if newest:
        yield Line("good", "input", "The last ", "event", url, f" came {moment_words(newest)}.")
    else:
        yield Line("todo", "input", "No ", "event", url, " came yet.")


def _scoring(at: datetime) -> Iterator[Line]:
    if not Score.objects.exists():
        return
    oldest = oldest_change()
    url = reverse("admin:leads_leadchange_changelist")
    if oldest is None or at - oldest < PATIENCE:
        yield Line("good", "speed", "All ", "scores", url, " are up to date.")
        return
    waiting = sum(
        model.objects.all()[:MOST_COUNTED].count() for model in (LeadChange, AccountChange)
    )
    yield Line(
        "bad",
        "hourglass_top",
        "Scoring is behind: ",
        f"{waiting:,} wait",
        url,
        f" for a score, the first for {timesince(oldest, at)}. Is a worker running?",
    )


def _proof() -> Iterator[Line]:
    proof = Proof.objects.finished().of_all().first()
    if proof is None or proof.finished_at is None:
        return
    level, icon = ("bad", "error") if proof.mismatched else ("good", "verified")
    after = f", {moment_words(proof.finished_at)}."
    yield Line(level, icon, "Scores proven: ", proof.result, change_url(proof), after)
