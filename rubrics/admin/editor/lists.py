"""Doors to the lists of a version: edited as one value a line, and pasted into."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from rubrics import editing
from rubrics.admin.editor.page import ListLine, shipped_names
from rubrics.editing.checking import sentence
from rubrics.editing.pasting import DOMAINS, TEXTS, Pasted, read_pasted
from rubrics.errors import EditConflict
from rubrics.measures import SpecError
from rubrics.presets import shipped_list

if TYPE_CHECKING:
    from rubrics.admin.editor.doors import EditorRequest


NOT_ADDED = (
    "What you pasted is not in the list yet. Add it, or empty the field you pasted into; then save."
)


def one(door: EditorRequest, key: str) -> HttpResponse:
    """A list. GET shows its values, or with ``?line`` its line."""
    line = next((line for line in door.page.lists if line.key == key), None)
    if line is None:
        raise Http404
    values = sorted(door.page.document["lists"][key], key=str.casefold)
    if not door.is_post:
        if "line" in door.request.GET:
            return door.show("_list_line.html", line=line, focus=True)
        return _show(door, line, values)
    return _act(door, line, values)


def _act(door: EditorRequest, line: ListLine, values: list[str]) -> HttpResponse:
    kind, act = _kind(door, line.key), door.request.POST.get("act", "save")
    if act == "remove":
        try:
            editing.remove_list(door.version, key=line.key, by=door.by, at=door.at)
        except SpecError as error:
            return _show(door, line, values, problem=sentence(error.problem))
        return door.saved("_updates.html")
    if act == "shipped":
        return _show(door, line, values, whole="\n".join(shipped_list(line.key, line.key)))
    return _take(door, line, values, act=act, kind=kind)


def _take(
    door: EditorRequest, line: ListLine, values: list[str], *, act: str, kind: str
) -> HttpResponse:
    """Check what was pasted, add it, or save the list as it was edited."""
    whole, text = (door.request.POST.get(name, "") for name in ("values", "pasted"))
    kept = read_pasted(whole, kind=kind, known=(), is_one_a_line=True)
    pasted = read_pasted(text, kind=kind, known=kept.new)
    if act == "check":
        return _show(door, line, values, whole=whole, pasted=pasted, text=text)
    if kept.malformed:
        return _show(door, line, values, whole=whole, malformed=kept, text=text)
    if act == "add":
        return _write(door, line, [*kept.new, *pasted.new], whole)
    if pasted.new or pasted.malformed:
        return _show(door, line, values, whole=whole, pasted=pasted, text=text, problem=NOT_ADDED)
    return _write(door, line, kept.new, whole)


def _write(door: EditorRequest, line: ListLine, wanted: list[str], whole: str) -> HttpResponse:
    seen = _seen(door)
    try:
        editing.replace_list(
            door.version, key=line.key, values=wanted, seen=seen, by=door.by, at=door.at
        )
    except SpecError as error:
        return _show(door, line, wanted, whole=whole, problem=sentence(error.problem))
    except EditConflict as conflict:
        theirs = sorted(conflict.theirs or [], key=str.casefold)
        # What either added stays; what either took away is gone.
        added = set(wanted) - set(seen) | (set(theirs) - set(seen))
        kept = set(wanted) & set(theirs)
        merged = sorted(added | kept, key=str.casefold)
        return _show(door, line, theirs, whole="\n".join(merged), conflict=conflict)
    return door.saved("_saved_list.html", key=line.key)


def _seen(door: EditorRequest) -> list[str]:
    """The values as the form was opened with them."""
    try:
        seen = json.loads(door.request.POST.get("seen") or "[]")
    except ValueError:
        return []
    return [str(value) for value in seen] if isinstance(seen, list) else []


def _show(
    door: EditorRequest,
    line: ListLine,
    values: list[str],
    *,
    whole: str | None = None,
    pasted: Pasted | None = None,
    **context: Any,
) -> HttpResponse:
    shipped = set(shipped_list(line.key, line.key)) if line.is_shipped else set()
    return door.show(
        "_list_form.html",
        line=line,
        values="\n".join(values) if whole is None else whole,
        seen=json.dumps(values),
        pasted=pasted,
        is_domains=_kind(door, line.key) == DOMAINS,
        more=len(set(values) - shipped),
        fewer=len(shipped - set(values)),
        **context,
    )


def _kind(door: EditorRequest, key: str) -> str:
    """Whether the list holds domains: shipped ones do, and those that e-mails are looked up in."""
    if key in shipped_names():
        return DOMAINS
    users = json.dumps([door.page.document["criteria"], door.page.document.get("segment")])
    return DOMAINS if '"measure": "email_domain_in"' in users and _mails(door, key) else TEXTS


def _mails(door: EditorRequest, key: str) -> bool:
    """Whether a criterion looks e-mail domains up in it, or none looks anything up in it."""
    used = [
        entry["measure"] == "email_domain_in"
        for entry in door.page.document["criteria"]
        if key in {part.get("list") for part in (entry, *entry.get("tiers", ()))}
    ]
    return all(used) and bool(used)


def new(door: EditorRequest) -> HttpResponse:
    """One more list."""
    if not door.page.may_edit:
        raise Http404
    key = door.request.POST.get("key", "").strip().lower().replace(" ", "_")
    if door.is_post:
        try:
            editing.add_list(door.version, key=key, by=door.by, at=door.at)
        except SpecError as error:
            return door.show("_new_list.html", key=key, problem=sentence(error.problem))
        return door.saved("_saved_list.html", key=key, is_new=True)
    return door.show("_new_list.html", key="")
