"""Doors to one criterion: opened, saved, moved, copied, removed and brought back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from rubrics import editing
from rubrics.admin.editor.criterion_form import CriterionForm, blank_entry, section_of_entry
from rubrics.admin.editor.menu import purpose
from rubrics.editing.merging import merge
from rubrics.errors import EditConflict
from rubrics.measures import MEASURES, SpecError
from rubrics.words import criterion_words

if TYPE_CHECKING:
    from rubrics.admin.editor.doors import EditorRequest

# How the fields of an entry are called where two editors differ.
FIELD_WORDS = {
    "name": "Name", "tiers": "Points", "per_unit": "Points", "per_period": "Points",
    "points_per_burst": "Points", "share_of_base": "Points", "source": "Why this number",
    "window": "When", "signals": "What was done", "attribute": "What is known",
    "axis": "Counts as", "role": "Counts as", "proxy_for": "Stands in for",
}  # fmt: skip


def one(door: EditorRequest, key: str) -> HttpResponse:
    """An existing criterion. GET shows its form, or with ``?line`` its line."""
    entry = door.page.entry(key)
    if not door.is_post:
        if entry is None:
            raise Http404
        if "line" in door.request.GET or not door.page.may_edit:
            return door.show("_line.html", line=door.page.line(entry), focus=True)
        return _show(door, _form(door, entry))
    act = door.request.POST.get("act", "save")
    if act in ACTS:
        return ACTS[act](door, key)
    return _save(door, entry, key)


def new(door: EditorRequest) -> HttpResponse:
    """A new criterion of a measure, for a section of the page."""
    sent = door.request.POST if door.is_post else door.request.GET
    measure, section = MEASURES.get(sent.get("measure", "")), sent.get("section", "behavior")
    if measure is None or door.version.subject not in measure.subjects or not door.page.may_edit:
        raise Http404
    blank = blank_entry(measure, section)
    if not door.is_post:
        return _show(door, _form(door, blank), started=section)
    return _save(door, blank, "")


def _form(door: EditorRequest, entry: Mapping[str, Any], *, sent: bool = False) -> CriterionForm:
    measure = MEASURES[str(entry["measure"])]
    data = door.request.POST if sent else None
    return CriterionForm(measure, door.page.around, entry=entry, data=data)


def _show(door: EditorRequest, form: CriterionForm, **context: Any) -> HttpResponse:
    return door.show(
        "_criterion_form.html",
        form=form,
        hints=door.page.hints(form.entry),
        purpose=purpose(form.measure),
        doubt=door.page.doubt(form.entry) if form.key else None,
        **context,
    )


def _save(door: EditorRequest, entry: Mapping[str, Any] | None, key: str) -> HttpResponse:
    seen = _seen(door)
    # Fields that no form asks for are kept as they were seen.
    base = seen or entry
    if base is None or str(base.get("measure")) not in MEASURES:
        raise Http404
    started = door.request.POST.get("section", "")
    form = _form(door, base, sent=True)
    if not form.is_valid():
        return _show(door, form, started=started)
    mine = form.read()
    unfinished = door.request.POST.get("act") == "unfinished"
    try:
        made = editing.save_criterion(
            door.version, entry=mine, seen=seen, by=door.by, at=door.at, unfinished=unfinished
        )
    except SpecError as error:
        form.refuse(error)
        return _show(door, form, started=started, may_stay_unfinished=True)
    except EditConflict as conflict:
        return _conflict(door, conflict, seen or {}, mine)
    was = section_of_entry(seen) if seen else None
    stored = next(c for c in door.version.criteria.prefetch_related("tiers") if c.pk == made.pk)
    response = _saved_line(door, stored.key, is_new=not key)
    if was and was != section_of_entry(mine):
        response["HX-Refresh"] = "true"  # it stands elsewhere now
    return response


def _saved_line(door: EditorRequest, key: str, *, is_new: bool = False) -> HttpResponse:
    return door.saved("_saved_line.html", key=key, is_new=is_new)


def _conflict(
    door: EditorRequest, conflict: EditConflict, seen: Mapping[str, Any], mine: dict[str, Any]
) -> HttpResponse:
    """Mine on top of theirs, and where the two differ; saving it again keeps mine."""
    if conflict.theirs is None:
        form = _form(door, mine, sent=False)
        return _show(door, form, conflict=conflict, is_gone=True)
    merged, clashes = merge(seen, mine, conflict.theirs)
    form = _form(door, merged)
    wording = door.page.wording
    told = [
        {
            "label": FIELD_WORDS.get(clash.field, clash.field.replace("_", " ").capitalize()),
            "mine": _told(clash.field, mine, wording),
            "theirs": _told(clash.field, conflict.theirs, wording),
        }
        for clash in clashes
    ]
    response = _show(
        door,
        form,
        conflict=conflict,
        clashes=told,
        seen=json.dumps(conflict.theirs),
    )
    response["HX-Retarget"] = f"#c-{form.key}"
    return response


def _told(field: str, entry: Mapping[str, Any], wording: Any) -> str:
    """A field's value in words: points by their rules, the rest as it stands."""
    if FIELD_WORDS.get(field) == "Points" or field in ("signals", "window", "attribute"):
        rules = criterion_words(entry, wording).rules
        return "; ".join(rule.sentence for rule in rules) or "nothing"
    value = entry.get(field)
    return "nothing" if value in (None, "") else str(value)


def _seen(door: EditorRequest) -> dict[str, Any] | None:
    """The entry as the form was opened with it; None for a new criterion."""
    try:
        seen = json.loads(door.request.POST.get("seen") or "null")
    except ValueError:
        seen = None
    if not isinstance(seen, dict) or not seen:
        return None
    tiers = seen.get("tiers", [])
    whole = isinstance(tiers, list) and all(isinstance(tier, dict) for tier in tiers)
    return seen if whole else None


def _move(door: EditorRequest, key: str) -> HttpResponse:
    sent = door.request.POST.get("place", "")
    place = int(sent) if sent.isascii() and sent.isdigit() else 0
    _exists(door, key)
    editing.move_criterion(door.version, key=key, place=place, by=door.by, at=door.at)
    return door.saved("_updates.html")


def _copy(door: EditorRequest, key: str) -> HttpResponse:
    _exists(door, key)
    copy = editing.copy_criterion(door.version, key=key, by=door.by, at=door.at)
    return door.saved("_copied.html", key=key, copy=copy.key)


def _remove(door: EditorRequest, key: str) -> HttpResponse:
    entry = _exists(door, key)
    editing.remove_criterion(door.version, key=key, by=door.by, at=door.at)
    return door.saved("_removed.html", entry=entry)


def _restore(door: EditorRequest, key: str) -> HttpResponse:
    if editing.restore_criterion(door.version, key=key, by=door.by, at=door.at) is None:
        raise Http404
    return _saved_line(door, key)


def _exists(door: EditorRequest, key: str) -> Mapping[str, Any]:
    entry = door.page.entry(key)
    if entry is None:
        raise Http404
    return entry


ACTS = {"move": _move, "copy": _copy, "remove": _remove, "restore": _restore}
