"""The approval of a draft: what is to be signed, by whom, and what happened so far."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from leads.admin.base import AppAdmin, change_url
from rubrics.admin.drafts import person
from rubrics.approvals import (
    APPROVE,
    approval_state,
    approve,
    ask_for_approval,
    published_words,
    send_back,
    workers_on,
)
from rubrics.comparing import compare_documents
from rubrics.documents import fingerprint_of
from rubrics.errors import NotApprovable
from rubrics.files import version_document
from rubrics.golden.checking import judge_golden_leads
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.models import Preview, RubricVersion
from rubrics.rows import document_of

AXES = ("total", "fit", "behavior")
UNSIGNED = ("note", "source", "name", "description", "rubric")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One of the three, as the draft has it and as it is now."""

    name: str
    draft: int
    published: int | None


class ApprovalPages(AppAdmin):
    """The page on which a draft's approval is asked for, given or refused, and later read."""

    @action(
        description="Approval",
        icon="approval",
        permissions=["viewing"],
        url_path="approval",
    )
    def approval(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        if request.method == "POST":
            try:
                self._step(request, version)
            except NotApprovable as error:
                self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.path)
        document, published = document_of(version), _published(version)
        may_approve = request.user.has_perm(APPROVE)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Approval of {version}",
            "version": version,
            "state": approval_state(version),
            "published_words": "" if version.is_editable else published_words(version),
            "steps": version.approvals.newest_first().select_related("by"),
            "thresholds": _thresholds(document, published),
            "published": published,
            **_differences(version, published),
            "golden": _golden_words(version),
            "share": _share_words(version, fingerprint_of(document)),
            "fingerprint": fingerprint_of(document),
            "may_ask": request.user.has_perm("rubrics.change_rubricversion"),
            "may_approve": may_approve,
            "worked_on_it": may_approve and request.user.pk in workers_on(version),
            "opts": self.opts,
            "original": version,
            "back": change_url(version),
        }
        return TemplateResponse(request, "admin/rubrics/approval.html", context)

    def _step(self, request: HttpRequest, version: RubricVersion) -> None:
        by, at, note = person(request), timezone.now(), request.POST.get("note", "")
        match request.POST.get("step"):
            case "ask" if request.user.has_perm("rubrics.change_rubricversion"):
                ask_for_approval(version, by=by, at=at, note=note)
                told = "Asked for approval. The admin’s overview tells whoever may approve."
            case "approve" if request.user.has_perm(APPROVE):
                seen = request.POST.get("fingerprint", "")
                approve(version, seen=seen, by=by, at=at, note=note)
                told = f"You approved {version}. An edit from here on voids that."
            case "send_back" if request.user.has_perm(APPROVE):
                send_back(version, by=by, at=at, note=note)
                told = f"You sent {version} back."
            case _:
                raise PermissionDenied
        self.message_user(request, told, messages.SUCCESS)


def _published(version: RubricVersion) -> RubricVersion | None:
    """What a version is held against: another one that scores now."""
    others = version.rubric.versions.published().exclude(pk=version.pk)
    return others.select_related("rubric").first()


def _thresholds(document: Any, published: RubricVersion | None) -> list[Threshold]:
    then = document_of(published)["thresholds"] if published else {}
    return [
        Threshold(axis.capitalize(), document["thresholds"][axis], then.get(axis)) for axis in AXES
    ]


def _differences(version: RubricVersion, published: RubricVersion | None) -> dict[str, Any]:
    """What differs from the published version, in words: of what is signed; or why none can be
    told."""
    if published is None:
        return {}
    try:
        now, then = version_document(version), version_document(published)
    except SpecError as error:
        return {"problem": str(error)}
    signals = {**then["signals"], **now["signals"]}  # no part of the version
    same = {name: then[name] for name in UNSIGNED if name in then} | {"signals": signals}
    unsigned = {name: None for name in UNSIGNED if name not in then}
    return {"comparison": compare_documents(then | same, now | unsigned | same)}


def _golden_words(version: RubricVersion) -> str:
    active = list(version.rubric.golden_leads.active())
    if not active:
        return "The rubric has no golden leads."
    try:
        results = judge_golden_leads(compiled(version.pk), active)
    except SpecError as error:
        return f"Not checked: the draft cannot be scored yet. {error}"
    passing = sum(one.passes for one in results)
    return f"{passing} of {len(results)} golden leads come out as agreed."


def _share_words(version: RubricVersion, fingerprint: str) -> str:
    """How many of those scored would be PQLs, by the newest preview of this very draft."""
    previews = Preview.objects.finished().filter(version=version, fingerprint=fingerprint)
    newest = previews.without_results().first()
    if newest is None:
        return ""
    scored, pqls = newest.count("then.scored", "all"), newest.count("then.pqls", "all")
    share = f"{pqls / scored:.1%}" if scored else "none"
    before = newest.count("now.pqls", "all")
    return f"{share} of {scored:,} scored: {pqls:,} PQLs, now {before:,}."
