"""The live test: one lead, or account, by the draft as it stands, unsaved edits included."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from leads.models import Account, Lead
from rubrics.admin.editor.criteria import _form, _seen
from rubrics.admin.editor.page import Page
from rubrics.editing.trying import Tried, try_draft
from rubrics.golden.checking import failing
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.models import AccountScore, Score
from rubrics.models.rubric import Subject

if TYPE_CHECKING:
    from rubrics.admin.editor.doors import EditorRequest

MOST = 8


def one(door: EditorRequest) -> HttpResponse:
    """The result for a chosen lead; or, with ``q``, whom to choose."""
    sent = door.request.POST if door.is_post else door.request.GET
    if "q" in sent:
        return door.show("_try_found.html", found=_search(door.page, sent["q"]), q=sent["q"])
    chosen = sent.get("lead", "")
    if not (chosen.isascii() and chosen.isdigit()):
        return HttpResponse(status=204)
    document, is_unsaved = door.page.document, False
    if door.is_post:
        document, is_unsaved = _with_unsaved(door, document)
    return door.show(
        "_try.html", **_tried(door.page, document, int(chosen), door.at), is_unsaved=is_unsaved
    )


def golden(door: EditorRequest) -> HttpResponse:
    """Which of the rubric's golden leads come out otherwise than agreed by what is saved."""
    kept = list(door.version.rubric.golden_leads.active())
    context: dict[str, Any] = {"kept": len(kept), "wrong": [], "problem": ""}
    try:
        context["wrong"] = failing(compiled(door.version.pk), kept)
    except SpecError as error:
        context["problem"] = str(error)
    return door.show("_golden.html", **context)


def first(page: Page, *, at: datetime) -> dict[str, Any]:
    """The test as the page opens with it: the newest PQL, if there is one."""
    scores: Any = AccountScore if page.version.subject == Subject.ACCOUNT else Score
    owner = "account_id" if page.version.subject == Subject.ACCOUNT else "lead_id"
    newest = (
        scores.objects.filter(product=page.version.rubric.product_id, is_pql=True)
        .order_by("-changed_at", "-pk")
        .values_list(owner, flat=True)
        .first()
    )
    return {} if newest is None else _tried(page, page.document, newest, at)


def _tried(page: Page, document: dict[str, Any], subject_id: int, at: datetime) -> dict[str, Any]:
    is_account = page.version.subject == Subject.ACCOUNT
    owner: Any = (
        Account.objects.filter(pk=subject_id).first()
        if is_account
        else Lead.objects.select_related("account").filter(pk=subject_id).first()
    )
    if owner is None:
        return {"tried": Tried(problem="Nobody here has this number."), "lead": None}
    tried = try_draft(page.version, document, subject_id=subject_id, at=at)
    return {"tried": tried, "lead": owner, "name": _name(owner), "at": at}


def _name(owner: Any) -> str:
    if isinstance(owner, Account):
        return owner.name or owner.domain or f"Account {owner.pk}"
    name = owner.name or owner.email or f"Lead {owner.pk}"
    return f"{name}, {owner.account.name}" if owner.account and owner.account.name else name


def _search(page: Page, words: str) -> list[dict[str, Any]]:
    """Whom the words may mean; without any the newest PQLs."""
    words = words.strip().replace("\x00", "")[:100]
    is_account = page.version.subject == Subject.ACCOUNT
    if not words:
        scores: Any = AccountScore if is_account else Score
        newest = scores.objects.filter(
            product=page.version.rubric.product_id, is_pql=True
        ).order_by("-changed_at", "-pk")
        newest = newest.select_related("account" if is_account else "lead__account")[:MOST]
        return [_found(score.account if is_account else score.lead, score) for score in newest]
    if is_account:
        return [_found(one) for one in Account.objects.search(words)[:MOST]]
    leads = Lead.objects.search(words).filter(merged_into=None).select_related("account")
    return [_found(one) for one in leads[:MOST]]


def _found(owner: Any, score: Any = None) -> dict[str, Any]:
    return {"id": owner.pk, "name": _name(owner), "score": score}


def _with_unsaved(door: EditorRequest, document: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The document with the criterion whose form is open as it is filled in now, if it can be
    read; and whether it is other than what is saved."""
    key = door.request.POST.get("editing", "")
    base = _seen(door)
    if not key or base is None:
        return document, False
    form = _form(door, base, sent=True)
    if not form.is_valid():
        return document, False
    mine = form.read()
    criteria = [mine if entry["key"] == key else entry for entry in document["criteria"]]
    return {**document, "criteria": criteria}, criteria != document["criteria"]
